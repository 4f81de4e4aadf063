"""Values as words on a page."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SAYS_ITS_KIND = re.compile(r"^is_|_(on|at|minutes)$")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Codes whose words differ from their spelling.
SPOKEN = {
    "cte": "Career and technical education (CTE)",
    "elo": "Extended learning opportunity (ELO)",
    "elos": "Extended learning opportunities (ELOs)",
    "personal_social": "Personal and social",
    "account": "Signed in",
    "in_room": "In the room",
    "link": "By link",
    "paper": "On paper",
}


def day(on: date) -> str:
    """A date as it is written in Vermont."""
    return f"{MONTHS[on.month - 1]} {on.day}, {on.year}"


def local_day(at: datetime, zone: ZoneInfo) -> str:
    """The date of an instant in the district's time zone."""
    return day(at.astimezone(zone).date())


def hours(minutes: int) -> str:
    """A span of time as hours and minutes."""
    whole, rest = divmod(minutes, 60)
    counted = [(whole, "hour"), (rest, "minute")]
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in counted if number]
    return " ".join(words) or "0 hours"


def phrase(code: str) -> str:
    """The words of an enumerated value or of a member's name."""
    return SPOKEN.get(code) or code.replace("_", " ").capitalize()


def label(name: str) -> str:
    """The words of a member's name, without `is_`, `_on` and the like, which only name its type."""
    return phrase(SAYS_ITS_KIND.sub("", name))


def value_words(name: str, value: Any) -> str:
    """The value of a member in words; empty for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        is_day = name.endswith("_on") and ISO_DAY.fullmatch(value)
        return day(date.fromisoformat(value)) if is_day else value
    if isinstance(value, Mapping):
        pairs = ((label(key), value_words(key, item)) for key, item in value.items())
        return "; ".join(f"{called}: {words}" for called, words in pairs if words)
    if isinstance(value, list):
        return ", ".join(words for item in value if (words := value_words(name, item)))
    return str(value)
