"""Lists: a closed set of filters and sorts, and cursors that skip no row when others change."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
from flask import request
from marshmallow import fields, validate
from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import db, texts
from plp_api.foundation.access import finding
from plp_api.foundation.access.caller import Caller, holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import is_about_students_of
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.rest import cursors
from plp_api.foundation.rest.fields import Choice, Date, Instant, Text

DEFAULT_LIMIT, GREATEST_LIMIT = 50, 200
MOST_VALUES = 100
"""How often a filter may be repeated."""


def limit_field() -> fields.Integer:
    """The parameter `limit` of a list."""
    return fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, GREATEST_LIMIT),
        metadata={"description": "The maximum number of items on a page."},
    )


def cursor_field() -> fields.String:
    """The parameter `cursor` of a list."""
    return fields.String(
        validate=validate.Length(max=cursors.LONGEST),
        metadata={"description": "`next_cursor` of the previous page."},
    )


@dataclass(frozen=True)
class Filter:
    """A query parameter of a list: the field that parses it, and its SQL criterion.

    A filter whose field is a list may be repeated, and means any of its values; every
    other parameter is refused if it is given twice (`blueprint.Parser`). `needs` is the
    permission on the student without which the filter finds nothing: it shows what
    another kind of record says.
    """

    field: fields.Field[Any]
    criterion: Callable[[Any], ColumnElement[bool]]
    needs: Permission | None = None

    def narrow(self, statement: Select[Any], value: Any, access: Access) -> Select[Any]:
        """The rows of the statement that have this value, as far as the reader may know it."""
        return statement.where(self.criterion(value))


Find = Callable[[Select[Any], Any, str, Caller], Select[Any]]
"""A search of `access.searching`: narrows rows with a person's id to whom the words name."""


@dataclass(frozen=True, kw_only=True)
class NameFilter(Filter):
    """A search for people by words; what it finds depends on the reader (`access.searching`)."""

    find: Find
    key: Any

    def narrow(self, statement: Select[Any], value: Any, access: Access) -> Select[Any]:
        """The rows of the people whom these words name for this reader."""
        return self.find(statement, self.key, value, access.caller)


def repeatable(field: fields.Field[Any]) -> fields.List[Any]:
    """The field of a filter that may be repeated: `status=active&status=draft`."""
    described, field.metadata = field.metadata, {}
    return fields.List(field, validate=validate.Length(1, MOST_VALUES), metadata=described)


def one_of(
    column: Any, choices: type[StrEnum], description: str, *, needs: Permission | None = None
) -> Filter:
    """The column is one of these words of an enum."""
    return in_states(choices, description, _equals_one(column), needs=needs)


def _equals_one(column: Any) -> Callable[[Any], ColumnElement[bool]]:
    return lambda chosen: or_(*(column == word for word in chosen))


def in_states(
    choices: type[StrEnum],
    description: str,
    criterion: Callable[[Any], ColumnElement[bool]],
    *,
    needs: Permission | None = None,
) -> Filter:
    """One of the words of an enum, with its own criterion over the chosen words."""
    field = Choice(choices, metadata={"description": description})
    return Filter(repeatable(field), criterion, needs)


def any_of(column: Any, words: Collection[str], description: str) -> Filter:
    """The column is one of these words, which are no enum: `grade=10&grade=11`."""
    return Filter(repeatable(word_of(words, description)), column.in_)


def word_of(words: Collection[str], description: str) -> fields.String:
    """The field of one word of a closed set that is no enum."""
    error = f"Must be one of: {', '.join(words)}."
    closed = validate.OneOf(words, error=error)
    return fields.String(validate=closed, metadata={"description": description})


def equals(column: Any, field: fields.Field[Any]) -> Filter:
    """The column equals one of the values."""
    return Filter(repeatable(field), column.in_)


def same_id(column: Any, description: str) -> Filter:
    """The column equals one of the ids."""
    return of_id(description, column.in_)


def of_id(
    description: str,
    criterion: Callable[[Any], ColumnElement[bool]],
    *,
    needs: Permission | None = None,
) -> Filter:
    """Ids, with their own criterion."""
    field = fields.UUID(metadata={"description": description})
    return Filter(repeatable(field), criterion, needs)


def same_year(column: Any, description: str) -> Filter:
    """The column equals one of the years."""
    year = fields.Integer(
        validate=validate.Range(1900, 2200), metadata={"description": description}
    )
    return equals(column, year)


def yes_or_no(criterion: Any, description: str, *, needs: Permission | None = None) -> Filter:
    """`true` for the rows that meet the criterion, `false` for the others."""
    return replace(whether(lambda: criterion, description), needs=needs)


def whether(make: Callable[[], Any], description: str) -> Filter:
    """As `yes_or_no`; the criterion is made for each request, as areas above may add to it."""
    field = fields.Boolean(metadata={"description": description})
    return Filter(field, lambda wanted: make() if wanted else ~make())


@dataclass(frozen=True, kw_only=True)
class ForCaller(Filter):
    """A filter whose criterion depends on the caller, as on the settings of their district."""

    made_for: Callable[[Access], Any]

    def narrow(self, statement: Select[Any], value: Any, access: Access) -> Select[Any]:
        """The rows that meet the criterion, or the others."""
        criterion = self.made_for(access)
        return statement.where(criterion if value else ~criterion)


def whether_for(made_for: Callable[[Access], Any], description: str) -> Filter:
    """As `whether`; the criterion depends on the caller."""
    field = fields.Boolean(metadata={"description": description})
    return ForCaller(field, lambda _: true(), made_for=made_for)


def since(*columns: Any) -> Filter:
    """Changed at or after an instant; for polling without loss use `/events`.

    A row that never changes has the instant of its creation. With several columns,
    one for each kind of change, any of them suffices.
    """
    return Filter(
        Instant(metadata={"description": "Only items changed at or after this instant."}),
        lambda value: or_(*(column >= value for column in columns)),
    )


def on_or_before(column: Any, description: str) -> Filter:
    """The date is the day or earlier."""
    return Filter(Date(metadata={"description": description}), lambda value: column <= value)


def on_or_after(column: Any, description: str) -> Filter:
    """The date is the day or later."""
    return Filter(Date(metadata={"description": description}), lambda value: column >= value)


def number_of_days(description: str, least: int = 1, most: int = 366) -> fields.Integer:
    """The field of a filter by a number of days."""
    described = {"description": description, "example": 30}
    return fields.Integer(validate=validate.Range(least, most), metadata=described)


def words_field() -> fields.Field[Any]:
    """The field of a text search."""
    described = {"description": "Text to search for; case and accents are ignored."}
    return Text(longest=100, metadata=described)


def names(key: Any, find: Find, found_by: str) -> Filter:
    """A search for people, whose id is `key`; `found_by` says by what they are found."""
    words = (
        f"Words, each the beginning of a word of {found_by}, in any order. Case and accents do not"
        " matter."
    )
    field = Text(longest=100, metadata={"description": words, "example": "ortiz ma"})
    return NameFilter(field, lambda _: true(), find=find, key=key)


def search(*columns: Any) -> Filter:
    """One of the columns contains the text; case and accents are ignored."""
    return Filter(
        words_field(),
        lambda words: or_(
            *(db.plain(column).contains(texts.plain(words), autoescape=True) for column in columns)
        ),
    )


def of_students(model: Any) -> dict[str, Filter]:
    """The filters of a list whose rows hang off students, by what is known of the student."""
    column = getattr(model, model.__ownership__.column)
    found = {name: _by(way, column) for name, way in finding.WAYS.items()}
    if column.key == "id":
        return found
    return {"student_id": same_id(column, "Only this student's."), **found}


def _by(way: finding.Way, column: Any) -> Filter:
    """The filter of one way to find students; `column` holds the student's id."""
    if way.words is None:
        return of_id(way.description, partial(way.criterion, column), needs=way.needs)
    field = word_of(way.words, way.description)
    return Filter(repeatable(field), partial(way.criterion, column), way.needs)


Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Listing:
    """How a collection may be listed: filters and sorts by name; the first sort is the default.

    A sort is a column, or several of which each orders the rows that are equal by those
    before it: `(Person.family_name, Person.given_name)`.
    """

    filters: Mapping[str, Filter]
    sorts: Mapping[str, Column | tuple[Column, ...]]
    key: Column | None = None
    """The column that orders rows with equal sort values; default: the `id` of the same table."""

    @classmethod
    def of_spans(cls, model: Any, **filters: Filter) -> "Listing":
        """A listing for dated rows (`starts_on`, `ends_on`); further filters come first."""
        is_current = yes_or_no(holds(model), "Only those that hold today, or only the others.")
        return cls(
            filters={
                **filters,
                "is_current": is_current,
                "updated_since": since(model.updated_at),
            },
            sorts={"starts_on": model.starts_on, "updated_at": model.updated_at},
        )

    @property
    def model(self) -> Any:
        """The table whose rows are listed."""
        return self.position(next(iter(self.sorts)))[-1].class_

    def across_students(self) -> "Listing":
        """The same list, with the filters by student it lacks, if its rows hang off students.

        For lists across students; beneath one row all rows are of one student.
        """
        if not isinstance(getattr(self.model, "__ownership__", None), OwnedByStudent):
            return self
        return replace(self, filters={**of_students(self.model), **self.filters})

    def position(self, sort: str) -> tuple[Any, ...]:
        """The columns of a sort, and the column that orders rows with equal values."""
        named = self.sorts[sort.lstrip("-")]
        columns = named if isinstance(named, tuple) else (named,)
        return *columns, columns[0].class_.id if self.key is None else self.key

    def query_schema(self, name: str) -> type[ma.Schema]:
        """The schema of the query string; unknown parameters are a 422."""
        sorts = [sign + name for name in self.sorts for sign in ("", "-")]
        described = {"description": "`-` before the name sorts in descending order."}
        members: dict[str, Any] = {
            **{key: each.field for key, each in self.filters.items()},
            "sort": fields.String(
                load_default=next(iter(self.sorts)),
                validate=validate.OneOf(sorts, error=f"Must be one of: {', '.join(sorts)}."),
                metadata=described,
            ),
            "limit": limit_field(),
            "cursor": cursor_field(),
            "count": fields.Boolean(
                load_default=False, metadata={"description": "Adds `total_count`."}
            ),
        }
        members["Meta"] = type("Meta", (), {"unknown": ma.RAISE})
        return type(name, (ma.Schema,), members)


@dataclass
class Page:
    """One page of rows."""

    items: Sequence[Any]
    next_cursor: str | None
    total_count: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """`Link: rel="next"` (RFC 8288), absolute."""
        if self.next_cursor is None:
            return {}
        pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
        query = urlencode([*pairs, ("cursor", self.next_cursor)])
        return {"Link": f'<{request.base_url}?{query}>; rel="next"'}


def page(
    statement: Select[Any],
    listing: Listing,
    asked: Mapping[str, Any],
    access: Access,
    load: Callable[[Select[Any]], Sequence[Any]] | None = None,
) -> Page:
    """One page of the statement, which selects an entity with an `id`, or columns with one.

    `asked` holds the query parameters. `load` runs the statement (default:
    `access.scalars`, which returns entities).
    """
    statement = narrowed(statement, listing, asked, access)
    total = _count(statement, access) if asked["count"] else None
    if "cursor" in asked:
        statement = statement.where(after(asked["cursor"], asked["sort"], listing))
    statement = statement.order_by(*order(listing, asked["sort"])).limit(asked["limit"] + 1)
    page = cut((load or access.scalars)(statement), listing, asked)
    page.total_count = total
    return page


def narrowed(
    statement: Select[Any], listing: Listing, asked: Mapping[str, Any], access: Access
) -> Select[Any]:
    """The rows that the filters ask for, of students about whom the caller may know that much."""
    chosen = {name: each for name, each in listing.filters.items() if name in asked}
    for name, each in chosen.items():
        statement = each.narrow(statement, asked[name], access)
    needed = dict.fromkeys(each.needs for each in chosen.values() if each.needs is not None)
    return statement.where(
        *(is_about_students_of(listing.model, access.caller, one) for one in needed)
    )


def order(listing: Listing, sort: str) -> list[ColumnElement[Any]]:
    """The ORDER BY of a list: the sort's columns, then the key."""
    columns = listing.position(sort)
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


def cut(rows: Sequence[Any], listing: Listing, asked: Mapping[str, Any]) -> Page:
    """The page of these rows; one row more than `limit` means that another page follows."""
    items = rows[: asked["limit"]]
    more = len(rows) > len(items)
    return Page(items, _cursor(asked["sort"], listing, items[-1]) if more else None)


def _count(statement: Select[Any], access: Access) -> int:
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return db.session().scalar(counted, access.caller.binds) or 0


def _cursor(sort: str, listing: Listing, row: Any) -> str:
    *columns, _ = listing.position(sort)
    keys = [*(column.key for column in columns), "id"]
    place = [row[key] if isinstance(row, dict) else getattr(row, key) for key in keys]
    return cursors.written([request.path, sort, *place])


def after(cursor: str, sort: str, listing: Listing) -> ColumnElement[bool]:
    """The rows after the cursor, in the order it was made for."""
    columns = listing.position(sort)

    def parse(place: Any) -> list[Any]:
        path, made_for, *values = place
        if [path, made_for] != [request.path, sort]:
            raise ValueError("made for another list or sort")
        return [_typed(*pair) for pair in zip(values, columns, strict=True)]

    values = cursors.read(cursor, parse)
    return _beyond(columns, values, is_descending=sort.startswith("-"))


def _beyond(
    columns: Sequence[Any], values: Sequence[Any], *, is_descending: bool
) -> ColumnElement[bool]:
    """The rows beyond these values, compared column by column.

    Written so that both databases can use an index that begins with the first columns.
    """
    column, value = columns[0], values[0]
    beyond: ColumnElement[bool] = column < value if is_descending else column > value
    if len(columns) == 1:
        return beyond
    rest = _beyond(columns[1:], values[1:], is_descending=is_descending)
    reached: ColumnElement[bool] = column <= value if is_descending else column >= value
    return reached & (beyond | rest)


def _typed(value: Any, column: Column) -> Any:
    wanted = column.type.python_type
    if wanted is UUID:
        return UUID(value)
    if wanted is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if wanted is date:
        return date.fromisoformat(value)
    if not isinstance(value, wanted) or (isinstance(value, str) and not db.storable(value)):
        raise ValueError("wrong type")
    return value
