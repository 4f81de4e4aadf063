"""The words of the frame around a showcase: a catalogue for each language, English otherwise.

What the student wrote stays in the showcase's language; the frame speaks it too, if it can.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from plp_api.learning.attestations.words import LANGUAGES, ORIGINAL, known, spoken

__all__ = ["LANGUAGES", "Words", "of", "offered"]


@cache
def catalogue(language: str) -> dict[str, Any]:
    """The catalogue of a language that has one."""
    path = files("plp_api.learning.sharing") / "pages" / "words" / f"{language}.json"
    members: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return members


@dataclass(frozen=True)
class Words:
    """Says things in one language."""

    language: str

    def __call__(self, key: str, **filled: Any) -> str:
        """The text of a member, with its places filled."""
        text: str = catalogue(self.language)[key]
        return text.format(**filled) if filled else text

    def kind(self, kind: str) -> str:
        """The words of a kind of artifact."""
        named: str = catalogue(self.language)["kinds"][kind]
        return named

    def day(self, on: date) -> str:
        """A day, as it is written in the language."""
        return spoken(self.language).day(on)

    def size(self, count: int) -> str:
        """A number of bytes."""
        for unit, bytes_of in (("MB", 1 << 20), ("KB", 1 << 10)):
            if count >= bytes_of:
                return self("size", number=self._number(count / bytes_of), unit=unit)
        return self("size", number=count, unit="B")

    def _number(self, value: float) -> str:
        written = f"{value:.1f}" if value < 10 else f"{value:.0f}"
        return written.replace(".", self("decimal"))


def of(tag: str) -> Words:
    """The words of a language tag, English where it has no catalogue."""
    return Words(known(tag) or ORIGINAL)


def offered(best: str | None) -> Words:
    """The words of the language that a browser asks for."""
    return Words(best or ORIGINAL)
