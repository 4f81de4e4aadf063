"""Recognise devices that have signed in before, by a cookie.

The cookie is `{id}.{proof}.{proof}…`: a random id, and for each account that signed in on the
device a proof that only this server can make. It gives no access. Failed sign-ins from a known
device are counted separately, so that a stranger's guesses do not lock that device out.
"""

import hashlib
import hmac
import secrets

from plp_api.foundation import settings
from plp_api.foundation.roster.models import Account

COOKIE = "plp_device"
LIFETIME = 400 * 86400
MOST_ACCOUNTS = 8
LONGEST = 1024


def known(cookie: str | None, account: Account | None) -> str | None:
    """The id of the device, if the account signed in on it since its password was set."""
    device, proofs = _read(cookie)
    if account is None or not device:
        return None
    proof = _proof(device, account)
    return device if any(hmac.compare_digest(proof, other) for other in proofs) else None


def with_account(cookie: str | None, account: Account) -> str:
    """The cookie of the device after the account signed in on it."""
    device, proofs = _read(cookie)
    device = device or secrets.token_urlsafe(16)
    others = [proof for proof in proofs if proof != _proof(device, account)]
    return ".".join([device, _proof(device, account), *others[: MOST_ACCOUNTS - 1]])


def _read(cookie: str | None) -> tuple[str, list[str]]:
    if cookie is None or not cookie.isascii():
        return "", []
    device, *proofs = cookie[:LONGEST].split(".")
    return device, proofs[:MOST_ACCOUNTS]


def _proof(device: str, account: Account) -> str:
    """The proof of an account; a new password makes it invalid, also for a thief of the old one."""
    return keyed(f"device|{device}|{account.id}|{account.password_hash}")[:32]


def keyed(words: str) -> str:
    """A hash of the text that only this server can make (HMAC-SHA-256)."""
    secret = settings.current().secret_key.encode()
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()
