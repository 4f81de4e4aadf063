"""Sessions of signed-in devices: begin by password or code, renew by a rotating key, end.

Accounts and sessions are outside row-level security, because the district is not
known before they are read. Code that then reads people or writes events must call
`db.enter` first.
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
NAME_DISTRICT = "If several districts share this installation, send `district` too."


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
    """The origin of a request: address, user agent, and the cookie of its device."""

    address: str | None
    user_agent: str | None
    device: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A session that was begun or renewed, with the content of its tokens.

    The next renewal must send `key`; only its hash is stored. `device` is the cookie
    by which the device is recognised next time; only a sign-in sets it.
    """

    login: LoginSession
    zone: str
    key: str
    device: str | None = None


def login_name(username: str) -> str:
    """A user name as accounts store it: NFKC, without differences of case."""
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

    Only a few passwords are verified at the same time: each takes a core for a fortieth
    of a second. `district` is a slug or id, needed only if several have the user name;
    without `person_id` it is a person of the account's own district.

    Raises Problem: login_throttled; server_busy; credentials_invalid, with the same text
    and time for every cause; validation_failed for a person that is not of the account.
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
        # The row is read after the transaction has ended.
        session.expunge(signed_in.login)
        return signed_in


def _verified(attempt: Attempt, kept: str | None, password: str) -> bool:
    """Whether the password is right; an attempt that the server cannot verify is not counted.

    No transaction is open during this: it would hold SQLite's only lock, or a connection.
    """
    try:
        with passwords.TURNS.taken():
            return passwords.matches(kept, password)
    except Problem:
        with db.current().transaction():
            attempt.uncount()
        raise


def find_account(username: str, district: str | None) -> Account | None:
    """The account with that name; None if there is none, or more than one."""
    accounts = select(Account).where(Account.username == login_name(username))
    if district is not None:
        accounts = accounts.join(District, District.id == Account.district_id).where(
            or_(District.slug == district, District.id == _as_id(district))
        )
    rows = db.session().scalars(accounts.limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def _as_id(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


def active_people(account: Account) -> Sequence[Person]:
    """The active persons of the account, its own district's first; enters their districts."""
    held = select(AccountPerson).where(AccountPerson.account_id == account.id)
    links = db.session().scalars(held).all()
    db.enter(list({link.district_id for link in links}))
    people = db.session().scalars(
        select(Person).where(
            Person.id.in_([link.person_id for link in links]),
            Person.status == PersonStatus.ACTIVE,
        )
    )
    own = account.district_id
    return sorted(people, key=lambda person: (person.district_id != own, person.id))


def choose(people: Sequence[Person], person_id: UUID | None) -> Person:
    """The person with the id, or the first of them. Raises Problem: validation_failed."""
    if person_id is None:
        return people[0]
    for person in people:
        if person.id == person_id:
            return person
    raise invalid("person_id", "Not a person of this account.")


def begin(account: Account, person: Person, origin: Origin) -> SignedIn:
    """Begin a session of the account that acts as the person."""
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
    """Exchange the key for the next one; `person_id` switches to another person of the account.

    Raises Problem: session_ended; refresh_token_reused for a key that was exchanged
    before: a thief may hold a copy, so the session ends for everybody (RFC 9700,
    4.14.2); validation_failed as `sign_in`.
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
    if person_id is None and login.person_id not in {person.id for person in people}:
        raise Problem(Code.SESSION_ENDED)
    person = choose(people, person_id or login.person_id)
    if person.id != login.person_id:
        _switch(login, person)
    key = secrets.token_urlsafe(32)
    login.refresh_hash, login.seen_at = _digest(key), clock.now()
    return SignedIn(login, _zone(login.district_id), key)


def _switch(login: LoginSession, person: Person) -> None:
    """Switch to another person; each district's audit log gets the event about its person."""
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
    """End the sessions; their access tokens are refused from now on.

    Their districts must be entered (`db.enter`).
    """
    for login in logins:
        if login.ended_at is None:
            login.ended_at, login.end_reason = clock.now(), reason
            audit.record("session.ended", login, by=by, reason=reason)


def end_own(access: Access) -> None:
    """End the session of this request."""
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
    """End every open session of the account, in all districts; enters these and `home`."""
    logins = db.session().scalars(
        select(LoginSession).where(LoginSession.account_id == account_id, is_open())
    )
    ending = [login for login in logins if login.id != but]
    db.enter(list({home, *(login.district_id for login in ending)}))
    end(ending, reason, by)


def is_open() -> ColumnElement[bool]:
    """SQL: whether a session is open."""
    return and_(LoginSession.ended_at.is_(None), LoginSession.expires_at > clock.now())


def change_password(access: Access, current: str, new: str, origin: Origin) -> None:
    """Replace the caller's password; the account's other sessions and all its codes end.

    Raises Problem: login_throttled; validation_failed if `current` is wrong,
    which counts as a failed attempt; password_weak.
    """
    caller = access.caller
    person = db.session().get_one(Person, caller.person_id)
    account, attempt = _own_account(access, origin)
    # Cheaper than verifying the current password, so a weak one does not take a turn.
    require_strong(account, person, new, field="new_password")
    _require_right(account, current, attempt)
    account.password_hash = passwords.hashed(new)
    end_codes(account)
    attempt.forget()
    audit.record("password.changed", person, by=person.id)
    reason = EndReason.PASSWORD_CHANGED
    end_all(account.id, reason, by=person.id, home=person.district_id, but=caller.session_id)


def require_own_password(access: Access, password: str, origin: Origin) -> None:
    """Check the caller's password again, before what a stolen session must not do.

    Raises Problem: login_throttled; validation_failed at `current_password`, which counts
    as a failed attempt.
    """
    account, attempt = _own_account(access, origin)
    _require_right(account, password, attempt)


def _own_account(access: Access, origin: Origin) -> tuple[Account, Attempt]:
    """The caller's account, and an attempt on it that is not refused; it is counted by a lock."""
    link = db.session().get_one(AccountPerson, access.caller.person_id)
    account = db.session().get_one(Account, link.account_id)
    device = devices.known(origin.device, account)
    attempt = Attempt.on(Kind.LOGIN, account.username, origin.address, device, account.id)
    db.lock_name(f"attempt|{attempt.account_key}")
    attempt.check()
    return account, attempt


def _require_right(account: Account, password: str, attempt: Attempt) -> None:
    with passwords.TURNS.taken():
        is_right = passwords.matches(account.password_hash, password)
    if not is_right:
        wrong = FieldError("/current_password", "This is not your password.")
        raise Problem(Code.VALIDATION_FAILED, errors=[wrong], afterwards=attempt.count)


def end_invitations(person: Person) -> None:
    """End the person's unused codes."""
    for invitation in db.session().scalars(
        select(Invitation).where(
            Invitation.person_id == person.id,
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
        )
    ):
        invitation.ended_at = clock.now()


def end_codes(account: Account) -> None:
    """End every unused code that could set a new password for this account."""
    held = select(AccountPerson.person_id).where(AccountPerson.account_id == account.id)
    unused = select(Invitation).where(
        Invitation.person_id.in_(held), Invitation.used_at.is_(None), Invitation.ended_at.is_(None)
    )
    for invitation in db.session().scalars(unused):
        invitation.ended_at = clock.now()


def set_password(account: Account, person: Person, password: str, *, field: str) -> None:
    """Store a new password for the account. Raises Problem: password_weak at `field`."""
    require_strong(account, person, password, field=field)
    account.password_hash = passwords.hashed(password)


def require_strong(account: Account, person: Person, password: str, *, field: str) -> None:
    """Refuse a weak password for this account. Raises Problem: password_weak at `field`."""
    names = [account.username, person.given_name, person.family_name]
    passwords.require_strong(password, field, names)
