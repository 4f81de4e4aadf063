"""The running transaction: its session, what follows its end, and what it holds.

The session lives in a context variable, so that actions, the worker and the
command line need no web context.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event, insert, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from plp_api.foundation.db.models import Base

if TYPE_CHECKING:
    from plp_api.foundation.db.database import Database

INSERTED_AT_ONCE = 5000

_session: ContextVar[Session] = ContextVar("session")
_database: ContextVar["Database"] = ContextVar("database")


def session() -> Session:
    """The session of the running transaction; LookupError where there is none."""
    return _session.get()


def flush() -> None:
    """Write what the running transaction has made, if there is one."""
    running = _session.get(None)
    if running is not None:
        running.flush()


def current() -> "Database":
    """The database of the running transaction."""
    return _database.get()


@contextmanager
def using(database: "Database") -> Iterator[None]:
    """Let `current()` name this database, for work that opens transactions of its own."""
    token = _database.set(database)
    try:
        yield
    finally:
        _database.reset(token)


def after_commit(call: Callable[[], None]) -> None:
    """Call this once the running transaction is committed; never, where it is rolled back."""
    session().info.setdefault("after_commit", []).append(call)


def on_rollback(call: Callable[[], None]) -> None:
    """Call this if the running transaction is not committed after all: for what lies outside it."""
    session().info.setdefault("on_rollback", []).append(call)


@event.listens_for(Session, "after_commit")
def _call_after_commit(session: Session) -> None:
    """A savepoint's release is announced as a commit too, but promises nothing yet."""
    if not session.in_nested_transaction():
        session.info.pop("on_rollback", None)
        for call in session.info.pop("after_commit", ()):
            call()


@event.listens_for(Session, "after_transaction_end")
def _call_on_rollback(session: Session, ended: SessionTransaction) -> None:
    """A session that is closed without a commit says no more than that its transaction ended."""
    if ended.parent is None:
        for call in session.info.pop("on_rollback", ()):
            call()


def on_postgresql() -> bool:
    """Whether the running transaction is PostgreSQL's."""
    return _database.get().is_postgresql


def lock(row: Any) -> None:
    """Hold the row until the transaction ends, and read it afresh.

    Two last signers at once left a version stuck 50 times of 60 without it.
    SQLite's writers already stand in line. Only this row is held, not what is
    read beside it, and rows that refer to it may still be added meanwhile: two
    who lock different things above one plan would else wait for each other.
    """
    held = {"of": type(row), "key_share": True} if on_postgresql() else None
    session().refresh(row, with_for_update=held)


def is_deadlock(error: OperationalError) -> bool:
    """Whether PostgreSQL undid this transaction, so that another that waited for it could go on."""
    return isinstance(error.orig, psycopg.errors.DeadlockDetected)


def lock_name(name: str, wait: bool = True) -> bool:
    """Hold a name until the transaction ends; False where `wait` is off and another holds it."""
    if not on_postgresql():
        return True
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    key = text(f"SELECT {function}(hashtextextended(:name, 0))")
    with session().no_autoflush:
        return session().execute(key, {"name": name}).scalar() is not False


def insert_many(model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows in batches, so that memory does not grow with their number; how many."""
    rows, count = iter(rows), 0
    while batch := list(islice(rows, INSERTED_AT_ONCE)):
        session().execute(insert(model), batch)
        count += len(batch)
    return count
