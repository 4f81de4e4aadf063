"""Lists: a closed set of filters and sorts, and cursors that skip no row when others change."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
import orjson
from flask import request
from marshmallow import fields, validate
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import db
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.rest.fields import Choice, Date, Instant, Text

DEFAULT_LIMIT, GREATEST_LIMIT = 50, 200
# A cursor holds a value of the sorted column: at most a few hundred characters of a title or name.
LONGEST_CURSOR = 2000


@dataclass(frozen=True)
class Filter:
    """A query parameter of a list: the field that parses it, and its SQL criterion."""

    field: fields.Field[Any]
    criterion: Callable[[Any], ColumnElement[bool]]


def one_of(column: Any, choices: type[StrEnum], description: str) -> Filter:
    """The column is one of these; repeatable: `status=active&status=draft`."""
    words = fields.List(Choice(choices), metadata={"description": description})
    return Filter(words, lambda chosen: or_(*(column == word for word in chosen)))


def any_of(column: Any, words: Collection[str], description: str) -> Filter:
    """As `one_of`, for words that are not an enum: `grade=10&grade=11`."""
    word = fields.String(validate=validate.OneOf(words))
    return Filter(fields.List(word, metadata={"description": description}), column.in_)


def equals(column: Any, field: fields.Field[Any]) -> Filter:
    """The column equals the value."""
    return Filter(field, lambda value: column == value)


def same_id(column: Any, description: str) -> Filter:
    """The column equals the id."""
    return of_id(description, lambda value: column == value)


def of_id(description: str, criterion: Callable[[Any], ColumnElement[bool]]) -> Filter:
    """An id, with its own criterion."""
    return Filter(fields.UUID(metadata={"description": description}), criterion)


def same_year(column: Any, description: str) -> Filter:
    """The column equals the year."""
    year = fields.Integer(
        validate=validate.Range(1900, 2200), metadata={"description": description}
    )
    return equals(column, year)


def yes_or_no(criterion: Any, description: str) -> Filter:
    """`true` for the rows that meet the criterion, `false` for the others."""
    field = fields.Boolean(metadata={"description": description})
    return Filter(field, lambda wanted: criterion if wanted else ~criterion)


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


def words_field() -> fields.Field[Any]:
    """The field of a text search."""
    described = {"description": "Text to search for; case is ignored."}
    return Text(longest=100, metadata=described)


def search(*columns: Any) -> Filter:
    """One of the columns contains the text; case is ignored."""
    return Filter(
        words_field(),
        lambda words: or_(*(column.icontains(words, autoescape=True) for column in columns)),
    )


@dataclass(frozen=True)
class Listing:
    """How a collection may be listed: filters and sorts by name; the first sort is the default."""

    filters: Mapping[str, Filter]
    sorts: Mapping[str, InstrumentedAttribute[Any]]
    key: InstrumentedAttribute[Any] | None = None
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

    def position(self, sort: str) -> tuple[InstrumentedAttribute[Any], Any]:
        """The column of a sort, and the column that orders rows with equal values."""
        column = self.sorts[sort.lstrip("-")]
        return column, column.class_.id if self.key is None else self.key

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
            "limit": fields.Integer(
                load_default=DEFAULT_LIMIT,
                validate=validate.Range(1, GREATEST_LIMIT),
                metadata={"description": "The maximum number of items on a page."},
            ),
            "cursor": fields.String(
                validate=validate.Length(max=LONGEST_CURSOR),
                metadata={"description": "`next_cursor` of the previous page."},
            ),
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
    for name, each in listing.filters.items():
        if name in asked:
            statement = statement.where(each.criterion(asked[name]))
    total = _count(statement, access) if asked["count"] else None
    if "cursor" in asked:
        statement = statement.where(_after(asked["cursor"], asked["sort"], listing))
    statement = statement.order_by(*order(listing, asked["sort"])).limit(asked["limit"] + 1)
    page = cut((load or access.scalars)(statement), listing, asked)
    page.total_count = total
    return page


def order(listing: Listing, sort: str) -> list[ColumnElement[Any]]:
    """The ORDER BY of a list: the sort's column, then the key."""
    columns = listing.position(sort)
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


def cut(rows: Sequence[Any], listing: Listing, asked: Mapping[str, Any]) -> Page:
    """The page of these rows; one row more than `limit` means that another page follows."""
    items = rows[: asked["limit"]]
    more = len(rows) > len(items)
    column, _ = listing.position(asked["sort"])
    return Page(items, _cursor(asked["sort"], column, items[-1]) if more else None)


def _count(statement: Select[Any], access: Access) -> int:
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return db.session().scalar(counted, access.caller.binds) or 0


def _cursor(sort: str, column: InstrumentedAttribute[Any], row: Any) -> str:
    place = row if isinstance(row, dict) else {"id": row.id, column.key: getattr(row, column.key)}
    position = [request.path, sort, place[column.key], place["id"]]
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def _after(cursor: str, sort: str, listing: Listing) -> ColumnElement[bool]:
    """The rows after the cursor, in the order it was made for.

    Written so that both databases can use an index on (column, id).
    """
    column, model_id = listing.position(sort)
    try:
        *made_for, value, last_id = orjson.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        if made_for != [request.path, sort]:
            raise ValueError("made for another list or sort")
        value, last_id = _typed(value, column), UUID(last_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        detail = "Not a cursor of this list."
        raise Problem(
            Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="cursor")]
        ) from error
    after: ColumnElement[bool] = (column >= value) & ((column > value) | (model_id > last_id))
    before: ColumnElement[bool] = (column <= value) & ((column < value) | (model_id < last_id))
    return before if sort.startswith("-") else after


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    wanted = column.type.python_type
    if wanted is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if wanted is date:
        return date.fromisoformat(value)
    if not isinstance(value, wanted) or (isinstance(value, str) and not db.storable(value)):
        raise ValueError("wrong type")
    return value
