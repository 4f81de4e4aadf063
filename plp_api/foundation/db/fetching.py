"""Fast reads: statements built once, rows as dicts, one round trip for several queries."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import CursorResult, Dialect, Executable, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

from plp_api.foundation.db import pipeline
from plp_api.foundation.db.transactions import current, is_write, on_postgresql, session

ENTER = b"SELECT set_config('plp.districts', $1, true)"


class Prepared:
    """A statement that is built and compiled once, and run by `fetch` or `at_commit`.

    Values come back as psycopg reads them, without SQLAlchemy's column types.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self.is_write = is_write(statement)
        self._native: Native | None = None

    def __call__(self, **binds: Any) -> "Query":
        return Query(self, binds)

    def native(self, dialect: Dialect) -> "Native":
        """The statement in PostgreSQL's own form, so that psycopg need not parse it."""
        if self._native is None:
            compiled = cast(Any, self.statement).compile(dialect=dialect)
            self._native = Native.of(compiled, dialect)
        return self._native


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Native:
    """SQL with `$1`-style placeholders, its parameters, and their fixed values.

    `places` has, for each placeholder, the parameter's name and the function of its
    column type that converts a value for the driver.
    """

    sql: bytes
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    fixed: dict[str, Any]

    @classmethod
    def of(cls, compiled: Any, dialect: Dialect) -> "Native":
        """Convert a compiled statement, which has placeholders in the style `%(name)s`."""
        names = dict.fromkeys(PLACEHOLDER.findall(str(compiled)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        native = PLACEHOLDER.sub(lambda match: numbers[match[1]], str(compiled))
        types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
        places = tuple((name, types[name].bind_processor(dialect)) for name in names)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return cls(native.replace("%%", "%").encode(), places, fixed)

    def values(self, binds: dict[str, Any]) -> list[Any]:
        """The values in the order of the placeholders."""
        values = {**self.fixed, **binds}
        return [convert(values[name]) if convert else values[name] for name, convert in self.places]


class Query:
    """A prepared statement with the values of its parameters."""

    __slots__ = ("binds", "prepared")

    def __init__(self, prepared: Prepared, binds: dict[str, Any]) -> None:
        self.prepared = prepared
        self.binds = binds

    def native(self, dialect: Dialect) -> pipeline.Statement:
        """The statement with its values, in PostgreSQL's own form."""
        native = self.prepared.native(dialect)
        return pipeline.Statement(native.sql, native.values(self.binds))


@dataclass(frozen=True)
class Ahead:
    """Queries that are sent before what they depend on is known; `is_last` as in `fetch`."""

    queries: Sequence[Query] = ()
    is_last: bool = False


def fetch(
    *queries: Query, districts: Sequence[UUID] | None = None, is_last: bool = False
) -> list[list[dict[str, Any]]]:
    """The rows of every query, as dicts.

    On PostgreSQL the queries are sent together, in one round trip (see pipeline.py);
    on SQLite they run in turn. `districts` enters these districts (see `enter`) in the
    same round trip. `is_last` ends the transaction together with the queries, and
    saves the round trip of the COMMIT. Nothing may be read afterwards, because no
    district is entered any more. `is_last` has no effect if the transaction has
    written or will write something: a later exception must still undo that.
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
    """Send this write together with the COMMIT, if nothing in the transaction reads its row.

    It runs after all other changes, in the districts that are entered now. In a
    savepoint it is sent at once, so that it is rolled back with the savepoint.
    """
    running = session()
    if running.in_nested_transaction():
        running.flush()
        fetch(query)
    else:
        running.info.setdefault("at_commit", []).append(query)


def enter(districts: Sequence[UUID]) -> None:
    """Let this transaction read and write only the rows of these districts (PostgreSQL).

    Row-level security, a second check behind `access`, compares every row's
    `district_id` with this setting. Writes that wait for the COMMIT belong to the
    districts entered before, so they are sent first.
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


@event.listens_for(Session, "after_flush")
def _note_flush(running: Session, _context: Any) -> None:
    """Remember that the running transaction has written something."""
    running.info["has_written"] = True


def _may_end() -> bool:
    """Whether the transaction can end here: it has written nothing, and no write is waiting."""
    running = session()
    waits = running.new or running.dirty or running.deleted or running.info.get("at_commit")
    return current().ends_early and not waits and not running.info.get("has_written")


@contextmanager
def _told_alike() -> Iterator[None]:
    """Raise psycopg's errors as the exceptions that SQLAlchemy would raise for them."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


def _fetch_pipelined(
    queries: Sequence[Query], districts: Sequence[UUID] | None, is_last: bool
) -> list[list[dict[str, Any]]]:
    entering = [] if districts is None else [_entering(districts)]
    statements = [query.native(current().engine.dialect) for query in queries]
    with _connected(is_last) as connection, _told_alike():
        pipe = current().pipeline.of(connection)
        rows = pipe.run([*entering, *statements], is_last=is_last)
    return rows[len(entering) :]


@contextmanager
def _connected(is_last: bool) -> Iterator[PoolProxiedConnection]:
    """The session's connection; if it has none and needs none later, one for these queries only."""
    running = session()
    if not is_last or running.in_transaction():
        yield running.connection().connection
    else:
        with closing(current().engine.raw_connection()) as connection:
            yield connection


def _entering(districts: Sequence[UUID]) -> pipeline.Statement:
    return pipeline.Statement(ENTER, [",".join(map(str, districts))])
