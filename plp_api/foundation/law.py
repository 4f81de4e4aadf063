"""What the law says in numbers and words, with its source and the days on which it holds.

`seeds/reference/law.json` has it. A law that changes gets another entry, so that a plan of an
earlier day is still judged by the law of that day.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import orjson

from plp_api.foundation import data


@dataclass(frozen=True)
class Provision:
    """One value of the law. `effective_to` is the last day on which it holds."""

    key: str
    value: Any
    about: str
    source: str
    effective_from: date
    effective_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the law says so on that day."""
        is_over = self.effective_to is not None and self.effective_to < day
        return self.effective_from <= day and not is_over


@cache
def provisions() -> tuple[Provision, ...]:
    """Every entry of the file."""
    entries = orjson.loads((data.seeds() / "reference/law.json").read_bytes())
    return tuple(_provision(entry) for entry in entries)


def _provision(entry: dict[str, Any]) -> Provision:
    ends = entry["effective_to"]
    return Provision(
        **{
            **entry,
            "effective_from": date.fromisoformat(entry["effective_from"]),
            "effective_to": None if ends is None else date.fromisoformat(ends),
        }
    )


def on(key: str, day: date) -> Provision | None:
    """What the law says about `key` on that day; None if it says nothing."""
    return next((one for one in _of(key) if one.holds_on(day)), None)


@cache
def _of(key: str) -> tuple[Provision, ...]:
    return tuple(one for one in provisions() if one.key == key)
