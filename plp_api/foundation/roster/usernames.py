"""User names: which are valid, and a lock on a name while it is assigned."""

import unicodedata
from uuid import UUID

from plp_api.foundation import db

SIGNS = frozenset("._-@+'")
# Latin letters that are not an ASCII letter with a mark above or below it.
LETTERS = frozenset("æœøłđðþ")


def is_plain(username: str) -> bool:
    """Whether the name has only characters that cannot be mistaken for others.

    These are Latin letters, with or without marks, digits, and a few signs. Letters of other
    alphabets look like them, and characters without width are invisible: with these, two
    accounts could have names that look alike (Unicode's UTS 39).
    """
    return all(_is_plain(char) for char in unicodedata.normalize("NFC", username.lower()))


def _is_plain(char: str) -> bool:
    base = unicodedata.normalize("NFKD", char)[0]
    is_ascii = base.isascii() and (base.isalnum() or base in SIGNS)
    return (is_ascii and unicodedata.normalize("NFKC", char) == char) or char in LETTERS


def hold(district_id: UUID, username: str) -> None:
    """Lock the name until the transaction ends: of several simultaneous requests one gets it."""
    db.lock_name(f"username|{district_id}|{username.casefold()}")
