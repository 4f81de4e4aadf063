"""What the fonts at hand cannot draw, said in words in square brackets.

A page must not carry empty boxes, and PDF/UA forbids them. What was written
stays whole in the snapshot and on the HTML page.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

JOINERS = "\u200b\u200c\u200d\ufe0e\ufe0f\u2060\U0001f3fb-\U0001f3ff"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
INITIALS = frozenset({"CJK"})

LATIN_1 = 0xFF
PROBES = 96

Draws = Callable[[str], bool]


def without_controls(text: str) -> str:
    """The text without characters that mean nothing on paper; a tab is a space."""
    return CONTROLS.sub("", text.replace("\t", " "))


def missing(texts: Iterable[str], draws: Draws) -> frozenset[str]:
    """The characters of these texts that no font has, found by halving: `draws` tells of many.

    Once it was asked PROBES times, whatever is still to be told apart counts as missing.
    """
    # What Latin-1 has, every text font has.
    unusual = sorted({one for text in texts for one in text if ord(one) > LATIN_1})
    waiting, lacking = deque(["".join(unusual)]), set[str]()
    for _ in range(PROBES):
        if not waiting:
            break
        characters = waiting.popleft()
        if not characters or draws(characters):
            continue
        if len(characters) == 1:
            lacking.add(characters)
            continue
        half = len(characters) // 2
        waiting += [characters[:half], characters[half:]]
    return frozenset(lacking.union(*waiting))


def named(value: Any, lacking: frozenset[str]) -> Any:
    """Plain data with every run of characters that no font has replaced by its name."""
    if isinstance(value, str):
        return _replaced(value, lacking)
    if isinstance(value, dict):
        return {key: named(one, lacking) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [named(one, lacking) for one in value]
    return value


def _replaced(text: str, lacking: frozenset[str]) -> str:
    if lacking.isdisjoint(text):
        return text
    one_of_them = f"[{re.escape(''.join(sorted(lacking)))}]"
    # Words of a script that is lacking stand together: one name for all of them.
    run = re.compile(f"{one_of_them}(?:[{JOINERS} ]*{one_of_them})*[{JOINERS}]*")
    return run.sub(lambda found: _names([one for one in found[0] if one in lacking]), text)


def _names(run: list[str]) -> str:
    letters = [one for one in run if unicodedata.category(one)[0] in "LM"]
    if letters:
        script = _name(letters[0]).split(" ")[0].split("-")[0]
        kind = script if script in INITIALS else script.capitalize()
        return f"[{len(run)} {kind} character{'s' if len(run) > 1 else ''}]"
    return "".join(f"[{_name(one).lower()}]" for one in run)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
