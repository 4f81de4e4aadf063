"""A student's own e-mail: entered with the password, and verified by a code that is mailed there.

After a student has left, codes for a new password go there and nowhere else (`addresses`): the
school may have given their mailbox to another. Who works here now is mailed as staff.
"""

from datetime import timedelta
from uuid import UUID

from plp_api.foundation import clock, db, settings
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Person
from plp_api.people.identity import codes, letters, sessions
from plp_api.people.identity.models import PersonalEmail
from plp_api.people.identity.sessions import Origin
from plp_api.people.identity.throttle import Attempt, Kind

MAIL_CODE = "personal_email.mail"
LIFETIME = timedelta(days=1)


def enter(access: Access, address: str, password: str, origin: Origin) -> PersonalEmail:
    """Mail a code to the address; the one that was verified before counts until it comes back.

    Raises Problem: permission_denied for who is no student, mail_unavailable, login_throttled,
    validation_failed for a wrong password.
    """
    caller = access.caller
    if not caller.is_student:
        who = {"allowed_roles": [Role.STUDENT, Role.ALUMNUS]}
        raise Problem(Code.PERMISSION_DENIED, extra=who)
    if not settings.current().mail_url:
        raise Problem(Code.MAIL_UNAVAILABLE)
    sessions.require_own_password(access, password, origin)
    Attempt.on(Kind.RESET, _name(caller.person_id), origin.address).begin()
    row = db.session().get(PersonalEmail, caller.person_id)
    if row is None:
        row = PersonalEmail(person_id=caller.person_id, district_id=caller.district_id)
        db.session().add(row)
    row.pending, row.code_hash, row.expires_at = address, None, clock.now() + LIFETIME
    by = caller.person_id
    jobs.enqueue(MAIL_CODE, caller.district_id, by, person_id=str(by))
    audit.record("personal_email.entered", _person(by), by=by)
    return row


def verify(access: Access, code: str, origin: Origin) -> PersonalEmail:
    """Let the address count to which the code was mailed.

    Raises Problem: login_throttled, activation_invalid.
    """
    by = access.caller.person_id
    attempt = Attempt.on(Kind.CODE, _name(by), origin.address)
    attempt.check()
    row = db.session().get(PersonalEmail, by, with_for_update=True)
    if row is None or row.code_hash != codes.digest(code) or _is_over(row):
        raise Problem(Code.ACTIVATION_INVALID, afterwards=attempt.count)
    row.address, row.verified_at = row.pending, clock.now()
    row.pending = row.code_hash = row.expires_at = None
    audit.record("personal_email.verified", _person(by), by=by)
    return row


def of(person_id: UUID) -> PersonalEmail | None:
    """The person's own e-mail, verified or not."""
    return db.session().get(PersonalEmail, person_id)


def _is_over(row: PersonalEmail) -> bool:
    return row.expires_at is None or row.expires_at <= clock.now()


def _name(person_id: UUID) -> str:
    return f"personal e-mail of {person_id}"


def _person(person_id: UUID) -> Person:
    return db.session().get_one(Person, person_id)


def new_code(row: PersonalEmail) -> letters.Letter | None:
    """The letter with a new code to the address that waits; an earlier code is invalid."""
    if row.pending is None or _is_over(row):
        return None
    code = codes.new()
    row.code_hash = codes.digest(code)
    return letters.own_address(_person(row.person_id), row.pending, code)
