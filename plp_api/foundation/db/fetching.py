"""The fast door: statements built once, plain rows, one round trip."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import CursorResult, Dialect, Engine, Executable, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

from plp_api.foundation.db import pipeline
from plp_api.foundation.db.transactions import _session, current, on_postgresql, session

ENTER = b"SELECT set_config('plp.districts', $1, true)"


class Prepared:
    """A statement built and compiled once, run through `fetch` or `at_commit`.

    Columns come back as psycopg reads them by itself, so `fetch` gives plain rows.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self.is_write = _is_write(statement)
        self._native: Native | None = None

    def __call__(self, **binds: Any) -> "Query":
        return Query(self, binds)

    def native(self, dialect: Dialect) -> "Native":
        """The statement as PostgreSQL itself takes it, so that psycopg parses nothing."""
        if self._native is None:
            compiled = cast(Any, self.statement).compile(dialect=dialect)
            self._native = Native.of(compiled, dialect)
        return self._native


def _is_write(statement: Any) -> bool:
    in_words = str(statement) if statement.is_text else "SELECT"
    return bool(statement.is_dml) or not in_words.lstrip().startswith("SELECT")


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Native:
    """SQL with `$1`-style placeholders, what they stand for, and the fixed values.

    Of each placeholder: its name, and how its column type turns a value into the driver's.
    """

    sql: bytes
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    fixed: dict[str, Any]

    @classmethod
    def of(cls, compiled: Any, dialect: Dialect) -> "Native":
        """From a compiled statement, in the driver's `%(name)s` style."""
        names = dict.fromkeys(PLACEHOLDER.findall(str(compiled)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        native = PLACEHOLDER.sub(lambda found: numbers[found[1]], str(compiled))
        types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
        places = tuple((name, types[name].bind_processor(dialect)) for name in names)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return cls(native.replace("%%", "%").encode(), places, fixed)

    def values(self, binds: dict[str, Any]) -> list[Any]:
        """The values in the order of the placeholders."""
        known = {**self.fixed, **binds}
        return [turn(known[name]) if turn else known[name] for name, turn in self.places]


class Query:
    """A prepared statement with its binds."""

    __slots__ = ("binds", "prepared")

    def __init__(self, prepared: Prepared, binds: dict[str, Any]) -> None:
        self.prepared = prepared
        self.binds = binds

    def native(self, dialect: Dialect) -> pipeline.Statement:
        """The statement with its values, as PostgreSQL takes them."""
        native = self.prepared.native(dialect)
        return pipeline.Statement(native.sql, native.values(self.binds))


@dataclass(frozen=True)
class Ahead:
    """Queries that may travel ahead of what they depend on; `is_last` as in `fetch`."""

    queries: Sequence[Query] = ()
    is_last: bool = False


def fetch(
    *queries: Query, districts: Sequence[UUID] | None = None, is_last: bool = False
) -> list[list[dict[str, Any]]]:
    """The rows of every query, as dicts, in one round trip where the database can.

    On PostgreSQL the queries travel together (see pipeline.py); on SQLite they
    run in turn. `districts` enters them (see `enter`) in the same round trip.
    `is_last` ends the transaction with them, and saves the round trip of its
    COMMIT: nothing may be read after it, for no district is entered any more. It
    has no effect once anything was written or is to be written: what is raised
    afterwards must still undo it.
    """
    if any(query.prepared.is_write for query in queries):
        session().info["has_written"] = True
    if on_postgresql():
        return _fetch_pipelined(queries, districts, is_last and _may_end())
    return [_fetch_one(query) for query in queries]


def _fetch_one(query: Query) -> list[dict[str, Any]]:
    result = session().execute(query.prepared.statement, query.binds)
    if isinstance(result, CursorResult) and not result.returns_rows:
        return []
    return [dict(row) for row in result.mappings()]


def at_commit(query: Query) -> None:
    """Send this together with the COMMIT: a write that nothing in the transaction reads.

    It goes after all else that was changed, into the districts that are entered
    now. In a savepoint it is sent at once, so that it goes where the savepoint goes.
    """
    running = session()
    if running.in_nested_transaction():
        running.flush()
        fetch(query)
    else:
        running.info.setdefault("at_commit", []).append(query)


def enter(districts: Sequence[UUID]) -> None:
    """Let this transaction see and write the rows of these districts, and no others (PostgreSQL).

    The second wall behind `access`: row-level security compares every row's
    `district_id` with this setting. What waits for the COMMIT belongs to the
    districts entered until now, and is sent before.
    """
    if on_postgresql():
        if waiting := session().info.pop("at_commit", ()):
            fetch(*waiting)
        fetch(districts=districts)


@event.listens_for(Session, "before_commit")
def _send_with_commit(running: Session) -> None:
    if running.in_nested_transaction():
        return
    queries = running.info.pop("at_commit", ())
    if queries:
        running.flush()
    if queries and on_postgresql():
        # The transaction is ending: this is its COMMIT.
        _fetch_pipelined(queries, None, current().ends_early)
    elif queries:
        fetch(*queries)


@event.listens_for(Engine, "before_cursor_execute")
def _note_write(_conn: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: Any) -> None:
    """Remember that the running transaction has written something."""
    running = _session.get(None)
    is_write = context.is_crud or (context.is_text and not sql.lstrip().startswith("SELECT"))
    if running is not None and is_write:
        running.info["has_written"] = True


def _may_end() -> bool:
    """Whether the transaction can end here: nothing was written in it, nor waits to be."""
    running = session()
    waits = running.new or running.dirty or running.deleted or running.info.get("at_commit")
    return current().ends_early and not waits and not running.info.get("has_written")


@contextmanager
def _told_alike() -> Iterator[None]:
    """Let the driver's own complaint look like one that came through SQLAlchemy."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


def _fetch_pipelined(
    queries: Sequence[Query], districts: Sequence[UUID] | None, is_last: bool
) -> list[list[dict[str, Any]]]:
    entering = [] if districts is None else [_entering(districts)]
    asked = [query.native(current().engine.dialect) for query in queries]
    with _connected(is_last) as connection, _told_alike():
        made = current().pipeline.of(connection)
        rows = made.run([*entering, *asked], is_last=is_last)
    return rows[len(entering) :]


@contextmanager
def _connected(is_last: bool) -> Iterator[PoolProxiedConnection]:
    """The session's connection; where it has none and needs none after, one for this exchange."""
    running = session()
    if not is_last or running.in_transaction():
        yield running.connection().connection
    else:
        with closing(current().engine.raw_connection()) as connection:
            yield connection


def _entering(districts: Sequence[UUID]) -> pipeline.Statement:
    return pipeline.Statement(ENTER, [",".join(map(str, districts))])
