"""School days, counted as Monday to Friday: no calendar of holidays is known here."""

from datetime import date, timedelta

DAY, FRIDAY = timedelta(days=1), 5


def is_school_day(day: date) -> bool:
    """Whether it is a day from Monday to Friday."""
    return day.isoweekday() <= FRIDAY


def later(day: date, count: int) -> date:
    """The school day that is `count` school days after the day; the day itself for none."""
    while count > 0:
        day += DAY
        count -= is_school_day(day)
    return day
