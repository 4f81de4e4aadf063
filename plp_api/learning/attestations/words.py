"""The words of letters and pages, in the mentor's language: a catalogue for each language.

A catalogue is a file in `pages/words`. All have the same members, with the same places to
fill. A language without one is answered in English.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

ORIGINAL = "en"
LANGUAGES = {"en": "English", "es": "Español", "fr": "Français"}
HALVES = {"en": ("a.m.", "p.m."), "es": ("a.\u00a0m.", "p.\u00a0m.")}
"""How a language that counts to twelve names the halves of a day; others count to 24."""
HOURS = re.compile(r"\A([0-9]{1,2})(?:(:)([0-5][0-9])|[.,]([0-9]{1,2}))?\Z")


@cache
def catalogue(language: str) -> dict[str, Any]:
    """The catalogue of a language that has one."""
    path = files("plp_api.learning.attestations") / "pages" / "words" / f"{language}.json"
    members: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return members


def known(tag: str) -> str | None:
    """The language of the tag that has a catalogue: `es` of `es-MX`."""
    main = tag.split("-", maxsplit=1)[0].lower()
    return main if main in LANGUAGES else None


@dataclass(frozen=True)
class Words:
    """Says things in one language."""

    language: str

    def __call__(self, key: str, **filled: Any) -> str:
        """The text of a member, with its places filled."""
        text: str = catalogue(self.language)[key]
        return text.format(**filled) if filled else text

    def named(self, kind: str, key: str) -> str:
        """The words of a member of a closed set (`habits`, `levels`, `concerns`, …)."""
        of_kind: dict[str, str] = catalogue(self.language)[kind]
        return of_kind.get(key) or key.replace("_", " ").capitalize()

    def day(self, on: date) -> str:
        """A day, as it is written in the language."""
        months = catalogue(self.language)["months"]
        return self("day", month=months[on.month - 1], day=on.day, year=on.year)

    def moment(self, at: datetime, zone: str) -> str:
        """An instant in a time zone, to the minute."""
        local = at.astimezone(ZoneInfo(zone))
        return self.at(local.date(), local.hour * 60 + local.minute)

    def at(self, on: date, minute: int) -> str:
        """A day and a minute of it."""
        return self("moment", day=self.day(on), time=self.clock(minute))

    def clock(self, minute: int) -> str:
        """A minute of the day as a clock shows it: `1 p.m.`, `1:30 p. m.`, `13 h 30`."""
        hour, rest = divmod(minute, 60)
        if self.language not in HALVES:
            return f"{hour} h {rest:02}" if rest else f"{hour} h"
        shown = f"{(hour - 1) % 12 + 1}"
        shown += f":{rest:02}" if rest else ""
        return f"{shown}\u00a0{HALVES[self.language][hour % 24 // 12]}"

    def duration(self, minutes: int) -> str:
        """A number of minutes, as hours and minutes."""
        hours, rest = divmod(minutes, 60)
        parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
        return " ".join(filter(None, parts))


def spoken(tag: str) -> Words:
    """The words of a language tag, English where it has no catalogue."""
    return Words(known(tag) or ORIGINAL)


def minutes_of(hours: str) -> int | None:
    """The minutes of hours as people write them: `2`, `2.5`, `2,5`, `2:30`. None if they are none.

    At most a day.
    """
    parts = HOURS.match(hours.strip())
    if parts is None:
        return None
    whole, _, minutes, decimals = parts.groups()
    rest = int(minutes) if minutes else 0
    if decimals:
        rest = round(int(decimals) * 60 / 10 ** len(decimals))
    total = int(whole) * 60 + rest
    return total if total <= 24 * 60 else None
