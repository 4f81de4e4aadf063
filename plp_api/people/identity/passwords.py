"""Passwords: which are strong enough, how they are stored (argon2id) and verified."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from argon2.profiles import CHEAPEST

from plp_api.foundation import settings
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.turns import Turns

SHORTEST, LONGEST = 12, 1024
LEAST_SCORE = 3
# zxcvbn's time grows with the square of the length: 64 characters take up to 30 ms.
WEIGHED = 64
SHORTEST_NAME = 4


# Of a process's eight threads one verifies and four wait; three are left for other requests.
TURNS = Turns(at_once=1, waiting=4, seconds=3)


@cache
def _hasher(cost: str) -> PasswordHasher:
    """OWASP's cost for argon2id (19 MiB, 2 passes: 26 ms on a 2-core machine), or a test's.

    RFC 9106's 64 MiB and 114 ms are too slow when a whole school signs in at once.
    """
    if cost == "minimal":
        return PasswordHasher.from_parameters(CHEAPEST)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


@cache
def _nobodys(cost: str) -> str:
    """The hash of a random password, for attempts on accounts that do not exist."""
    return _hasher(cost).hash(secrets.token_hex())


def matches(kept: str | None, password: str) -> bool:
    """Whether the password matches the stored hash; verifies exactly once, also without a hash."""
    cost = settings.current().password_cost
    nobodys = _nobodys(cost)
    try:
        _hasher(cost).verify(kept or nobodys, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with another cost than today's."""
    return _hasher(settings.current().password_cost).check_needs_rehash(kept)


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher(settings.current().password_cost).hash(_normal(password))


def require_strong(password: str, field: str, names: Iterable[str | None]) -> None:
    """Refuse a password that is short or easily guessed.

    It needs at least 12 characters, and at least 10^8 guesses by the estimate of
    zxcvbn, which knows common passwords, words, repetitions, keyboard rows, and the
    person's own `names`. There are no rules of composition and no expiry (NIST SP
    800-63B, 3.1.1.2). For a password without a second factor its revision 4 requires
    15 characters, revision 3 required 8; 12 is our choice, for pupils of grade 7.

    Raises Problem: password_weak.
    """
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise _weak(field, f"Use at least {SHORTEST} characters; a few words make a good one.")
    # 400 kB of word lists: loaded when the first password is chosen.
    from zxcvbn import zxcvbn

    known = [_normal(name) for name in names if name]
    result = zxcvbn(_without(known, normal)[:WEIGHED], user_inputs=known)
    if result["score"] < LEAST_SCORE:
        advice = result["feedback"]
        raise _weak(field, " ".join([advice["warning"], *advice["suggestions"]]).strip())


def _without(names: Iterable[str], password: str) -> str:
    """The password without the person's names; a space if nothing is left, which zxcvbn needs."""
    for name in names:
        if len(name) >= SHORTEST_NAME:
            password = re.sub(re.escape(name), "", password, flags=re.IGNORECASE)
    return password or " "


def _weak(field: str, detail: str) -> Problem:
    detail = detail or "It is easily guessed."
    return Problem(Code.PASSWORD_WEAK, errors=[FieldError(f"/{field}", detail)])


def _normal(password: str) -> str:
    """The password in Unicode's NFKC: keyboards compose the same characters differently."""
    return unicodedata.normalize("NFKC", password)
