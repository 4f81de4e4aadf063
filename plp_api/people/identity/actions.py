"""Give people access by one-time codes, and revoke it."""

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
from plp_api.people.identity import addresses, codes, leavers, letters, personal_emails, sessions
from plp_api.people.identity.addresses import Mailbox
from plp_api.people.identity.models import Invitation, PersonalEmail
from plp_api.people.identity.sessions import EndReason, Origin, SignedIn
from plp_api.people.identity.throttle import Attempt, Kind

MAIL_INVITATION, MAIL_RESET = "invitation.mail", "password_reset.mail"
MAIL_NOTICE = "code_notice.mail"
RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Invited:
    """A new invitation: `code` is to be printed; None if it is sent by mail.

    It works from `works_from` on, or at once.
    """

    invitation_id: UUID
    expires_at: datetime
    code: str | None
    works_from: datetime | None = None


def invite(person: Person, *, access: Access | None, printed: bool = False) -> Invited:
    """Make a one-time code with which the person chooses a first or a new password.

    The code is mailed if the person has an e-mail and a mail server is set up, and
    returned if not, or if `printed`: many parents have no e-mail, some share one.
    The old password is valid until the code is used. The holder of an account in use
    sees the code in `/me`, and gets a mail if it was printed. The person's earlier
    invitations end and revoked access is given back, unless the caller covers only a
    part of what the person reaches. `access` is None for the operator, at the command line,
    whom the rules for former students (`leavers`) do not bind.

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices
    (see `access.powers`), address_unconfirmed (see `addresses`); validation_failed
    (`is_printed`) and mail_unavailable for a former student with an e-mail of their own.
    """
    works_from = _checked_leaver(person, printed) if access else None
    to = None if printed or not settings.current().mail_url else addresses.mailbox(person)
    is_mailed = to is not None
    is_held = to is None or _set_the_address(to, access)
    covers_all = access is None or _covers_all(person, access, is_held)
    if is_mailed:
        _require_trusted(person)
    if covers_all:
        person.status, person.is_revoked_by_district = PersonStatus.ACTIVE, False
        sessions.end_invitations(person)
    by_id = access.caller.person_id if access else None
    lifetime = _lifetime(person) + (leavers.WAIT if works_from else timedelta())
    invitation, code = _new_invitation(person, by_id, lifetime, is_held)
    audit.record(
        "invitation.made",
        person,
        by=by_id,
        invitation_id=invitation.id,
        is_printed=not is_mailed,
        works_from=works_from,
    )
    if to is not None:
        _note_address(invitation, to)
        jobs.enqueue(MAIL_INVITATION, None, by_id, invitation_id=str(invitation.id))
        return Invited(invitation.id, invitation.expires_at, None)
    _tell_holder(person, invitation)
    return Invited(invitation.id, invitation.expires_at, code, works_from)


def _checked_leaver(person: Person, printed: bool) -> datetime | None:
    """When a code for the person would begin to work, if they have left; None: at once.

    Raises Problem: validation_failed (`is_printed`), mail_unavailable where their code goes to
    their own e-mail alone.
    """
    if not leavers.has_left(person):
        return None
    if leavers.own_address(person) is None:
        return leavers.works_from(person)
    if printed:
        raise invalid("is_printed", "They have left: a code goes to their own e-mail alone.")
    if not settings.current().mail_url:
        raise Problem(Code.MAIL_UNAVAILABLE)
    return None


def _note_address(invitation: Invitation, to: Mailbox) -> None:
    """Note who entered the address to which the code is mailed."""
    invitation.mailed_to_entry_of, invitation.entered_on = to.set_by, to.set_on


def _set_the_address(to: Mailbox, access: Access | None) -> bool:
    """Whether the caller entered the address, and so may receive what is mailed there."""
    setter = to.set_by
    return access is not None and setter is not None and setter in access.selves


def _covers_all(person: Person, access: Access, is_held: bool) -> bool:
    """Whether the caller's offices cover the whole account.

    A caller who covers a part of it can only have a code mailed: they cannot give
    back access that others revoked, nor send the code to an address they entered.

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices if the
    caller may not invite the person at all.
    """
    act = powers.Act.TAKE_CODE if is_held else powers.Act.MAIL_CODE
    holdings = powers.require(access, act, person.id)
    if person.status != PersonStatus.ACTIVE:
        _require_return(person, access, holdings)
    return not holdings.beyond


def _require_return(person: Person, access: Access, holdings: powers.Holdings) -> None:
    """Refuse to give access back if the district revoked it, or the caller covers only a part."""
    if person.is_revoked_by_district and not access.may_at(Permission.PEOPLE_WRITE, None):
        detail = "The district revoked their access: only the district can give it back."
        raise Problem(Code.ACCOUNT_BEYOND_OFFICES, detail)
    if holdings.beyond:
        detail = "Their access was revoked, and your offices cover only a part of what they reach."
        raise Problem(Code.ACCOUNT_BEYOND_OFFICES, detail)


def _require_trusted(person: Person) -> None:
    """Refuse to mail a code to an address that another person may read.

    Raises Problem: address_unconfirmed.
    """
    if not _may_be_mailed(person):
        detail = (
            "The person who entered this e-mail may not take codes for the account: "
            "enter it again, or print a code."
        )
        raise Problem(Code.ADDRESS_UNCONFIRMED, detail)


def _may_be_mailed(person: Person) -> bool:
    """Whether the person has an e-mail to which a code may be mailed."""
    to = addresses.mailbox(person)
    return to is not None and addresses.is_trusted(person, to.set_by, to.set_on)


def _as_today(person: Person) -> Access:
    """The access that the person, who did not send this request, has today."""
    district = db.session().get_one(District, person.district_id)
    return Access(callers.absent(person, district.today))


def _lifetime(person: Person) -> timedelta:
    district = db.session().get_one(District, person.district_id)
    return timedelta(days=district_settings.of(district).invitation_days)


def _tell_holder(person: Person, invitation: Invitation) -> None:
    """Mail the holder of an account in use that a code for it was printed."""
    if addresses.is_in_use(person.id) and settings.current().mail_url:
        jobs.enqueue(MAIL_NOTICE, None, invitation.created_by, invitation_id=str(invitation.id))


def _new_invitation(
    person: Person, by: UUID | None, lifetime: timedelta, is_held: bool
) -> tuple[Invitation, str]:
    """A new invitation and its code; only the hash of the code is stored."""
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
    """Revoke the person's access at once: sessions and invitations end, sign-in is refused.

    `invite` gives it back. Other persons of the same account keep their access. If
    the account is beyond the caller's offices, end or suppress a relationship instead.

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices,
    admin_is_last.
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
    """Choose a password with a one-time code, and sign in; the account's other sessions end.

    A person without an account gets one, named `username` or as the roster says. A
    code gives access only to the person it was made for. So if the account also holds
    people of another district, the person gets an account of their own: otherwise one
    district's staff could sign in to the other district.

    Raises Problem: login_throttled; activation_invalid for a code that is unknown,
    used, expired or ended, or whose person's access is revoked;
    person_has_no_username; username_taken; password_weak.
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
    """The usable invitation of a code, locked until the transaction ends, and its person."""
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
    """Whether the staff member who saw the code, or could have, may still take one today.

    Since the code was made, the person may have got an office, or another child, or have left.
    """
    if not invitation.is_held:
        person = db.session().get_one(Person, invitation.person_id)
        return addresses.is_trusted(person, invitation.mailed_to_entry_of, invitation.entered_on)
    if invitation.created_by is None:
        return True
    maker = db.session().get(Person, invitation.created_by)
    if maker is None:
        return False
    if not leavers.opens(invitation, db.session().get_one(Person, invitation.person_id)):
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
    """Whether an account, or another person of the district, already has the name."""
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
    """Have a code mailed to the person with the user name, if they exist and have an e-mail.

    The request does the same work in every case, so that its time tells nothing: the
    worker looks whether a code can be mailed.

    Raises Problem: login_throttled.
    """
    attempt = Attempt.on(Kind.RESET, sessions.login_name(username), origin.address)
    attempt.begin()
    account = sessions.find_account(username, district)
    if settings.current().mail_url:
        account_id = str(account.id) if account else None
        jobs.enqueue(MAIL_RESET, None, None, account_id=account_id)


def _new_reset(account: Account) -> letters.Letter | None:
    """The mail with a short-lived code to a person of the account; None if none can be sent.

    Earlier codes stay valid: otherwise anybody could end a printed code by this request.
    """
    if account.is_disabled or account.password_hash is None:
        return None
    if {link.district_id for link in _links(account)} != {account.district_id}:
        return None
    people = sessions.active_people(account)
    mailboxes = ((person, addresses.mailbox(person)) for person in people)
    person, to = next((both for both in mailboxes if both[1]), (None, None))
    if person is None or to is None or not _may_be_mailed(person):
        return None
    invitation, code = _new_invitation(person, None, RESET_LIFETIME, is_held=False)
    _note_address(invitation, to)
    audit.record("password_reset.requested", person, by=None, invitation_id=invitation.id)
    return letters.reset(person, to.address, account.username, code)


# Jobs of the worker. The worker makes the codes that it mails: no job, log or queue holds one.


@jobs.kind(MAIL_INVITATION)
def mail_invitation(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail an invitation with a new code; a code from an interrupted attempt is invalid."""
    with db.current().transaction() as session:
        invitation = session.get_one(Invitation, UUID(jobs.arguments(job_id)["invitation_id"]))
        db.enter([invitation.district_id])
        person = session.get_one(Person, invitation.person_id)
        to = addresses.mailbox(person)
        if not _is_usable(invitation) or to is None or not _may_be_mailed(person):
            return {"is_mailed": False}
        code = codes.new()
        invitation.code_hash = codes.digest(code)
        letter = letters.invitation(person, to.address, code, invitation.expires_at)
    letters.post(letter)
    return {"is_mailed": True}


@jobs.kind(MAIL_NOTICE)
def mail_notice(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail the holder of an account that a code for it was printed."""
    with db.current().transaction() as session:
        invitation = session.get_one(Invitation, UUID(jobs.arguments(job_id)["invitation_id"]))
        db.enter([invitation.district_id])
        person = session.get_one(Person, invitation.person_id)
        to = addresses.mailbox(person)
        letter = letters.notice(person, to.address) if to else None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}


@jobs.kind(addresses.MAIL_CHANGED)
def mail_changed(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Tell the holder of an account, at their old e-mail, that the e-mail was changed."""
    with db.current().transaction() as session:
        job = session.get_one(Job, job_id)
        db.enter([job.district_id] if job.district_id else [])
        person = session.get_one(Person, UUID(job.arguments["person_id"]))
        letter = letters.changed(person) if person.email_before else None
        person.email_before = None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}


@jobs.kind(personal_emails.MAIL_CODE)
def mail_own_address(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail a code to the e-mail that a student entered as their own."""
    with db.current().transaction() as session:
        job = session.get_one(Job, job_id)
        db.enter([job.district_id] if job.district_id else [])
        row = session.get(PersonalEmail, UUID(job.arguments["person_id"]))
        letter = personal_emails.new_code(row) if row else None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}


@jobs.kind(MAIL_RESET)
def mail_reset(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail a code for a forgotten password, if the account has a person to mail it to."""
    with db.current().transaction() as session:
        account_id = jobs.arguments(job_id)["account_id"]
        account = session.get(Account, UUID(account_id)) if account_id else None
        letter = _new_reset(account) if account else None
    if letter is not None:
        letters.post(letter)
    return {"is_mailed": letter is not None}
