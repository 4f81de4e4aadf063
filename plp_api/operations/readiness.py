"""Whether this server can serve."""

from functools import cache

from sqlalchemy.exc import SQLAlchemyError

from plp_api import migrating
from plp_api.db import Database

head = cache(migrating.head)


def missing(database: Database) -> str | None:
    """What is missing before requests can be served, or None."""
    try:
        stands_at = migrating.current(database.engine)
    except SQLAlchemyError:
        return "database unreachable"
    return None if stands_at == head() else "schema not migrated"
