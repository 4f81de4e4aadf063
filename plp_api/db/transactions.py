"""The session of the running transaction.

It lives in a context variable, so that actions, the worker and the command line
need no web context. One transaction is one unit of work: whoever opens it (the
request, the job, the command) commits it, nobody else does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
import psycopg
import psycopg.types.json
from sqlalchemy import Engine, create_engine, event, insert, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from plp_api.db.models import Base

INSERTED_AT_ONCE = 5000
ENTER = "SELECT set_config('plp.districts', {}, true)"
"""With the driver's own placeholder for the districts' ids, commas between."""

_session: ContextVar[Session] = ContextVar("session")
_database: ContextVar["Database"] = ContextVar("database")

psycopg.types.json.set_json_loads(orjson.loads)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """One database, SQLite or PostgreSQL, behind one way to open a transaction.

    `ends_early` lets `fetch` end one with its last queries.
    """

    ends_early = True

    def __init__(self, url: str, pool: int = 8) -> None:
        self.url = url
        self.is_postgresql = url.startswith("postgresql")
        options: dict[str, Any] = {"pool_size": pool, "max_overflow": 2}
        if self.is_postgresql:
            # What is asked often is prepared in pipelines, which say why nothing else is.
            options["connect_args"] = {"options": "-c timezone=UTC", "prepare_threshold": None}
        self.engine: Engine = create_engine(
            url, json_serializer=_dumps, json_deserializer=orjson.loads, **options
        )
        if not self.is_postgresql:
            _prepare_sqlite(self.engine)
        self._writing = sessionmaker(self.engine.execution_options(plp_write=True))
        self._reading = sessionmaker(self.engine)

    @contextmanager
    def transaction(
        self, *, write: bool = True, districts: Sequence[UUID] = ()
    ) -> Iterator[Session]:
        """Run the block in one transaction: committed at its end, rolled back by any exception.

        `write=False` lets SQLite read beside a writer; a write would then fail.
        `districts` opens the second wall at once (see `enter`).
        """
        make = self._writing if write else self._reading
        with make() as session:
            tokens = _session.set(session), _database.set(self)
            try:
                if districts:
                    enter(districts)
                yield session
                # What began nothing, and left nothing for the end, need not end.
                if session.in_transaction() or session.info:
                    session.commit()
            finally:
                _session.reset(tokens[0])
                _database.reset(tokens[1])

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that begin when and as we say.

    With the default deferred BEGIN, requests that read and then write failed
    with "database is locked" (3,547 of 4,404 measured); BEGIN IMMEDIATE waits.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=15000",
            "foreign_keys=ON",
            "synchronous=NORMAL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        is_write = connection.get_execution_options().get("plp_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def session() -> Session:
    """The session of the running transaction; LookupError where there is none."""
    return _session.get()


def current() -> Database:
    """The database of the running transaction."""
    return _database.get()


@contextmanager
def using(database: Database) -> Iterator[None]:
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


def enter(districts: Sequence[UUID]) -> None:
    """Let this transaction see and write the rows of these districts, and no others (PostgreSQL).

    The second wall behind `access`: row-level security compares every row's
    `district_id` with this setting.
    """
    if on_postgresql():
        # What waits for the COMMIT (`at_commit`) belongs to the districts entered until now.
        for query in session().info.pop("at_commit", ()):
            session().execute(query.prepared.statement, query.binds)
        listed = ",".join(map(str, districts))
        session().execute(text(ENTER.format(":districts")), {"districts": listed})


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
    return session().execute(key, {"name": name}).scalar() is not False


def insert_many(model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows in batches, so that memory does not grow with their number; how many."""
    rows, count = iter(rows), 0
    while batch := list(islice(rows, INSERTED_AT_ONCE)):
        session().execute(insert(model), batch)
        count += len(batch)
    return count
