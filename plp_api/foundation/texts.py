"""Text from outside: one form, no control characters; and its folded form, for searching.

The API and the roster import use the same rules. A text is in Unicode's form NFC: a letter with a
mark is stored in one way, however it was typed.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from anyascii import anyascii

LONGEST_LINE = 320
"""A text that may be longer has several lines, so that tabs and line ends may stand in it."""
LONGEST_TERM = 64
BREAKS = frozenset("\t\n\r")

_WORD = re.compile(r"[a-z0-9]+")
_CHUNK = re.compile(r"[^\s,;]+")
_ELO = re.compile(r"\belo(?=\b|s\b)")


class Fault(StrEnum):
    """Why a text is refused."""

    CONTROL = "control"
    """It holds a control character."""
    INVISIBLE = "invisible"
    """Nothing of it can be seen."""


def normal(text: str) -> str:
    """The text in the form NFC, without white space at both ends."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()


def fault_of(text: str, *, has_lines: bool = False) -> Fault | None:
    """Why the text is refused, or None. With `has_lines`, tabs and line ends may stand in it.

    Characters without width may stand inside a text: some scripts need them to join letters.
    """
    if text.isprintable() and text.isascii() and text.strip(" "):
        return None
    if any(_is_control(char) and not (has_lines and char in BREAKS) for char in text):
        return Fault.CONTROL
    return None if any(map(_is_seen, text)) else Fault.INVISIBLE


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc"


def _is_seen(char: str) -> bool:
    """Whether the character is visible: not Unicode's Z or C, except private use (Co)."""
    category = unicodedata.category(char)
    return category == "Co" or category[0] not in "ZC"


def folded(text: str) -> str:
    """The text in ASCII, without case and accents: `Zoë`, `ZOE` and `zoe` are the same."""
    plain = text if text.isascii() else anyascii(unicodedata.normalize("NFC", text))
    return plain.casefold()


SCRIPTS = ((0x41, 0x5B), (0xC0, 0x250), (0x370, 0x530), (0x1E00, 0x1F00))
"""Where the letters of Latin, Greek and Cyrillic stand in Unicode."""
WHOLE = dict(zip("ØøŁłĐđĦħŦŧı", "oollddhhtti", strict=True))
"""Letters that Unicode does not take apart."""


def _plain_letters() -> dict[int, str]:
    """Letters with the one letter that is left of them without case and accents."""
    table = {ord(letter): without for letter, without in WHOLE.items()}
    for letter in map(chr, chain.from_iterable(range(*script) for script in SCRIPTS)):
        apart = unicodedata.normalize("NFD", letter)
        lower = apart[0].lower()
        is_marked = all(map(unicodedata.combining, apart[1:]))
        if len(lower) == 1 and lower != letter and is_marked:
            table.setdefault(ord(letter), lower)
    return table


PLAIN_LETTERS = _plain_letters()
"""What `plain` replaces: Latin, Greek and Cyrillic letters. Both databases use this table."""


def plain(text: str) -> str:
    """The text without case and accents, letter by letter, so that SQL can do the same."""
    return text.translate(PLAIN_LETTERS)


# A roster repeats a few hundred names.
@lru_cache(maxsize=10_000)
def terms(text: str) -> tuple[str, ...]:
    """What a search for a text may begin with: the text from the beginning of each of its words.

    A term has letters and digits alone. So `de la Cruz` has the terms `delacruz`, `lacruz` and
    `cruz`, and `O'Brien` is found by `o'brien`, `obrien` and `brien`.
    """
    words = _WORD.findall(folded(text))
    return tuple("".join(words[start:])[:LONGEST_TERM] for start in range(len(words)))


def prefixes(search: str) -> list[str]:
    """The beginnings of terms that a search asks for: one for each of its words.

    White space and commas part the words; other signs within a word are left out, as in terms.
    """
    chunks = ("".join(_WORD.findall(chunk)) for chunk in _CHUNK.findall(folded(search)))
    return list(dict.fromkeys(chunk[:LONGEST_TERM] for chunk in chunks if chunk))


def after(prefix: str) -> str:
    """The first text that is greater than every text with this beginning of ASCII characters."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def with_article(word: str) -> str:
    """The English word after `a` or `an`."""
    return f"an {word}" if word[0] in "aeiouE" else f"a {word}"


def spelled(word: str) -> str:
    """English words as they are written: an ELO is an abbreviation."""
    return _ELO.sub("ELO", word)


def plural(word: str) -> str:
    """The plural of a regular English word."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
