"""Checks of the days given for goals, steps and check-ins."""

from datetime import date

from plp_api.foundation import clock
from plp_api.foundation.problems import invalid

EARLIEST = date(2000, 1, 1)
FURTHEST_YEARS = 10


def plausible(field: str, due_on: date | None, today: date) -> None:
    """Raise validation_failed for a due date so far away that it must be a typing error."""
    if due_on is not None and not EARLIEST <= due_on <= clock.birthday(today, FURTHEST_YEARS):
        raise invalid(field, f"Must lie between {EARLIEST} and {FURTHEST_YEARS} years from now.")


def happened(field: str, on: date | None, opened_on: date, today: date) -> None:
    """Raise validation_failed for a day of work in the future or before the plan was opened."""
    if on is not None and not opened_on <= on <= today:
        raise invalid(field, f"Must lie between {opened_on}, when the plan was opened, and today.")
