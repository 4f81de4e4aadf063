"""The running transaction: its session, its locks, and calls after its end.

The session lives in a context variable, so that actions, the worker and the
command line need no web context.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from sqlalchemy import Table, TextClause, event, insert, text
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from plp_api.foundation.db.models import Base, Resource
from plp_api.foundation.problems import Code, Problem

if TYPE_CHECKING:
    from plp_api.foundation.db.database import Database

INSERTED_AT_ONCE = 5000

_session: ContextVar[Session] = ContextVar("session")
_database: ContextVar["Database"] = ContextVar("database")


class WritingSession(Session):
    """A session that remembers in `info` whether it has written something.

    A listener of the engine would cost every statement.
    """

    def execute(self, statement: Any, *args: Any, **options: Any) -> Any:
        """Run a statement."""
        if is_write(statement):
            self.info["has_written"] = True
        return super().execute(statement, *args, **options)


def is_write(statement: Any) -> bool:
    """Whether a statement changes rows; text does unless it begins with SELECT."""
    if isinstance(statement, TextClause):
        return not statement.text.lstrip().startswith("SELECT")
    return bool(statement.is_dml)


def session() -> Session:
    """The session of the running transaction. Raises LookupError where there is none."""
    return _session.get()


def flush() -> None:
    """Send the session's pending changes to the database, if a transaction is running."""
    running = _session.get(None)
    if running is not None:
        running.flush()


def current() -> "Database":
    """The database of the running transaction."""
    return _database.get()


@contextmanager
def using(database: "Database") -> Iterator[None]:
    """Make `current()` return this database, for code that opens its own transactions."""
    token = _database.set(database)
    try:
        yield
    finally:
        _database.reset(token)


def after_commit(call: Callable[[], None]) -> None:
    """Call this after the running transaction is committed, but not if it is rolled back."""
    session().info.setdefault("after_commit", []).append(call)


def on_rollback(call: Callable[[], None]) -> None:
    """Call this if the running transaction is not committed: undoes work outside the database."""
    session().info.setdefault("on_rollback", []).append(call)


@event.listens_for(Session, "after_commit")
def _call_after_commit(session: Session) -> None:
    """Make the calls. SQLAlchemy also sends this event for a savepoint, which is no commit yet."""
    if not session.in_nested_transaction():
        session.info.pop("on_rollback", None)
        for call in session.info.pop("after_commit", ()):
            call()


@event.listens_for(Session, "after_transaction_end")
def _call_on_rollback(session: Session, ended: SessionTransaction) -> None:
    """Make the calls. A session closed without a commit sends no rollback event, only this one."""
    if ended.parent is None:
        for call in session.info.pop("on_rollback", ()):
            call()


def on_postgresql() -> bool:
    """Whether the running transaction is on PostgreSQL."""
    return _database.get().is_postgresql


def lock(row: Any) -> None:
    """Lock the row until the transaction ends, and read it again.

    Without it, two last signers at once left a version stuck 50 times of 60. SQLite
    has one writer at a time and needs no lock. The lock covers only this row, not
    joined ones, and lets others insert rows that refer to it: otherwise two
    transactions that lock different rows of one plan would wait for each other.
    What is `locked_before` the row, as the whole of a part, is locked first. Raises
    Problem(not_found) if the row was deleted since it was read.
    """
    first = row.locked_before() if isinstance(row, Resource) else None
    if first is not None:
        lock(first)
    held = {"of": type(row), "key_share": True} if on_postgresql() else None
    try:
        session().refresh(row, with_for_update=held)
    except InvalidRequestError as error:
        raise Problem(Code.NOT_FOUND) from error


def is_deadlock(error: OperationalError) -> bool:
    """Whether PostgreSQL rolled this transaction back to end a deadlock with another one."""
    return isinstance(error.orig, psycopg.errors.DeadlockDetected)


def lock_name(name: str, wait: bool = True) -> bool:
    """Lock a name until the transaction ends; False if `wait` is off and another has the lock."""
    if not on_postgresql():
        return True
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    key = text(f"SELECT {function}(hashtextextended(:name, 0))")
    with session().no_autoflush:
        return session().execute(key, {"name": name}).scalar() is not False


def insert_columns(
    table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], running: Session
) -> None:
    """Insert many small rows of texts and ids, given as tuples in the order of the columns' names.

    Takes half the time of an insert of rows: PostgreSQL gets one statement with a list for
    each column, SQLite the values without a conversion of each.
    """
    running.info["has_written"] = True
    connection = running.connection()
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        lists = [list(values) for values in zip(*rows, strict=True)]
        kinds = ("%s::uuid[]" if isinstance(first, UUID) else "%s::text[]" for first in rows[0])
        unnested = f"{into} SELECT * FROM unnest({', '.join(kinds)})"  # noqa: S608 - our names
        connection.exec_driver_sql(unnested, (*lists,))
        return
    places = ", ".join("?" * len(names))
    stored = [tuple(v.hex if isinstance(v, UUID) else v for v in row) for row in rows]
    connection.exec_driver_sql(f"{into} VALUES ({places})", stored)


def insert_many(model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows in batches, so that memory does not grow with their number; return how many."""
    rows, count = iter(rows), 0
    while batch := list(islice(rows, INSERTED_AT_ONCE)):
        session().execute(insert(model), batch)
        count += len(batch)
    return count
