"""School days, counted as Monday to Friday: no calendar of holidays is known here.

They count in the summer too, unlike in the limits on paid work (`elos.labor`): an ELO that goes on
in July does not wait until September to be signed again.
"""

from datetime import date, timedelta

DAY, FRIDAY = timedelta(days=1), 5


def later(day: date, count: int) -> date:
    """The school day that is `count` school days after the day; the day itself for none."""
    while count > 0:
        day += DAY
        count -= day.isoweekday() <= FRIDAY
    return day
