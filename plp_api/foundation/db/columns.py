"""Column types that work the same on both databases, and SQL criteria on them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    DateTime,
    Dialect,
    String,
    TypeDecorator,
    Uuid,
    bindparam,
    or_,
)
from sqlalchemy import Text as LongString
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive values raise ValueError; values from SQLite get the zone UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value in UTC. Raises ValueError where it has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value with its zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def storable(value: str) -> bool:
    """Whether both databases can hold the string: no NUL, no lone surrogate."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


class Text(TypeDecorator[str]):
    """A string of any length. It checks again what the `Text` field of a schema checks first."""

    impl = LongString
    cache_ok = True
    python_type = str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The value itself. Raises ValueError for NUL bytes and lone surrogates."""
        if value is not None and not storable(value):
            raise ValueError("a text must not hold NUL bytes or lone surrogates")
        return value


class Tags(TypeDecorator[frozenset[str]]):
    """A small set of words in one column (`,a,b,`), which SQL can search (`has_tag`)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The words between commas, sorted; a string passes unchanged, for comparisons."""
        if value is None or isinstance(value, str):
            return value
        return "".join(f",{word}" for word in sorted(value)) + "," if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        """The set of words."""
        return frozenset(word for word in (value or "").split(",") if word)


def has_tag(column: Any, tag: str) -> ColumnElement[bool]:
    """Whether the `Tags` column contains the word."""
    criterion: ColumnElement[bool] = column.like(f"%,{tag},%")
    return criterion


def has_one_tag(column: Any, tags: Sequence[str]) -> ColumnElement[bool]:
    """Whether the `Tags` column contains one of the words."""
    return or_(*(has_tag(column, tag) for tag in tags))


class ListOf(TypeDecorator[list[Any]]):
    """A list as one bound value: an array on PostgreSQL, JSON text on SQLite. For `any_of` only."""

    impl = String
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the bound value in this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item()))
        return dialect.type_descriptor(LongString())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """The list itself, or its JSON, with ids written as SQLite stores them."""
        if value is None or dialect.name == "postgresql":
            return value if value is None else list(value)
        return json.dumps([v.hex if isinstance(v, UUID) else v for v in value])


IDS = ListOf(Uuid)
WORDS = ListOf(String)


def ids_bind(name: str) -> BindParameter[list[UUID]]:
    """A bound parameter that takes a list of ids, for `any_of`."""
    return bindparam(name, type_=IDS)
