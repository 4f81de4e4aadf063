"""Slowing guessers down: failed attempts are counted per account and per address.

The table is ours, for it must hold across processes. Names and addresses are
kept as keyed hashes. A failure is counted after the rollback of the refused
request (`Problem.afterwards`), or it would be forgotten with it.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Any

from sqlalchemy import delete, select

from plp_api import clock, db, settings
from plp_api.identity.models import FailedAttempt
from plp_api.problems import Code, Problem

WINDOW = timedelta(minutes=15)
# A whole school often shares one address, so that one must be let to mistype a lot.
MOST_PER_ADDRESS = 200


class Kind(StrEnum):
    """What is tried, and counted by itself."""

    LOGIN = "login"
    CODE = "code"
    RESET = "reset"


MOST_PER_ACCOUNT = {Kind.LOGIN: 10, Kind.CODE: 10, Kind.RESET: 3}


@dataclass(frozen=True)
class Attempt:
    """One try: of what kind, on which account, from which address (these as keyed hashes)."""

    kind: Kind
    account_key: str
    address_key: str

    @classmethod
    def on(cls, kind: Kind, name: str, address: str | None) -> "Attempt":
        """A try on an account by the name given, whether there is one or not."""
        return cls(kind, _keyed(f"{kind}|{name}"), _keyed(f"address|{_network(address)}"))

    def check(self) -> None:
        """Refuse with login_throttled where account or address failed too often of late.

        Asked before anything is looked up, so the answer tells nothing about the account.
        """
        waits = [
            _wait(FailedAttempt.account_key, self.account_key, MOST_PER_ACCOUNT[self.kind]),
            _wait(FailedAttempt.address_key, self.address_key, MOST_PER_ADDRESS),
        ]
        if seconds := max(waits):
            raise Problem(Code.LOGIN_THROTTLED, headers={"Retry-After": str(seconds)})

    def count(self) -> None:
        """Note that it failed."""
        db.session().add(FailedAttempt(account_key=self.account_key, address_key=self.address_key))

    def forget(self) -> None:
        """Begin anew for the account: its person got in."""
        own = FailedAttempt.account_key == self.account_key
        db.session().execute(delete(FailedAttempt).where(own))


def _wait(column: Any, key: str, most: int) -> int:
    """Seconds until fewer than `most` failures lie within the window; 0 for none."""
    now = clock.now()
    decisive = (
        select(FailedAttempt.at)
        .where(column == key, FailedAttempt.at > now - WINDOW)
        .order_by(FailedAttempt.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    at = db.session().scalar(decisive)
    return max(1, math.ceil((at + WINDOW - now).total_seconds())) if at else 0


def _network(address: str | None) -> str:
    """What one household or school holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.exploded[:19])
    return str(found)


def _keyed(words: str) -> str:
    secret = settings.current().secret_key.encode()
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()
