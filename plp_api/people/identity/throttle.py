"""Slowing guessers down, without locking anybody else out.

Failures are counted by account *and* place: the address that a try comes from,
or the device, where one signed in to the account before (`devices`). So ten
wrong passwords close the account to whoever sent them, and to nobody else. By
account and by address alone only much larger numbers count, and a known device
passes these. The table is ours, for it must hold across processes; names,
addresses and devices are kept as keyed hashes.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from plp_api.foundation import clock, db
from plp_api.foundation.problems import Code, Problem
from plp_api.people.identity.devices import keyed
from plp_api.people.identity.models import FailedAttempt

WINDOW = timedelta(minutes=15)
# A whole school often shares one address, so that one must be let to mistype a lot.
MOST_PER_ADDRESS = 200
# After so many failures each further one doubles the seconds until the next try.
FREE = 5


class Kind(StrEnum):
    """What is tried, and counted by itself."""

    LOGIN = "login"
    CODE = "code"
    RESET = "reset"


MOST_PER_PLACE = {Kind.LOGIN: 10, Kind.CODE: 10, Kind.RESET: 3}
# From everywhere together, but for known devices: whoever guesses from many addresses.
MOST_PER_ACCOUNT = {Kind.LOGIN: 100, Kind.CODE: 100, Kind.RESET: 10}


@dataclass(frozen=True)
class Attempt:
    """One try: of what kind, on which account, from which place (these as keyed hashes)."""

    kind: Kind
    account_key: str
    place_key: str
    is_known: bool = False
    account_id: UUID | None = None

    @classmethod
    def on(
        cls,
        kind: Kind,
        name: str,
        address: str | None,
        device: str | None = None,
        account_id: UUID | None = None,
    ) -> "Attempt":
        """A try on an account by the name given, whether there is one or not.

        Counted by name, so that the count tells nothing of which districts know it;
        forgotten by account, so that one's own success elsewhere under the same name
        does not free a guesser.

        `device` is the id of one that the account knows. Known devices have an
        account's count of their own: all together they guess no more than strangers.
        """
        place = f"device|{device}" if device else f"address|{_network(address)}"
        whose = f"known|{name}" if device else name
        keys = keyed(f"{kind}|{whose}"), keyed(f"{kind}|{place}")
        return cls(kind, *keys, is_known=device is not None, account_id=account_id)

    def begin(self) -> None:
        """Count this try before it is known how it ends: many at once do not pass the limit.

        Raises Problem as `check` does, and then counts nothing.
        """
        db.lock_name(f"attempt|{self.account_key}")
        self.check()
        self.count()

    def check(self) -> None:
        """Refuse with login_throttled, and Retry-After, where too much failed of late.

        Asked before anything is looked up, so the answer tells nothing about the account.
        """
        by_account = FailedAttempt.account_key == self.account_key
        by_place = FailedAttempt.address_key == self.place_key
        waits = [_wait_of_place(_times(MOST_PER_PLACE[self.kind], by_account, by_place), self.kind)]
        most = MOST_PER_ACCOUNT[self.kind]
        waits.append(_wait(_times(most, by_account), most))
        if not self.is_known:
            waits.append(_wait(_times(MOST_PER_ADDRESS, by_place), MOST_PER_ADDRESS))
        if seconds := max(waits):
            raise Problem(Code.LOGIN_THROTTLED, headers={"Retry-After": str(seconds)})

    def count(self) -> None:
        """Note that it failed."""
        row = FailedAttempt(
            account_key=self.account_key, address_key=self.place_key, account_id=self.account_id
        )
        db.session().add(row)

    def uncount(self) -> None:
        """Take the last count of this place back: nothing was tried after all."""
        own = FailedAttempt.account_key == self.account_key
        here = FailedAttempt.address_key == self.place_key
        asked = select(FailedAttempt).where(own, here).order_by(FailedAttempt.at.desc()).limit(1)
        last = db.session().scalars(asked).first()
        if last is not None:
            db.session().delete(last)

    def forget(self) -> None:
        """Begin anew for the account at this place: its person got in."""
        own = FailedAttempt.account_key == self.account_key
        here = FailedAttempt.address_key == self.place_key
        same = FailedAttempt.account_id == self.account_id
        db.session().execute(delete(FailedAttempt).where(own, here, same))


def _times(most: int, *criteria: Any) -> list[datetime]:
    """When the last failures were, the latest first; `most` at most."""
    since = FailedAttempt.at > clock.now() - WINDOW
    asked = select(FailedAttempt.at).where(since, *criteria)
    return list(db.session().scalars(asked.order_by(FailedAttempt.at.desc()).limit(most)))


def _wait(times: list[datetime], most: int) -> int:
    """Seconds until fewer than `most` failures lie within the window; 0 for none."""
    return _until(times[most - 1] + WINDOW) if len(times) >= most else 0


def _wait_of_place(times: list[datetime], kind: Kind) -> int:
    """As `_wait`; before, from the fifth failure on, ever longer pauses: 1, 2, 4 … seconds."""
    wait = _wait(times, MOST_PER_PLACE[kind])
    if wait or len(times) < FREE:
        return wait
    pause = timedelta(seconds=2 ** (len(times) - FREE))
    return max(0, _until(times[0] + pause)) if times[0] + pause > clock.now() else 0


def _until(moment: datetime) -> int:
    return max(1, math.ceil((moment - clock.now()).total_seconds()))


def _network(address: str | None) -> str:
    """What one household or school holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.exploded[:19])
    return str(found)
