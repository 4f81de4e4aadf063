"""Slow down guessing of passwords and codes, without locking the account's owner out.

Failures are counted by account *and* place: the address of the attempt, or the
device if it signed in to the account before (`devices`). So ten wrong passwords
lock the account for their sender only. The limits by account alone and by address
alone are much larger; passcodes have none by address. A known device is not subject to
the address's limit, and is counted apart from strangers. The counts are in a table,
because all processes share them; names, addresses and devices are stored as keyed hashes.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from plp_api.foundation import clock, db
from plp_api.foundation.problems import Code, Problem
from plp_api.people.identity.devices import keyed
from plp_api.people.identity.models import FailedAttempt

WINDOW = timedelta(minutes=15)
# A whole school often shares one address, so many mistyped passwords are normal there.
MOST_PER_ADDRESS = 200
# From this many failures on, each further one doubles the wait until the next attempt.
FREE = 5


class Kind(StrEnum):
    """The kind of an attempt; each kind is counted separately."""

    LOGIN = "login"
    CODE = "code"
    RESET = "reset"
    GROUP = "group"
    PASSCODE = "passcode"


# Anybody may try a passcode, even of a link that they made up: a limit for all links together would
# let one pupil close those of everybody behind the school's address. It would stop no guesser: each
# link has limits of its own, and its address alone is 256 bits.
WITHOUT_ADDRESS_LIMIT = frozenset({Kind.PASSCODE})
MOST_PER_PLACE = {**dict.fromkeys(Kind, 10), Kind.RESET: 3}
# From all addresses together, except known devices: against guessing from many addresses.
MOST_PER_ACCOUNT = {
    Kind.LOGIN: 100,
    Kind.CODE: 100,
    Kind.RESET: 10,
    Kind.GROUP: 100,
    Kind.PASSCODE: 100,
}


@dataclass(frozen=True)
class Attempt:
    """One attempt: its kind, and its account and place, as keyed hashes."""

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
        """An attempt on the account with this name, which need not exist.

        It is counted by name, so that the count does not tell which districts have the
        name. It is forgotten by account, so that a guesser who succeeds with their own
        account of the same name in another district does not reset the count.

        `device` is the id of a device known to the account. The known devices of an
        account share one count: together they get no more attempts than strangers do.
        """
        place = f"device|{device}" if device else f"address|{_network(address)}"
        whose = f"known|{name}" if device else name
        keys = keyed(f"{kind}|{whose}"), keyed(f"{kind}|{place}")
        return cls(kind, *keys, is_known=device is not None, account_id=account_id)

    def begin(self) -> None:
        """Count this attempt before its result, so that parallel attempts cannot pass the limit.

        Raises Problem as `check` does, and then counts nothing.
        """
        db.lock_name(f"attempt|{self.account_key}")
        self.check()
        self.count()

    def check(self) -> None:
        """Refuse the attempt after too many recent failures.

        It depends on the counts only, so the answer tells nothing about the account.

        Raises Problem: login_throttled, with Retry-After.
        """
        by_account, by_place = self._here
        waits = [_wait_of_place(_times(MOST_PER_PLACE[self.kind], by_account, by_place), self.kind)]
        most = MOST_PER_ACCOUNT[self.kind]
        waits.append(_wait(_times(most, by_account), most))
        if not self.is_known and self.kind not in WITHOUT_ADDRESS_LIMIT:
            waits.append(_wait(_times(MOST_PER_ADDRESS, by_place), MOST_PER_ADDRESS))
        if seconds := max(waits):
            raise Problem(Code.LOGIN_THROTTLED, headers={"Retry-After": str(seconds)})

    def count(self) -> None:
        """Count the attempt as failed."""
        row = FailedAttempt(
            account_key=self.account_key, address_key=self.place_key, account_id=self.account_id
        )
        db.session().add(row)

    @property
    def _here(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The counts of this name at this place."""
        own = FailedAttempt.account_key == self.account_key
        return own, FailedAttempt.address_key == self.place_key

    def uncount(self) -> None:
        """Take back the last count of this place: the password was not verified."""
        latest = select(FailedAttempt).where(*self._here).order_by(FailedAttempt.at.desc()).limit(1)
        last = db.session().scalars(latest).first()
        if last is not None:
            db.session().delete(last)

    def forget(self) -> None:
        """Delete the counts of the account at this place, after a successful sign-in."""
        same = FailedAttempt.account_id == self.account_id
        db.session().execute(delete(FailedAttempt).where(*self._here, same))


def _times(most: int, *criteria: Any) -> list[datetime]:
    """The times of the last failures in the window, the latest first; at most `most`."""
    since = FailedAttempt.at > clock.now() - WINDOW
    failures = select(FailedAttempt.at).where(since, *criteria)
    return list(db.session().scalars(failures.order_by(FailedAttempt.at.desc()).limit(most)))


def _wait(times: list[datetime], most: int) -> int:
    """Seconds until fewer than `most` failures are in the window; 0 if no wait is needed."""
    return _until(times[most - 1] + WINDOW) if len(times) >= most else 0


def _wait_of_place(times: list[datetime], kind: Kind) -> int:
    """Like `_wait`, but from the fifth failure on with doubling pauses: 1, 2, 4 … seconds."""
    wait = _wait(times, MOST_PER_PLACE[kind])
    if wait or len(times) < FREE:
        return wait
    pause = timedelta(seconds=2 ** (len(times) - FREE))
    return max(0, _until(times[0] + pause)) if times[0] + pause > clock.now() else 0


def _until(moment: datetime) -> int:
    return max(1, math.ceil((moment - clock.now()).total_seconds()))


def _network(address: str | None) -> str:
    """The network of one household or school: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or parsed.exploded[:19])
    return str(parsed)
