"""Move the demo's dates to the present school year, and leave out future ones."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from plp_api.foundation import clock

WRITTEN_FOR = 2027
FIRST_MONTH = 7
MIDDAY = time(17, 0, tzinfo=UTC)
"""Noon in Vermont: the time of day of the demo's instants."""


@dataclass(frozen=True)
class Years:
    """The number of years by which the demo moves, and the day on which it is loaded."""

    by: int
    today: date

    @classmethod
    def until(cls, today: date) -> "Years":
        """For a school year that ends in the year of the next June."""
        ends = today.year + (today.month >= FIRST_MONTH)
        return cls(ends - WRITTEN_FOR, today)

    def moved(self, written: str) -> str:
        """An ISO date, moved; 29 February becomes the 28th where the year has none."""
        day = date.fromisoformat(written)
        year = day.year + self.by
        is_leap_day = (day.month, day.day) == (2, 29) and not calendar.isleap(year)
        return day.replace(year=year, day=28 if is_leap_day else day.day).isoformat()

    def day(self, written: str | None) -> date | None:
        """The moved date, or None."""
        return None if written is None else date.fromisoformat(self.moved(written))

    def past(self, written: str | None) -> date | None:
        """The moved date; None if it is in the future."""
        day = self.day(written)
        return day if day and day <= self.today else None


def at(day: date) -> datetime:
    """An instant on that day."""
    return min(datetime.combine(day, MIDDAY), clock.now())
