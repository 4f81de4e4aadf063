"""User names: what may be one, and how one is held while it is given to somebody."""

import unicodedata
from uuid import UUID

from plp_api.foundation import db

SIGNS = frozenset("._-@+'")
# Latin letters that are no letter of ASCII with a mark above or below it.
LETTERS = frozenset("æœøłđðþ")


def is_plain(username: str) -> bool:
    """Whether nobody could take the name for another one.

    Latin letters, with or without marks, digits, and a few signs. Letters of other alphabets look
    like these, and characters without width like nothing: by them two accounts would be named
    alike (Unicode's UTS 39).
    """
    return all(_is_plain(one) for one in unicodedata.normalize("NFC", username.lower()))


def _is_plain(one: str) -> bool:
    base = unicodedata.normalize("NFKD", one)[0]
    is_ascii = base.isascii() and (base.isalnum() or base in SIGNS)
    return (is_ascii and unicodedata.normalize("NFKC", one) == one) or one in LETTERS


def hold(district_id: UUID, username: str) -> None:
    """Hold the name until the transaction ends: of several who ask for it at once one gets it."""
    db.lock_name(f"username|{district_id}|{username.casefold()}")
