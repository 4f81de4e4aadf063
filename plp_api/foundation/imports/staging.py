"""Fill temporary tables, from which a few statements change many stored rows.

They exist for one transaction. On SQLite they are in a database of their own, so filling them does
not lock other requests; on PostgreSQL they are filled by COPY, which row-level security forbids for
the stored tables. Rows stream: memory does not grow with the file.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, insert, select, text

from plp_api.foundation import db

ROWS_AT_ONCE = 2_000
LARGE_TABLE = 1 << 17


def temporary(name: str, metadata: MetaData, *columns: Column[Any]) -> Table:
    """A temporary table, called `staged_` and its name."""
    return Table(
        f"staged_{name}",
        metadata,
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def create(metadata: MetaData) -> None:
    """Create the temporary tables in the running transaction."""
    metadata.create_all(db.session().connection(), checkfirst=False)


def clear(metadata: MetaData) -> None:
    """Drop the temporary tables before the connection returns to its pool."""
    metadata.drop_all(db.session().connection(), checkfirst=False)


def load(
    table: Table, rows: Iterable[tuple[Any, ...]], report: Callable[[], None] = lambda: None
) -> None:
    """Stream `rows` into the first columns of `table`."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    names = [column.name for column in table.columns][: len(first)]
    write = _copy if db.on_postgresql() else _insert
    write(table, names, _reported(_with(first, rows), report))


def _with(first: tuple[Any, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    yield first
    yield from rows


def _reported(
    rows: Iterator[tuple[Any, ...]], report: Callable[[], None]
) -> Iterator[tuple[Any, ...]]:
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield from some
        report()


def _copy(table: Table, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    driver: Any = db.session().connection().connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _insert(table: Table, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    statement = insert(table)
    while some := [dict(zip(names, row, strict=True)) for row in islice(rows, ROWS_AT_ONCE)]:
        db.session().execute(statement, some)


def gather_statistics(table: Table) -> None:
    """Analyze a temporary table on PostgreSQL, which never does this by itself.

    With statistics from before the ids were set, PostgreSQL took every id for null and compared
    each stored enrollment with each staged one.
    """
    if db.on_postgresql() and _is_large(table):
        db.session().execute(text(f"ANALYZE {table.name}"))


def _is_large(table: Table) -> bool:
    """Whether a bad query plan would be slow; small imports should not spend time on statistics."""
    size = db.session().scalar(select(func.pg_relation_size(table.name)))
    return bool(size and size > LARGE_TABLE)
