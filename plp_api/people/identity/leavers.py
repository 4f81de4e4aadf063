"""The accounts of former students, which are theirs: no office gives anybody the way in.

A code goes to the e-mail that they verified. Who has none gets a printed one; where they have a
password, it works after a wait, in which whoever signs in with that password ends it.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
)
from plp_api.people.identity.models import Invitation, PersonalEmail

WAIT = timedelta(days=7)
"""From when on a printed code opens the account of a former student that has a password."""


def has_left(person: Person) -> bool:
    """Whether the person is a former student today, and does not work here either."""
    today = db.session().get_one(District, person.district_id).today
    somebody = callers.as_of(person, today)
    return Role.ALUMNUS in somebody.roles and not somebody.is_staff


def own_address(person: Person) -> str | None:
    """The e-mail that the person verified as their own."""
    own = db.session().get(PersonalEmail, person.id)
    return own.address if own is not None else None


def works_from(person: Person) -> datetime | None:
    """When a code that is printed for a former student now begins to work; None: at once."""
    account = _account_of(person)
    is_in_use = account is not None and account.password_hash is not None
    return clock.now() + WAIT if is_in_use else None


def opens(invitation: Invitation, person: Person) -> bool:
    """Whether a code that somebody on the staff has seen opens the person's account today.

    Asked when it is used: a student may have left, or verified an e-mail, since it was made.
    """
    if not has_left(person):
        return True
    if own_address(person) is not None:
        return False
    account = _account_of(person)
    if account is None or account.password_hash is None:
        return True
    is_waited_for = invitation.created_at + WAIT <= clock.now()
    return is_waited_for and not _is_used_since(account, invitation.created_at)


def _is_used_since(account: Account, instant: datetime) -> bool:
    """Whether somebody used the account after the instant, and so has the way in."""
    used = exists().where(LoginSession.account_id == account.id, LoginSession.seen_at > instant)
    return bool(db.session().scalar(select(used)))


def _account_of(person: Person) -> Account | None:
    link = db.session().get(AccountPerson, person.id)
    return db.session().get_one(Account, link.account_id) if link else None
