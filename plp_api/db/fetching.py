"""The fast door for reads: prebuilt statements, plain rows, one round trip."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import OperationalError

from plp_api.db import pipeline
from plp_api.db.transactions import ENTER, current, on_postgresql, session


class Prepared:
    """A statement built and compiled once, run through `fetch`.

    Binds must be what psycopg takes by itself (ids, dates, strings, numbers,
    lists of them); columns come back the same way, so `fetch` gives plain rows.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._native: Native | None = None

    def __call__(self, **binds: Any) -> "Query":
        return Query(self, binds)

    def native(self, dialect: Dialect) -> "Native":
        """The statement as PostgreSQL itself takes it, so that psycopg parses nothing."""
        if self._native is None:
            compiled = cast(Any, self.statement).compile(dialect=dialect)
            self._native = Native.of(str(compiled), compiled.params)
        return self._native


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Native:
    """SQL with `$1`-style placeholders, the names they stand for, and the fixed values."""

    sql: bytes
    names: tuple[str, ...]
    fixed: dict[str, Any]

    @classmethod
    def of(cls, sql: str, params: dict[str, Any]) -> "Native":
        """From the driver's `%(name)s` style."""
        names = tuple(dict.fromkeys(PLACEHOLDER.findall(sql)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        native = PLACEHOLDER.sub(lambda found: numbers[found[1]], sql).replace("%%", "%")
        fixed = {name: value for name, value in params.items() if value is not None}
        return cls(native.encode(), names, fixed)

    def values(self, binds: dict[str, Any]) -> list[Any]:
        """The values in the order of the placeholders."""
        known = {**self.fixed, **binds}
        return [known[name] for name in self.names]


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
    COMMIT: nothing may be read after it, for no district is entered any more.
    """
    if on_postgresql():
        return _fetch_pipelined(queries, districts, is_last and _may_end())
    return [
        [dict(row) for row in session().execute(q.prepared.statement, q.binds).mappings()]
        for q in queries
    ]


def _may_end() -> bool:
    """Whether the transaction can end here: nothing waits to be written."""
    waiting = session()
    return current().ends_early and not (waiting.new or waiting.dirty or waiting.deleted)


@contextmanager
def _told_alike() -> Iterator[None]:
    """Let the driver's own complaint look like one that came through SQLAlchemy."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise OperationalError(None, None, error) from error


def _fetch_pipelined(
    queries: Sequence[Query], districts: Sequence[UUID] | None, is_last: bool
) -> list[list[dict[str, Any]]]:
    connection = session().connection()
    entering = [] if districts is None else [_entering(districts)]
    asked = [query.native(connection.dialect) for query in queries]
    ending = [pipeline.COMMIT] if is_last else []
    with _told_alike():
        rows = pipeline.Pipeline.of(connection).run([*entering, *asked, *ending])
    return rows[len(entering) : len(entering) + len(asked)]


def _entering(districts: Sequence[UUID]) -> pipeline.Statement:
    return pipeline.Statement(ENTER.format("$1").encode(), [",".join(map(str, districts))])
