"""The standing of a review on a day, from its dates and the version that completes it.

Written twice: in Python for what is shown, in SQL for what is searched; a test compares
the two.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation.access.caller import TODAY


class Standing(StrEnum):
    """The standing of a review on a day: `current` once a version was approved in its cycle."""

    CURRENT = "current"
    EXCEPTED = "excepted"
    OVERDUE = "overdue"
    DUE = "due"


def standing(plan_version_id: Any, excepted_on: Any, due_on: date, today: date) -> Standing:
    """The standing of a review with these columns; the first two only count as set or empty."""
    if plan_version_id is not None:
        return Standing.CURRENT
    if excepted_on is not None:
        return Standing.EXCEPTED
    return Standing.OVERDUE if due_on < today else Standing.DUE


def stands(review: Any, chosen: Iterable[str]) -> ColumnElement[bool]:
    """Whether a review has one of these standings on the caller's day; `review` has the columns."""
    is_missing = review.plan_version_id.is_(None)
    is_awaited = and_(is_missing, review.excepted_on.is_(None))
    criteria: dict[str, ColumnElement[bool]] = {
        Standing.CURRENT: review.plan_version_id.is_not(None),
        Standing.EXCEPTED: and_(is_missing, review.excepted_on.is_not(None)),
        Standing.OVERDUE: and_(is_awaited, review.due_on < TODAY),
        Standing.DUE: and_(is_awaited, review.due_on >= TODAY),
    }
    return or_(*(criteria[one] for one in chosen))
