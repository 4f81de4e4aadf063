"""The folded forms by which two entries of the same partner are recognized."""

import re
from urllib.parse import urlsplit

from plp_api.foundation import texts

LONGEST_NAME = 400
LEGAL_FORMS = frozenset(
    {
        *("inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited"),
        *("llc", "pllc", "llp", "lllp", "lp", "plc", "pc"),
    }
)
"""What a name ends in without telling one organization from another."""
SHARED_HOSTS = frozenset(
    {
        *("facebook.com", "instagram.com", "linkedin.com", "linktr.ee", "sites.google.com"),
        *("x.com", "youtube.com"),
    }
)
"""Sites with a page for everybody: here the path tells whose page it is."""
LOCAL_DIGITS = 10

_WORD = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(r"[.']")
_EXTENSION = re.compile(r"[xe]")


def name(written: str) -> str:
    """The name without case, accents, signs, white space, `the` and legal forms.

    `The Ben & Jérôme's Co., L.L.C.` and `Ben and Jerome's` are the same.
    """
    plain = _JOINED.sub("", texts.folded(written)).replace("&", " and ")
    words = _WORD.findall(plain)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    # A name of signs alone has no words; without this, all such names would be the same.
    return ("".join(words) or "".join(plain.split()) or written)[:LONGEST_NAME]


def website(address: str | None) -> str | None:
    """The host of the website without `www.`; on a shared host with the first part of the path."""
    if address is None:
        return None
    parts = urlsplit(address.lower())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host not in SHARED_HOSTS:
        return host
    return f"{host}/{parts.path.strip('/').split('/')[0]}"


def email(address: str | None) -> str | None:
    """The e-mail without case."""
    return None if address is None else address.casefold()


def phone(number: str | None) -> str | None:
    """The digits of a phone number, without an extension and the country code 1."""
    if number is None:
        return None
    before = _EXTENSION.split(number.casefold(), maxsplit=1)[0]
    digits = "".join(_WORD.findall(before))
    is_national = len(digits) == LOCAL_DIGITS + 1 and digits.startswith("1")
    return digits[1:] if is_national else digits
