"""Signed-in devices: begun by a password or a code, renewed by a rotating key, ended.

Accounts and sessions stand outside row security, for the district is not known
before they are read; whoever goes on to people and events enters it first.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import clock, db, settings
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    PersonStatus,
)
from plp_api.people.identity import devices, passwords
from plp_api.people.identity.models import Invitation
from plp_api.people.identity.throttle import Attempt, Kind

LONGEST_USER_AGENT = 200
NAME_DISTRICT = "Where several districts share this installation, send `district` too."


class EndReason(StrEnum):
    """Why a session is over."""

    LOGOUT = "logout"
    ENDED = "ended"
    SWITCHED = "switched"
    REPLAYED = "replayed"
    PASSWORD_CHANGED = "password_changed"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: address, user agent, and the cookie of its device."""

    address: str | None
    user_agent: str | None
    device: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A session begun or renewed, with what its tokens say.

    `key` is what the next renewal must show; only its hash is kept. `device` is
    the cookie by which the device is known next time, where somebody signed in.
    """

    login: LoginSession
    zone: str
    key: str
    device: str | None = None


def login_name(username: str) -> str:
    """A user name as accounts keep it: case and composition of characters do not count."""
    return unicodedata.normalize("NFKC", username).casefold().strip()


def sign_in(
    username: str,
    password: str,
    *,
    origin: Origin,
    district: str | None = None,
    person_id: UUID | None = None,
) -> SignedIn:
    """Begin a session for one person of the account, in transactions of its own.

    Few passwords are verified at once: it takes a core for a fortieth of a second.
    `district` is a slug or id, needed only where several know the user name;
    without `person_id` it is a person of the account's own district.

    Raises Problem: login_throttled; server_busy; credentials_invalid, the same in words
    and time whatever is wrong; validation_failed for a person the account does not hold.
    """
    with db.current().transaction():
        account = find_account(username, district)
        device = devices.known(origin.device, account)
        account_id, kept = (account.id, account.password_hash) if account else (None, None)
        name = login_name(username)
        attempt = Attempt.on(Kind.LOGIN, name, origin.address, device, account_id)
        attempt.begin()
    is_right = _verified(attempt, kept, password)
    refusal = Problem(Code.CREDENTIALS_INVALID, NAME_DISTRICT)
    if account_id is None or not is_right:
        raise refusal
    with db.current().transaction() as session:
        account = session.get_one(Account, account_id)
        people = [] if account.is_disabled else active_people(account)
        if not people or account.password_hash != kept:
            raise refusal
        person = choose(people, person_id)
        attempt.forget()
        if passwords.is_outdated(kept or ""):
            account.password_hash = passwords.hashed(password)
        signed_in = begin(account, person, origin)
        session.flush()
        # It is read when the transaction is over.
        session.expunge(signed_in.login)
        return signed_in


def _verified(attempt: Attempt, kept: str | None, password: str) -> bool:
    """Whether the password is right; one that could not be verified does not count.

    No transaction is open meanwhile: it would hold SQLite's one lock, or a connection.
    """
    try:
        with passwords.TURNS.taken():
            return passwords.matches(kept, password)
    except Problem:
        with db.current().transaction():
            attempt.uncount()
        raise


def find_account(username: str, district: str | None) -> Account | None:
    """The one account by that name; None where there is none, or more than one."""
    accounts = select(Account).where(Account.username == login_name(username))
    if district is not None:
        accounts = accounts.join(District, District.id == Account.district_id).where(
            or_(District.slug == district, District.id == _as_id(district))
        )
    found = db.session().scalars(accounts.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _as_id(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


def active_people(account: Account) -> Sequence[Person]:
    """The persons the account may act as, its own district's first; enters their districts."""
    held = select(AccountPerson).where(AccountPerson.account_id == account.id)
    links = db.session().scalars(held).all()
    db.enter(list({link.district_id for link in links}))
    people = db.session().scalars(
        select(Person).where(
            Person.id.in_([link.person_id for link in links]),
            Person.status == PersonStatus.ACTIVE,
        )
    )
    return sorted(people, key=lambda one: (one.district_id != account.district_id, one.id))


def choose(people: Sequence[Person], person_id: UUID | None) -> Person:
    """The person asked for, or the first."""
    if person_id is None:
        return people[0]
    for person in people:
        if person.id == person_id:
            return person
    raise invalid("person_id", "Not a person of this account.")


def begin(account: Account, person: Person, origin: Origin) -> SignedIn:
    """A new session of the account, acting as the person."""
    key = secrets.token_urlsafe(32)
    login = LoginSession(
        id=db.new_id(),
        account_id=account.id,
        person_id=person.id,
        district_id=person.district_id,
        refresh_hash=_digest(key),
        user_agent=(origin.user_agent or "")[:LONGEST_USER_AGENT] or None,
        expires_at=clock.now() + timedelta(seconds=settings.current().session_lifetime),
    )
    db.session().add(login)
    audit.record("session.started", login, by=person.id)
    device = devices.with_account(origin.device, account)
    return SignedIn(login, _zone(person.district_id), key, device)


def _zone(district_id: UUID) -> str:
    return db.session().get_one(District, district_id).time_zone


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def renew(session_id: UUID, key: str, person_id: UUID | None = None) -> SignedIn:
    """Exchange the key for the next one; `person_id` goes on as another person of the account.

    Raises Problem: session_ended; refresh_token_reused for a key that was exchanged
    before: then either the client or a thief holds a copy, and the session ends
    for both (RFC 9700, 4.14.2); validation_failed as `sign_in`.
    """
    login = db.session().get(LoginSession, session_id)
    if login is None:
        raise Problem(Code.SESSION_ENDED)
    db.lock(login)
    if login.ended_at is not None or login.expires_at <= clock.now():
        raise Problem(Code.SESSION_ENDED)
    if not compare_digest(login.refresh_hash, _digest(key)):
        raise Problem(Code.REFRESH_TOKEN_REUSED, afterwards=partial(_end_replayed, session_id))
    account = db.session().get_one(Account, login.account_id)
    people = [] if account.is_disabled else active_people(account)
    if person_id is None and login.person_id not in {one.id for one in people}:
        raise Problem(Code.SESSION_ENDED)
    person = choose(people, person_id or login.person_id)
    if person.id != login.person_id:
        _switch(login, person)
    key = secrets.token_urlsafe(32)
    login.refresh_hash, login.seen_at = _digest(key), clock.now()
    return SignedIn(login, _zone(login.district_id), key)


def _switch(login: LoginSession, person: Person) -> None:
    """Go on as another person; each district's trail tells its own half."""
    before = login.person_id
    audit.record("session.ended", login, by=before, reason=EndReason.SWITCHED)
    login.person_id, login.district_id = person.id, person.district_id
    audit.record("session.started", login, by=person.id)


def _end_replayed(session_id: UUID) -> None:
    login = db.session().get_one(LoginSession, session_id)
    db.lock(login)
    db.enter([login.district_id])
    audit.record("refresh_token.replayed", login, by=None)
    end([login], EndReason.REPLAYED, by=None)


def end(logins: Iterable[LoginSession], reason: EndReason, by: UUID | None) -> None:
    """End the sessions, whose districts are entered; access tokens are refused from now on."""
    for login in logins:
        if login.ended_at is None:
            login.ended_at, login.end_reason = clock.now(), reason
            audit.record("session.ended", login, by=by, reason=reason)


def end_own(access: Access) -> None:
    """End the session that asks."""
    caller = access.caller
    end([db.session().get_one(LoginSession, caller.session_id)], EndReason.LOGOUT, caller.person_id)


def end_all(
    account_id: UUID,
    reason: EndReason,
    *,
    by: UUID,
    home: UUID,
    but: UUID | None = None,
) -> None:
    """End every open session of the account, in whatever district; enters these and `home`."""
    logins = db.session().scalars(
        select(LoginSession).where(LoginSession.account_id == account_id, is_open())
    )
    ending = [login for login in logins if login.id != but]
    db.enter(list({home, *(login.district_id for login in ending)}))
    end(ending, reason, by)


def is_open() -> ColumnElement[bool]:
    """Whether a session goes on."""
    return and_(LoginSession.ended_at.is_(None), LoginSession.expires_at > clock.now())


def change_password(access: Access, current: str, new: str, origin: Origin) -> None:
    """Replace the caller's password; every other session of the account ends, and every code.

    Raises Problem: login_throttled; validation_failed where `current` is not right,
    which counts as a failed attempt; password_weak.
    """
    caller = access.caller
    person = db.session().get_one(Person, caller.person_id)
    account = (
        db.session()
        .scalars(
            select(Account)
            .join(AccountPerson, AccountPerson.account_id == Account.id)
            .where(AccountPerson.person_id == person.id)
        )
        .one()
    )
    device = devices.known(origin.device, account)
    attempt = Attempt.on(Kind.LOGIN, account.username, origin.address, device, account.id)
    db.lock_name(f"attempt|{attempt.account_key}")
    attempt.check()
    # Cheaper than the check of the current one, so that a weak one costs nobody a turn.
    require_strong(account, person, new, field="new_password")
    with passwords.TURNS.taken():
        is_right = passwords.matches(account.password_hash, current)
    if not is_right:
        wrong = FieldError("/current_password", "This is not your password.")
        raise Problem(Code.VALIDATION_FAILED, errors=[wrong], afterwards=attempt.count)
    account.password_hash = passwords.hashed(new)
    end_codes(account)
    attempt.forget()
    audit.record("password.changed", person, by=person.id)
    reason = EndReason.PASSWORD_CHANGED
    end_all(account.id, reason, by=person.id, home=person.district_id, but=caller.session_id)


def end_invitations(person: Person) -> None:
    """End the person's codes that nobody has used."""
    for invitation in db.session().scalars(
        select(Invitation).where(
            Invitation.person_id == person.id,
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
        )
    ):
        invitation.ended_at = clock.now()


def end_codes(account: Account) -> None:
    """End every code that nobody has used and that would set this account's password anew."""
    held = select(AccountPerson.person_id).where(AccountPerson.account_id == account.id)
    unused = select(Invitation).where(
        Invitation.person_id.in_(held), Invitation.used_at.is_(None), Invitation.ended_at.is_(None)
    )
    for invitation in db.session().scalars(unused):
        invitation.ended_at = clock.now()


def set_password(account: Account, person: Person, password: str, *, field: str) -> None:
    """Keep a new password for the account. Raises Problem: password_weak, pointing at `field`."""
    require_strong(account, person, password, field=field)
    account.password_hash = passwords.hashed(password)


def require_strong(account: Account, person: Person, password: str, *, field: str) -> None:
    """Refuse a weak password for this account with password_weak, pointing at `field`."""
    names = [account.username, person.given_name, person.family_name]
    passwords.require_strong(password, field, names)
