"""Passcodes of share links: kept as passwords are, guessed slowly, remembered by a signed cookie.

Wrong ones are counted per link and address of the guesser, and per link (`identity.throttle`), but
not per address alone, which may be a whole school's. They never end the link: else a stranger could
end a family's.
"""

import hashlib

from itsdangerous import BadSignature, URLSafeTimedSerializer

from plp_api.foundation import db, settings
from plp_api.foundation.problems import Problem
from plp_api.learning.sharing.models import ShareLink
from plp_api.people.identity import passwords
from plp_api.people.identity.throttle import Attempt, Kind

SHORTEST, LONGEST = 6, 100
# Longer than anybody reads (WCAG 2.2, 2.2.1 allows a time limit of more than 20 hours).
PROOF_SECONDS = 24 * 3600


def hashed(passcode: str) -> str:
    """The hash to keep. Raises Problem: server_busy."""
    with passwords.TURNS.taken():
        return passwords.hashed(passcode)


def is_right(token_sha256: str, kept: str | None, passcode: str, address: str | None) -> bool:
    """Whether this is the passcode; takes as long, and counts, where there is no such link.

    It runs in transactions of its own, none of which is open while the passcode is verified.
    Raises Problem: login_throttled, server_busy.
    """
    attempt = Attempt.on(Kind.PASSCODE, token_sha256, address)
    with db.current().transaction():
        attempt.begin()
    try:
        with passwords.TURNS.taken():
            matches = passwords.matches(kept, passcode[:LONGEST])
    except Problem:
        _uncount(attempt)
        raise
    if matches:
        _uncount(attempt)
    return matches


def _uncount(attempt: Attempt) -> None:
    with db.current().transaction():
        attempt.uncount()


def proof(link: ShareLink) -> str:
    """What the browser of a holder keeps who knew the passcode; good for this link alone."""
    return _proofs().dumps(_about(link))


def is_proved(link: ShareLink, kept: str | None) -> bool:
    """Whether the browser's cookie proves that its holder knew the link's passcode."""
    if link.passcode_hash is None:
        return True
    try:
        return bool(_proofs().loads(kept or "", max_age=PROOF_SECONDS) == _about(link))
    except BadSignature:
        return False


def _about(link: ShareLink) -> list[str]:
    words = f"{link.passcode_hash}".encode()
    return [str(link.id), hashlib.sha256(words).hexdigest()[:32]]


def _proofs() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.current().secret_key, salt="plp_api.learning.sharing")
