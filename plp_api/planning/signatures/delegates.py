"""Delegates: adults whom a deciding parent names to sign in their place."""

from datetime import date
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Person, Student
from plp_api.planning.signatures.models import SignatureDelegate


def name_delegate(
    student: Student,
    access: Access,
    name: str,
    person_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> SignatureDelegate:
    """Let another adult sign in the place of the caller, who must be a deciding parent.

    Raises Problem: action_unavailable for any other caller, validation_failed
    (`person_id`, `ends_on`).
    """
    if not access.decides_for(student.id):
        raise Problem(Code.ACTION_UNAVAILABLE, "Only a parent who may decide can name a delegate.")
    first = starts_on or access.caller.today
    spans.check(first, ends_on)
    if person_id is not None:
        _require_adult(person_id, student)
    row = SignatureDelegate(
        id=new_id(),
        district_id=student.district_id,
        student_id=student.id,
        parent_id=access.caller.person_id,
        name=name,
        person_id=person_id,
        starts_on=first,
        ends_on=ends_on,
    )
    db.session().add(row)
    audit.record("signature_delegate.named", row, by=access.caller.person_id)
    return row


def _require_adult(person_id: UUID, student: Student) -> None:
    session = db.session()
    person = session.get(Person, person_id)
    is_known = person is not None and person.district_id == student.district_id
    if not is_known or session.get(Student, person_id) is not None:
        raise invalid("person_id", "No such adult is known here.")


def revoke_delegate(row: SignatureDelegate, access: Access) -> None:
    """End the delegation today. Raises action_unavailable unless the caller gave it."""
    if row.parent_id != access.caller.person_id:
        raise Problem(Code.ACTION_UNAVAILABLE, "Only the parent who named them can revoke it.")
    row.ends_on = max(row.starts_on, access.caller.today)
    audit.record("signature_delegate.revoked", row, by=access.caller.person_id)
