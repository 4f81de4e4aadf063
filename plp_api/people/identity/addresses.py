"""Decide whether a one-time code may be mailed to an e-mail that a person entered.

The person who entered an address may be able to read its mail. So a code is mailed
only if their offices of that day allowed them to take the code themselves, or if an
earlier code was mailed there and used. An address from a roster or the operator
counts as entered by nobody, and is trusted.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from plp_api.foundation import db, settings
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import powers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import Account, AccountPerson, Person
from plp_api.people.identity import leavers
from plp_api.people.identity.models import Invitation

MAIL_CHANGED = "address_changed.mail"


def enter(person: Person, email: str | None, access: Access) -> None:
    """Set the person's e-mail and who set it; the account's user is told at the old address."""
    person.email_set_by = access.caller.person_id if email else None
    person.email_set_on = access.caller.today if email else None
    has_left = person.email is not None and person.email != email
    if has_left and is_in_use(person.id) and settings.current().mail_url:
        person.email_before = person.email
        by = access.caller.person_id
        jobs.enqueue(MAIL_CHANGED, person.district_id, by, person_id=str(person.id))
    person.email = email


@dataclass(frozen=True)
class Mailbox:
    """Where a person's codes are mailed; `set_by` entered it on `set_on`."""

    address: str
    set_by: UUID | None = None
    set_on: date | None = None


def mailbox(person: Person) -> Mailbox | None:
    """The mailbox of the person; None without one.

    Of a former student it is their own verified e-mail alone: the school may have given
    the other to somebody else. One who works here today has a mailbox here again.
    """
    if leavers.has_left(person):
        own = leavers.own_address(person)
        return Mailbox(own) if own else None
    if person.email is None:
        return None
    return Mailbox(person.email, person.email_set_by, person.email_set_on)


def is_in_use(person_id: UUID) -> bool:
    """Whether the person's account has a password."""
    link = db.session().get(AccountPerson, person_id)
    account = db.session().get_one(Account, link.account_id) if link else None
    return account is not None and account.password_hash is not None


def is_trusted(person: Person, setter_id: UUID | None, set_on: date | None) -> bool:
    """Whether a code may be mailed to the address that `setter_id` entered on `set_on`.

    After a code mailed to this address was used, only an office of the person beyond
    the setter's offices makes it untrusted: a family's address stays trusted when a
    sibling moves to another school.
    """
    if setter_id is None or set_on is None:
        return True
    setter = db.session().get(Person, setter_id)
    if setter is None:
        return False
    access = Access(callers.as_of(setter, set_on))
    holdings = powers.look_up(access, [person.id])[person.id]
    if _has_proved_good(person.id, setter_id, set_on):
        return powers.Holding.OFFICE not in holdings.beyond
    return powers.Act.TAKE_CODE in powers.allowed(access, holdings)


def _has_proved_good(person_id: UUID, setter_id: UUID, set_on: date) -> bool:
    used = exists().where(
        Invitation.person_id == person_id,
        Invitation.mailed_to_entry_of == setter_id,
        Invitation.entered_on == set_on,
        Invitation.used_at.is_not(None),
    )
    return bool(db.session().scalar(select(used)))
