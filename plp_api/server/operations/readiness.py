"""Checks whether this server can serve requests, and whether it may start."""

from functools import cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from plp_api.foundation import migrating
from plp_api.foundation.db import Database
from plp_api.foundation.settings import Settings

head = cache(migrating.head)


def missing(database: Database) -> str | None:
    """What is missing before requests can be served, or None."""
    try:
        stands_at = migrating.current(database.engine)
    except SQLAlchemyError:
        return "database unreachable"
    return None if stands_at == head() else "schema not migrated"


def refusal(database: Database, settings: Settings) -> str | None:
    """Why this server must not start, or None: an old schema, or in production an unsafe role."""
    reason = missing(database)
    if reason is not None:
        return f"Not ready: {reason}. Is it migrated (`plp migrate`)?"
    return weakness(database) if settings.is_production else None


ROLE = text("""
    SELECT rolsuper, rolbypassrls, EXISTS (
        SELECT FROM pg_tables
        WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = current_user
""")


def weakness(database: Database) -> str | None:
    """Why row-level security does not restrict the application's role, or None if it does.

    SQLite has no row-level security: use one SQLite installation for one district.
    """
    if not database.is_postgresql:
        return None
    with database.engine.connect() as connection:
        is_super, passes_walls, is_owner = connection.execute(ROLE).one()
    if not (is_super or passes_walls or is_owner):
        return None
    is_what = "is a superuser" if is_super else "owns the tables"
    if passes_walls and not is_super:
        is_what = "bypasses row-level security"
    return (
        f"The role of PLP_DATABASE_URL {is_what}, so the database would not keep districts apart. "
        "Let it own nothing, and name the owner in PLP_MIGRATION_DATABASE_URL."
    )
