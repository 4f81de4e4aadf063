"""Spans of dated rows: from `starts_on` until the day before `ends_on`, or without an end."""

from datetime import date
from typing import Any

from sqlalchemy import and_, false, or_, true
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation.problems import invalid


def check(starts_on: date, ends_on: date | None) -> None:
    """Raise validation_failed at `ends_on` if the span ends before it begins."""
    if ends_on is not None and ends_on < starts_on:
        raise invalid("ends_on", "Must not lie before `starts_on`.")


def holds_on(row: Any, day: Any) -> ColumnElement[bool]:
    """Whether a dated row holds on the day, as SQL; `row` is a model or its columns."""
    return and_(row.starts_on <= day, is_not_over(row, day))


def is_not_over(row: Any, day: Any) -> ColumnElement[bool]:
    """Whether a dated row holds on the day or later, as SQL."""
    return or_(row.ends_on.is_(None), row.ends_on > day)


def is_held_on(row: Any, day: date) -> bool:
    """Whether a loaded row holds on the day."""
    return row.starts_on <= day and (row.ends_on is None or row.ends_on > day)


def lies_within(starts_on: date, ends_on: date | None, other: tuple[date, date | None]) -> bool:
    """Whether the span has no day that the other span, of start and end, has not."""
    if ends_on is not None and ends_on <= starts_on:
        return True
    first, end = other
    return starts_on >= first and (end is None or (ends_on is not None and ends_on <= end))


def overlaps(row: Any, starts_on: date, ends_on: date | None) -> ColumnElement[bool]:
    """Whether a dated row holds on any day of the span, as SQL; an empty span overlaps nothing."""
    if ends_on is not None and ends_on <= starts_on:
        return false()
    return and_(
        or_(row.ends_on.is_(None), and_(row.ends_on > starts_on, row.ends_on > row.starts_on)),
        true() if ends_on is None else row.starts_on < ends_on,
    )
