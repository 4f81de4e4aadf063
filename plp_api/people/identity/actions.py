"""Letting people in, by one-time codes, and shutting them out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from plp_api.foundation import clock, db, settings
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import powers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings, usernames
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    PersonStatus,
)
from plp_api.people.identity import addresses, codes, letters, sessions
from plp_api.people.identity.models import Invitation
from plp_api.people.identity.sessions import EndReason, Origin, SignedIn
from plp_api.people.identity.throttle import Attempt, Kind

MAIL_INVITATION, MAIL_RESET = "invitation.mail", "password_reset.mail"
MAIL_NOTICE = "code_notice.mail"
RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Invited:
    """An invitation made: `code` to print, or None where it is on its way by mail."""

    invitation_id: UUID
    expires_at: datetime
    code: str | None


def invite(person: Person, *, access: Access | None, printed: bool = False) -> Invited:
    """Make the one-time code by which the person chooses a password, for the first time or anew.

    It is mailed where the person has an e-mail and mail is set up, unless
    `printed` asks for the code itself: many parents have no e-mail, some share
    one. The password holds until the code is used; the holder of an account
    that is in use is told of it, by mail and in `/me`. The person's earlier
    invitations end, and access that was revoked is given back, unless the
    caller covers only a part of what the person reaches. `access` is None for the
    operator, at the command line.

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices
    (see `access.powers`), address_unconfirmed (see `addresses`).
    """
    is_mailed = bool(person.email and settings.current().mail_url and not printed)
    is_held = not is_mailed or _set_the_address(person, access)
    covers_all = access is None or _covers_all(person, access, is_held)
    if is_mailed:
        _require_trusted(person)
    if covers_all:
        person.status, person.is_revoked_by_district = PersonStatus.ACTIVE, False
        sessions.end_invitations(person)
    by_id = access.caller.person_id if access else None
    invitation, code = _new_invitation(person, by_id, _lifetime(person), is_held)
    audit.record(
        "invitation.made", person, by=by_id, invitation_id=invitation.id, is_printed=not is_mailed
    )
    if is_mailed:
        invitation.mailed_to_entry_of = person.email_set_by
        invitation.entered_on = person.email_set_on
        jobs.enqueue(MAIL_INVITATION, None, by_id, invitation_id=str(invitation.id))
        return Invited(invitation.id, invitation.expires_at, None)
    _tell_holder(person, invitation)
    return Invited(invitation.id, invitation.expires_at, code)


def _set_the_address(person: Person, access: Access | None) -> bool:
    """Whether the caller entered the person's e-mail: what is mailed there may come to them."""
    setter = person.email_set_by
    return access is not None and setter is not None and setter in access.selves


def _covers_all(person: Person, access: Access, is_held: bool) -> bool:
    """Whether the caller's offices cover the whole account; refuses who may not invite at all.

    Whoever covers a part of it has a code mailed and nothing else: they neither
    let in again whom others shut out, nor send it where it may go astray.
    """
    act = powers.Act.TAKE_CODE if is_held else powers.Act.MAIL_CODE
    holdings = powers.require(access, act, person.id)
    if person.status != PersonStatus.ACTIVE:
        _require_return(person, access, holdings)
    return not holdings.beyond


def _require_return(person: Person, access: Access, holdings: powers.Holdings) -> None:
    """Refuse to let in again whom the district shut out, or whose account reaches further."""
    if person.is_revoked_by_district and not access.may_at(Permission.PEOPLE_WRITE, None):
        detail = "The district shut them out: it lets them in again."
        raise Problem(Code.ACCOUNT_BEYOND_OFFICES, detail)
    if holdings.beyond:
        detail = "They were shut out: whoever covers all of it, or the district, lets them in."
        raise Problem(Code.ACCOUNT_BEYOND_OFFICES, detail)


def _require_trusted(person: Person) -> None:
    """Refuse with address_unconfirmed to mail a code where it may come to the wrong hands."""
    if not _may_be_mailed(person):
        detail = "Whoever entered it could not hold a code of theirs: enter it anew, or print one."
        raise Problem(Code.ADDRESS_UNCONFIRMED, detail)


def _may_be_mailed(person: Person) -> bool:
    """Whether there is an e-mail to which a code of theirs may go."""
    has_email = person.email is not None
    return has_email and addresses.is_trusted(person, person.email_set_by, person.email_set_on)


def _as_today(person: Person) -> Access:
    """What the person holds today, though they are not the one who asks."""
    district = db.session().get_one(District, person.district_id)
    return Access(callers.absent(person, district.today))


def _lifetime(person: Person) -> timedelta:
    district = db.session().get_one(District, person.district_id)
    return timedelta(days=district_settings.of(district).invitation_days)


def _tell_holder(person: Person, invitation: Invitation) -> None:
    """Tell the holder of an account in use that somebody was given a code for it."""
    if addresses.is_in_use(person.id) and person.email and settings.current().mail_url:
        jobs.enqueue(MAIL_NOTICE, None, invitation.created_by, invitation_id=str(invitation.id))


def _new_invitation(
    person: Person, by: UUID | None, lifetime: timedelta, is_held: bool
) -> tuple[Invitation, str]:
    """A new invitation, and its code, of which only the hash is kept."""
    code = codes.new()
    invitation = Invitation(
        id=db.new_id(),
        person_id=person.id,
        district_id=person.district_id,
        code_hash=codes.digest(code),
        created_by=by,
        is_held=is_held,
        expires_at=clock.now() + lifetime,
    )
    db.session().add(invitation)
    return invitation, code


def _is_usable(invitation: Invitation) -> bool:
    is_over = invitation.used_at or invitation.ended_at or invitation.expires_at <= clock.now()
    return not is_over


def revoke_access(person: Person, *, access: Access) -> None:
    """Shut the person out at once: sessions and invitations end, and no password opens anything.

    `invite` lets them in again. An account that holds further persons goes on
    for these.

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices,
    admin_is_last. A tie can be ended or suppressed where the account is others' too.
    """
    powers.require(access, powers.Act.REVOKE, person.id)
    powers.require_another_admin(access, person.id)
    person.status = PersonStatus.DISABLED
    person.is_revoked_by_district = access.may_at(Permission.PEOPLE_WRITE, None)
    sessions.end_invitations(person)
    by_id = access.caller.person_id
    own = select(LoginSession).where(LoginSession.person_id == person.id, sessions.is_open())
    sessions.end(db.session().scalars(own), EndReason.REVOKED, by_id)
    account = _account_of(person)
    if account and {link.person_id for link in _links(account)} == {person.id}:
        account.is_disabled = True
    audit.record("access.revoked", person, by=by_id)


def _account_of(person: Person) -> Account | None:
    link = db.session().get(AccountPerson, person.id)
    return db.session().get_one(Account, link.account_id) if link else None


def _links(account: Account) -> list[AccountPerson]:
    held = select(AccountPerson).where(AccountPerson.account_id == account.id)
    return list(db.session().scalars(held))


# Using a code.


def activate(code: str, password: str, *, username: str | None, origin: Origin) -> SignedIn:
    """Choose a password by a one-time code, and sign in; every other session of the account ends.

    A person without an account gets one, by `username` or the name the roster
    gave. A code opens the person it was made for and no other: where the
    account also holds people of another district, the person gets an account of
    their own, or that district's staff would hold the keys to this one.

    Raises Problem: login_throttled; activation_invalid for a code that is unknown,
    used, expired, ended, or whose person is shut out; person_has_no_username;
    username_taken; password_weak.
    """
    attempt = Attempt.on(Kind.CODE, codes.digest(code), origin.address)
    attempt.check()
    invitation, person = _invited(code)
    if invitation is None or person is None:
        raise Problem(Code.ACTIVATION_INVALID, afterwards=attempt.count)
    account = _account_for(person, username)
    is_first = account.password_hash is None
    sessions.set_password(account, person, password, field="password")
    account.is_disabled = False
    invitation.used_at = clock.now()
    sessions.end_codes(account)
    reason = EndReason.PASSWORD_CHANGED
    sessions.end_all(account.id, reason, by=person.id, home=person.district_id)
    audit.record("account.activated" if is_first else "password.changed", person, by=person.id)
    Attempt.on(Kind.LOGIN, account.username, origin.address, account_id=account.id).forget()
    return sessions.begin(account, person, origin)


def _invited(code: str) -> tuple[Invitation | None, Person | None]:
    """The usable invitation of a code, held until the transaction ends, and its person."""
    made = select(Invitation).where(Invitation.code_hash == codes.digest(code))
    invitation = db.session().scalar(made)
    if invitation is None:
        return None, None
    db.lock(invitation)
    db.enter([invitation.district_id])
    person = db.session().get(Person, invitation.person_id)
    if not _is_usable(invitation) or person is None or person.status != PersonStatus.ACTIVE:
        return None, None
    return (invitation, person) if _is_still_allowed(invitation) else (None, None)


def _is_still_allowed(invitation: Invitation) -> bool:
    """Whether who has held the code, or could have, could be given it today.

    The person may have been given an office, or another child, since it was made.
    """
    if not invitation.is_held:
        person = db.session().get_one(Person, invitation.person_id)
        return addresses.is_trusted(person, invitation.mailed_to_entry_of, invitation.entered_on)
    if invitation.created_by is None:
        return True
    maker = db.session().get(Person, invitation.created_by)
    if maker is None:
        return False
    access = _as_today(maker)
    holdings = powers.look_up(access, [invitation.person_id])[invitation.person_id]
    return powers.Act.TAKE_CODE in powers.allowed(access, holdings)


def _account_for(person: Person, username: str | None) -> Account:
    """The account to set a password for: the person's, or a new one."""
    account = _account_of(person)
    if account and {link.district_id for link in _links(account)} == {person.district_id}:
        if username is not None and sessions.login_name(username) != account.username:
            raise invalid("username", "This person has a user name already.")
        return account
    if account is not None:
        own = select(LoginSession).where(LoginSession.person_id == person.id, sessions.is_open())
        sessions.end(db.session().scalars(own), EndReason.PASSWORD_CHANGED, person.id)
    return _new_account(person, username)


def _new_account(person: Person, username: str | None) -> Account:
    chosen = username or person.username
    if chosen is None:
        raise Problem(Code.PERSON_HAS_NO_USERNAME, "Send `username` to choose one.")
    name = sessions.login_name(chosen)
    if _is_taken(name, person):
        raise Problem(Code.USERNAME_TAKEN, "Send another `username`.")
    if person.username is None:
        person.username = chosen
    account = Account(id=db.new_id(), district_id=person.district_id, username=name)
    db.session().add(account)
    db.session().flush()
    link = db.session().get(AccountPerson, person.id) or AccountPerson(
        person_id=person.id, district_id=person.district_id
    )
    link.account_id = account.id
    db.session().add(link)
    return account


def _is_taken(name: str, person: Person) -> bool:
    """Whether an account has the name, or the roster gave it to somebody else of the district."""
    usernames.hold(person.district_id, name)
    by_account = exists().where(Account.district_id == person.district_id, Account.username == name)
    by_roster = exists().where(
        Person.district_id == person.district_id,
        Person.id != person.id,
        func.lower(Person.username) == name,
    )
    return bool(db.session().scalar(select(or_(by_account, by_roster))))


# Forgotten passwords.


def request_reset(username: str, district: str | None, origin: Origin) -> None:
    """Have a code mailed to the person behind the user name, where there is one with an e-mail.

    Does the same work whether or not there is: the worker finds out.

    Raises Problem: login_throttled.
    """
    attempt = Attempt.on(Kind.RESET, sessions.login_name(username), origin.address)
    attempt.begin()
    account = sessions.find_account(username, district)
    if settings.current().mail_url:
        account_id = str(account.id) if account else None
        jobs.enqueue(MAIL_RESET, None, None, account_id=account_id)


def _new_reset(account: Account) -> letters.Letter | None:
    """The mail to the account's own person, with a short-lived code; None where none can be sent.

    Earlier codes stay: nobody may end a printed one from outside.
    """
    if account.is_disabled or account.password_hash is None:
        return None
    if {link.district_id for link in _links(account)} != {account.district_id}:
        return None
    person = next((one for one in sessions.active_people(account) if one.email), None)
    if person is None or not _may_be_mailed(person):
        return None
    invitation, code = _new_invitation(person, None, RESET_LIFETIME, is_held=False)
    invitation.mailed_to_entry_of, invitation.entered_on = person.email_set_by, person.email_set_on
    audit.record("password_reset.requested", person, by=None, invitation_id=invitation.id)
    return letters.reset(person, account.username, code)


# Work of the worker. It makes the codes it mails: no job, log or queue ever holds one.


@jobs.kind(MAIL_INVITATION)
def mail_invitation(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail an invitation; a code mailed by an interrupted attempt is dead."""
    with db.current().transaction() as session:
        invitation = session.get_one(Invitation, UUID(jobs.arguments(job_id)["invitation_id"]))
        db.enter([invitation.district_id])
        person = session.get_one(Person, invitation.person_id)
        if not _is_usable(invitation) or not _may_be_mailed(person):
            return {"is_mailed": False}
        code = codes.new()
        invitation.code_hash = codes.digest(code)
        letter = letters.invitation(person, code, invitation.expires_at)
    letters.post(letter)
    return {"is_mailed": True}


@jobs.kind(MAIL_NOTICE)
def mail_notice(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Tell the holder of an account that somebody was given a code for it."""
    with db.current().transaction() as session:
        invitation = session.get_one(Invitation, UUID(jobs.arguments(job_id)["invitation_id"]))
        db.enter([invitation.district_id])
        person = session.get_one(Person, invitation.person_id)
        letter = letters.notice(person) if person.email else None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}


@jobs.kind(addresses.MAIL_CHANGED)
def mail_changed(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Tell the holder of an account, at their old e-mail, that it was changed."""
    with db.current().transaction() as session:
        job = session.get_one(Job, job_id)
        db.enter([job.district_id] if job.district_id else [])
        person = session.get_one(Person, UUID(job.arguments["person_id"]))
        letter = letters.changed(person) if person.email_before else None
        person.email_before = None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}


@jobs.kind(MAIL_RESET)
def mail_reset(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail a code for a forgotten password, where the account has somebody to mail it to."""
    with db.current().transaction() as session:
        account_id = jobs.arguments(job_id)["account_id"]
        account = session.get(Account, UUID(account_id)) if account_id else None
        letter = _new_reset(account) if account else None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}
