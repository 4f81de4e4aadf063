"""Values as words on a page."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
# Words that are not read as they are spelled.
SPOKEN = {
    "cte": "CTE",
    "elo": "ELO",
    "personal_social": "Personal and social",
    "account": "Signed in",
    "in_room": "In the room",
    "link": "By link",
}


def day(on: date) -> str:
    """A date as it is written in Vermont."""
    return f"{MONTHS[on.month - 1]} {on.day}, {on.year}"


def phrase(code: str) -> str:
    """The words of an enumerated value or of a member's name."""
    return SPOKEN.get(code) or code.replace("_", " ").capitalize()


def label(name: str) -> str:
    """The words of a member's name; `_on`, `_at` and `is_` only say what type it has."""
    return phrase(re.sub(r"^is_|_(on|at)$", "", name))


def value_words(value: Any) -> str:
    """Any JSON value in words; empty where there is nothing to say."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = ((label(key), value_words(one)) for key, one in value.items())
        return "; ".join(f"{name}: {words}" for name, words in pairs if words)
    if isinstance(value, list):
        return ", ".join(words for one in value if (words := value_words(one)))
    return str(value)


def _text(value: str) -> str:
    if ISO_DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    return phrase(value) if CODE.fullmatch(value) and "_" in value else value
