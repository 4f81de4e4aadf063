"""Replace characters that no font of the server can draw by their names in square brackets.

A page must not show empty boxes, and PDF/UA forbids them. The snapshot and the
HTML page keep the text unchanged.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

JOINERS = "\u200b\u200c\u200d\ufe0e\ufe0f\u2060\U0001f3fb-\U0001f3ff"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
INITIALS = frozenset({"CJK"})
# Embeddings, overrides and isolates, with the characters that end them (UAX 9).
OPENING = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
CLOSING = frozenset(OPENING.values())
# Classes of characters that change the direction of the text after them.
DIRECTED = frozenset(["R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"])
PRIVATE = "Co"
# Typst's PDF writer panics where a word has more than 64 KiB.
LONGEST_WORD = re.compile(r"\S{2000}")
LONG_WORD = re.compile(r"\S{48}")

LATIN_1 = 0xFF
PROBES = 96

Draws = Callable[[str], bool]


def without_controls(text: str) -> str:
    """The text without control characters; a tab becomes a space."""
    return CONTROLS.sub("", text.replace("\t", " "))


def isolated(text: str) -> str:
    """The text enclosed so that its direction does not affect the text around it (UAX 9).

    Embeddings and isolates that it opens are closed, and closing characters without
    an opening character are removed.
    """
    if not any(unicodedata.bidirectional(char) in DIRECTED for char in text):
        return text
    kept, opened = [FIRST_STRONG_ISOLATE], list[str]()
    isolates = 0
    for char in text:
        if char in OPENING:
            opened.append(OPENING[char])
            isolates += opened[-1] == POP_ISOLATE
        elif char == POP_ISOLATE:
            if not isolates:
                continue
            isolates -= 1
            # The end of an isolate also ends the embeddings inside it, not the reverse.
            while opened.pop() != char:
                pass
        elif char in CLOSING:
            if opened[-1:] != [char]:
                continue
            opened.pop()
        kept.append(char)
    return "".join([*kept, *reversed(opened), POP_ISOLATE])


def breakable(text: str) -> str:
    """The text with line breaks allowed in words so long that typst would panic."""
    return LONGEST_WORD.sub("\\g<0>\u200b", text)


def much_broken(text: str) -> str:
    """The text with a line break allowed after every 48 characters of a word."""
    return LONG_WORD.sub("\\g<0>\u200b", text)


def missing(texts: Iterable[str], draws: Draws) -> frozenset[str]:
    """The characters of these texts that no font has.

    `draws` tests many characters at once; a set that fails is halved. After PROBES
    tests, all characters not yet tested apart count as missing. Private-use characters
    always count as missing, because nobody knows how they should look.
    """
    # Every text font has the characters of Latin-1.
    unusual = sorted({char for text in texts for char in text if ord(char) > LATIN_1})
    lacking = {char for char in unusual if unicodedata.category(char) == PRIVATE}
    waiting = deque(["".join(char for char in unusual if char not in lacking)])
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


DRAWING = "svg"
"""The member that holds a drawing: markup, whose texts are cleaned where it is drawn."""


def each(value: Any, change: Callable[[str], str]) -> Any:
    """Plain data with every text in it changed, at any depth; drawings stay as they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: item if key == DRAWING else each(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [each(item, change) for item in value]
    return value


def named(value: Any, lacking: frozenset[str]) -> Any:
    """Plain data in which a name replaces every run of characters that no font has."""
    return each(value, lambda text: _replaced(text, lacking))


def _replaced(text: str, lacking: frozenset[str]) -> str:
    if lacking.isdisjoint(text):
        return text
    one_of_them = f"[{re.escape(''.join(sorted(lacking)))}]"
    # Adjacent words in a missing script get one name together.
    run = re.compile(f"{one_of_them}(?:[{JOINERS} ]*{one_of_them})*[{JOINERS}]*")
    return run.sub(lambda match: _names([char for char in match[0] if char in lacking]), text)


def _names(run: list[str]) -> str:
    if unicodedata.category(run[0]) == PRIVATE:
        return f"[{len(run)} private-use character{'s' if len(run) > 1 else ''}]"
    letters = [char for char in run if unicodedata.category(char)[0] in "LM"]
    if letters:
        script = _name(letters[0]).split(" ")[0].split("-")[0]
        kind = script if script in INITIALS else script.capitalize()
        return f"[{len(run)} {kind} character{'s' if len(run) > 1 else ''}]"
    return "".join(f"[{_name(char).lower()}]" for char in run)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
