"""Make tokens and codes of links, check codes, and mark links as used or ended.

The area records the events, named for its kind of link (`signing_link.opened`). Nobody is
signed in where a link is used, so the event names the link's person in its payload, not as
its actor.
"""

import hashlib
import hmac
import secrets
from hmac import compare_digest
from uuid import UUID

from plp_api.foundation import clock, settings
from plp_api.foundation.links.models import Link, LinkEnd

TOKEN_BYTES = 32
CODE_DIGITS = 6


def new_token() -> str:
    """256 random bits for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """The hash kept of a token. A plain hash is enough: nobody can try all 256-bit tokens."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(link: Link) -> str:
    """Make a new six-digit code for the link; the earlier code stops working."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    link.code_hash = code_hash(link.id, code)
    return code


def code_hash(link_id: UUID, code: str) -> str:
    """The keyed hash kept of a code. Without a key, all six-digit codes are quickly tried."""
    secret = settings.current().secret_key.encode()
    return hmac.new(secret, f"{link_id}|{code}".encode(), hashlib.sha256).hexdigest()


def is_code(link: Link, code: str) -> bool:
    """Whether this is the link's code."""
    return link.code_hash is not None and compare_digest(link.code_hash, code_hash(link.id, code))


def end(link: Link, reason: LinkEnd, by: UUID | None) -> None:
    """End a link; `by` is None where no person ends it. The caller records the event."""
    link.ended_at, link.ended_by, link.end_reason = clock.now(), by, reason


def use_up(link: Link, outcome: str) -> None:
    """Mark the link as used, with its outcome; it stops working."""
    link.used_at, link.outcome = clock.now(), outcome


def spend_attempt(link: Link) -> bool:
    """Count a wrong answer; True if no attempts are left."""
    link.attempts_left -= 1
    return link.attempts_left == 0
