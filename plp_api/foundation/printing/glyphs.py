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
# Embeddings, overrides and isolates, and what ends them (UAX 9).
OPENING = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
CLOSING = frozenset(OPENING.values())
# Classes of characters that change the direction of what follows them.
DIRECTED = frozenset(["R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"])
PRIVATE = "Co"
# Typst's PDF writer panics where a word has more than 64 KiB.
LONGEST_WORD = re.compile(r"\S{2000}")
LONG_WORD = re.compile(r"\S{48}")

LATIN_1 = 0xFF
PROBES = 96

Draws = Callable[[str], bool]


def without_controls(text: str) -> str:
    """The text without characters that mean nothing on paper; a tab is a space."""
    return CONTROLS.sub("", text.replace("\t", " "))


def isolated(text: str) -> str:
    """The text so that its direction stays its own, wherever it is put (UAX 9).

    What it opens is closed, and it closes nothing that others opened.
    """
    if not any(unicodedata.bidirectional(one) in DIRECTED for one in text):
        return text
    kept, opened = [FIRST_STRONG_ISOLATE], list[str]()
    isolates = 0
    for one in text:
        if one in OPENING:
            opened.append(OPENING[one])
            isolates += opened[-1] == POP_ISOLATE
        elif one == POP_ISOLATE:
            if not isolates:
                continue
            isolates -= 1
            # An isolate ends what was embedded in it, not the reverse.
            while opened.pop() != one:
                pass
        elif one in CLOSING:
            if opened[-1:] != [one]:
                continue
            opened.pop()
        kept.append(one)
    return "".join([*kept, *reversed(opened), POP_ISOLATE])


def breakable(text: str) -> str:
    """The text with a place to break a line in words that no line could hold."""
    return LONGEST_WORD.sub("\\g<0>\u200b", text)


def much_broken(text: str) -> str:
    """The text with places to break in every word of more than some fifty characters."""
    return LONG_WORD.sub("\\g<0>\u200b", text)


def missing(texts: Iterable[str], draws: Draws) -> frozenset[str]:
    """The characters of these texts that no font has, found by halving: `draws` tells of many.

    Once it was asked PROBES times, whatever is still to be told apart counts as missing.
    Of characters for private use nobody knows what they should look like.
    """
    # What Latin-1 has, every text font has.
    unusual = sorted({one for text in texts for one in text if ord(one) > LATIN_1})
    lacking = {one for one in unusual if unicodedata.category(one) == PRIVATE}
    waiting = deque(["".join(one for one in unusual if one not in lacking)])
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


def each(value: Any, change: Callable[[str], str]) -> Any:
    """Plain data with every text changed, however deep."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: each(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [each(one, change) for one in value]
    return value


def named(value: Any, lacking: frozenset[str]) -> Any:
    """Plain data with every run of characters that no font has replaced by its name."""
    return each(value, lambda text: _replaced(text, lacking))


def _replaced(text: str, lacking: frozenset[str]) -> str:
    if lacking.isdisjoint(text):
        return text
    one_of_them = f"[{re.escape(''.join(sorted(lacking)))}]"
    # Words of a script that is lacking stand together: one name for all of them.
    run = re.compile(f"{one_of_them}(?:[{JOINERS} ]*{one_of_them})*[{JOINERS}]*")
    return run.sub(lambda found: _names([one for one in found[0] if one in lacking]), text)


def _names(run: list[str]) -> str:
    if unicodedata.category(run[0]) == PRIVATE:
        return f"[{len(run)} private-use character{'s' if len(run) > 1 else ''}]"
    letters = [one for one in run if unicodedata.category(one)[0] in "LM"]
    if letters:
        script = _name(letters[0]).split(" ")[0].split("-")[0]
        kind = script if script in INITIALS else script.capitalize()
        return f"[{len(run)} {kind} character{'s' if len(run) > 1 else ''}]"
    return "".join(f"[{_name(one).lower()}]" for one in run)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
