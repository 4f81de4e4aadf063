"""The standing of a review on a day, from its dates and the version that completes it."""

from datetime import date
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """The standing of a review on a day: `complete` once a version was approved in its cycle."""

    COMPLETE = "complete"
    EXCEPTED = "excepted"
    OVERDUE = "overdue"
    DUE = "due"


def standing(plan_version_id: Any, excepted_on: Any, due_on: date, today: date) -> Standing:
    """The standing of a review with these columns; the first two only count as set or empty."""
    if plan_version_id is not None:
        return Standing.COMPLETE
    if excepted_on is not None:
        return Standing.EXCEPTED
    return Standing.OVERDUE if due_on < today else Standing.DUE
