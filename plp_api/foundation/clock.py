"""Instants, a district's today, birthdays, and the cycle of annual reviews."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "America/New_York"


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today(zone: str = DEFAULT_ZONE) -> date:
    """Today's date in a time zone: rights begin and end on the district's local dates."""
    return now().astimezone(_zone(zone)).date()


def end_of(day: date, zone: str = DEFAULT_ZONE) -> datetime:
    """The first instant after the day in a time zone, converted to UTC."""
    following = datetime.combine(day + timedelta(days=1), time(), _zone(zone))
    return following.astimezone(UTC)


def iso(value: date | datetime | None) -> str | None:
    """A date or an instant as the API writes it (RFC 3339, `Z`); hot reads use this."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def birthday(born_on: date, age: int) -> date:
    """The day on which a person born on `born_on` reaches `age`.

    For a person born on 29 February it is 1 March in a year without that day (our
    reading: the later of the two dates in use, for counsel to confirm).
    """
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


@dataclass(frozen=True)
class Cycle:
    """The year in which a plan must be updated once: first day, and last day inclusive.

    16 V.S.A. 942 requires an update "at least annually" by 30 November; we read this
    as a cycle from 1 December to 30 November. A district may set an earlier end.
    """

    starts_on: date
    ends_on: date

    @classmethod
    def containing(cls, day: date, end_month: int = 11, end_day: int = 30) -> "Cycle":
        """The cycle that contains `day`, if cycles end each year on this month and day."""
        ends_on = date(day.year, end_month, end_day)
        if day > ends_on:
            ends_on = date(day.year + 1, end_month, end_day)
        previous = date(ends_on.year - 1, end_month, end_day)
        return cls(previous + timedelta(days=1), ends_on)
