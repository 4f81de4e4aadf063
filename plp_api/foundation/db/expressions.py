"""SQL that the two databases write differently."""

from typing import Any

from sqlalchemy import Boolean, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from plp_api.foundation import texts


class any_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """`any_of(column, bindparam("ids", type_=IDS))`: whether the value is in one bound list.

    Unlike with an expanding IN, the statement is the same for every length of the
    list, so it is built, cached and prepared once.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself. Otherwise SQLite gets `… IN (…) = 1`, for which it reads the whole table."""
        return self


@compiles(any_of, "postgresql")
def _any_of_array(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **kw)} = ANY({compiler.process(values, **kw)})"


@compiles(any_of, "sqlite")
def _any_of_json(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    listed = compiler.process(values, **kw)
    value = compiler.process(column, **kw)
    return f"{value} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - compiled parts


class any_selected(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """`any_selected(column, select.scalar_subquery())`: whether the select has the value.

    PostgreSQL runs the select first and searches an index for what it found. With IN it
    joined the two, and read the whole table of the column.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself, as of `any_of`."""
        return self


@compiles(any_selected, "postgresql")
def _any_selected_array(element: any_selected, compiler: SQLCompiler, **kw: Any) -> str:
    column, found = element.clauses
    return f"{compiler.process(column, **kw)} = ANY(ARRAY{compiler.process(found, **kw)})"


@compiles(any_selected, "sqlite")
def _any_selected_in(element: any_selected, compiler: SQLCompiler, **kw: Any) -> str:
    column, found = element.clauses
    return f"{compiler.process(column, **kw)} IN {compiler.process(found, **kw)}"


class joined(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """`joined(column)`: the values of a group as one text, separated by commas."""

    type = String()
    inherit_cache = True


@compiles(joined, "postgresql")
def _joined_by_postgresql(element: joined, compiler: SQLCompiler, **kw: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **kw)} AS TEXT), ',')"


@compiles(joined, "sqlite")
def _joined_by_sqlite(element: joined, compiler: SQLCompiler, **kw: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **kw)}, ',')"


class unindexed(FunctionElement[Any]):  # noqa: N801 - reads as the SQL it is
    """A column whose index SQLite must not use: it would read a whole district for one student.

    SQLite's planner expects fewer rows from an equality than from a bound list (18 ms
    against 0.1, of 60,000 students). PostgreSQL's planner needs no such hint.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _plain(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = element.clauses
    return compiler.process(column, **kw)


@compiles(unindexed, "sqlite")
def _unary_plus(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = element.clauses
    return f"+{compiler.process(column, **kw)}"


class plain(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """`plain(column)`: the text without case and accents, as `texts.plain` writes it."""

    type = String()
    inherit_cache = True


@compiles(plain, "postgresql")
def _plain_by_postgresql(element: plain, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    letters = "".join(map(chr, texts.PLAIN_LETTERS))
    plain_letters = "".join(texts.PLAIN_LETTERS.values())
    # Most texts are ASCII, and `translate` reads its whole table for each letter.
    return (
        f"CASE WHEN octet_length({text}) = char_length({text}) THEN lower({text})"
        f" ELSE translate({text}, '{letters}', '{plain_letters}') END"
    )


@compiles(plain, "sqlite")
def _plain_by_sqlite(element: plain, compiler: SQLCompiler, **kw: Any) -> str:
    return f"plp_plain({compiler.process(element.clauses, **kw)})"


class json_items(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """`json_items(column).table_valued("value", name="item")`: a row for each item of a list."""

    inherit_cache = True


@compiles(json_items, "postgresql")
def _json_items_by_postgresql(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_array_elements({compiler.process(element.clauses, **kw)})"


@compiles(json_items, "sqlite")
def _json_items_by_sqlite(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"
