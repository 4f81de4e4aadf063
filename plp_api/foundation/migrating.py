"""Migrates a database to the schema of this code, and reads its current revision."""

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from huey.storage import PostgresStorage
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url

from plp_api.foundation import data
from plp_api.foundation.settings import Settings


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(data.migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _engine(settings: Settings) -> Engine:
    """An engine for the schema's owner; on SQLite, too, a migration is one transaction."""
    engine = create_engine(settings.migration_database_url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _record: Any) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Migrate as the role that owns the schema, then grant rights to the application's role."""
    engine = _engine(settings)
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)
        if connection.dialect.name == "postgresql":
            _make_queue(connection)
            _grant(connection, make_url(settings.database_url).username)
    engine.dispose()


def downgrade(settings: Settings, revision: str) -> None:
    """Revert revisions, down to `revision` (`base` for all)."""
    engine = _engine(settings)
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)
    engine.dispose()


def _make_queue(connection: Connection) -> None:
    """Create the tables of Huey's queue here, because the application's role may create none."""
    for statement in PostgresStorage(create_tables=False).ddl:
        connection.exec_driver_sql(statement)


def _grant(connection: Connection, role: str | None) -> None:
    """Let the application's role read and write rows; it owns nothing.

    It may only insert events and signatures, and set an event's position and hash.
    """
    owner = connection.scalar(text("SELECT current_user"))
    if role is None or role == owner:
        return
    name = connection.dialect.identifier_preparer.quote(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
        f"REVOKE UPDATE, DELETE ON events, signatures FROM {name}",
        f"GRANT UPDATE (position, chain_hash) ON events TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}",
        f"GRANT TEMPORARY ON DATABASE {_database(connection)} TO {name}",
    ):
        connection.execute(text(statement))


def _database(connection: Connection) -> str:
    name = str(connection.scalar(text("SELECT current_database()")))
    return connection.dialect.identifier_preparer.quote(name)


def head() -> str:
    """The newest revision this code knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(engine: Engine) -> str | None:
    """The current revision of the database; None if it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
