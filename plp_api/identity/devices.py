"""Devices that have signed in before, known by a cookie that says so and nothing else.

`{id}.{proof}.{proof}…`: a random id, and for each account that signed in there a proof that only
this server makes. It opens nothing. Where it comes with a wrong password the device is counted by
itself, so that no stranger's guesses keep the honest device out.
"""

import hashlib
import hmac
import secrets

from plp_api import settings

COOKIE = "plp_device"
LIFETIME = 400 * 86400
MOST_ACCOUNTS = 8
LONGEST = 1024


def known(cookie: str | None, name: str) -> str | None:
    """The id of the device, where the account of that name has signed in on it."""
    device, proofs = _read(cookie)
    proof = _proof(device, name)
    is_known = any(hmac.compare_digest(proof, one) for one in proofs)
    return device if device and is_known else None


def with_account(cookie: str | None, name: str) -> str:
    """The cookie of the device after the account of that name signed in on it."""
    device, proofs = _read(cookie)
    device = device or secrets.token_urlsafe(16)
    others = [one for one in proofs if one != _proof(device, name)]
    return ".".join([device, _proof(device, name), *others[: MOST_ACCOUNTS - 1]])


def _read(cookie: str | None) -> tuple[str, list[str]]:
    device, *proofs = (cookie or "")[:LONGEST].split(".")
    return device, proofs[:MOST_ACCOUNTS]


def _proof(device: str, name: str) -> str:
    return keyed(f"device|{device}|{name}")[:32]


def keyed(words: str) -> str:
    """A hash of the words that only this server can make."""
    secret = settings.current().secret_key.encode()
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()
