"""The database: column types, the session of the running transaction, and fast reads (`fetch`)."""

from plp_api.foundation.db.columns import (
    IDS,
    WORDS,
    Instant,
    Tags,
    Text,
    has_one_tag,
    has_tag,
    ids_bind,
    storable,
)
from plp_api.foundation.db.database import Database
from plp_api.foundation.db.expressions import any_of, joined, plain, unindexed
from plp_api.foundation.db.fetching import Ahead, Prepared, Query, at_commit, enter, fetch
from plp_api.foundation.db.models import Base, Dated, Identified, Part, Resource, new_id
from plp_api.foundation.db.transactions import (
    after_commit,
    current,
    flush,
    insert_columns,
    insert_many,
    is_deadlock,
    lock,
    lock_name,
    on_postgresql,
    on_rollback,
    session,
    using,
)
from plp_api.foundation.db.twins import refuse_second

__all__ = [
    "IDS",
    "WORDS",
    "Ahead",
    "Base",
    "Database",
    "Dated",
    "Identified",
    "Instant",
    "Part",
    "Prepared",
    "Query",
    "Resource",
    "Tags",
    "Text",
    "after_commit",
    "any_of",
    "at_commit",
    "current",
    "enter",
    "fetch",
    "flush",
    "has_one_tag",
    "has_tag",
    "ids_bind",
    "insert_columns",
    "insert_many",
    "is_deadlock",
    "joined",
    "lock",
    "lock_name",
    "new_id",
    "on_postgresql",
    "on_rollback",
    "plain",
    "refuse_second",
    "session",
    "storable",
    "unindexed",
    "using",
]
