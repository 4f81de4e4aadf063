"""Find whom a call is for, add them, excuse them, and note their answers."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import about_students
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import AdvisoryMember
from plp_api.learning.calls.models import CallForWork, CallRecipient, CallStatus
from plp_api.people.directory.references import NOTHING

MOST = 500
"""How many students one call may have."""


def of_group(call: CallForWork, access: Access) -> Sequence[Student]:
    """The students of the call's class or advisory today whom the caller may call.

    Left out are guests from other districts, and students who are the caller's own family.
    """
    if call.class_id is not None:
        members = _in_class(call.class_id, access)
    elif call.advisory_id is not None:
        members = _in_advisory(call.advisory_id, access)
    else:
        return []
    students = _of_district(access).where(Student.id.in_(members))
    return [one for one in access.scalars(students) if not access.is_own(one.id)]


def _in_class(class_id: UUID, access: Access) -> Select[Any]:
    return (
        access.select(Enrollment)
        .with_only_columns(Enrollment.person_id)
        .where(
            Enrollment.class_id == class_id,
            Enrollment.role == EnrollmentRole.STUDENT,
            holds(Enrollment),
        )
    )


def _in_advisory(advisory_id: UUID, access: Access) -> Select[Any]:
    return (
        access.select(AdvisoryMember)
        .with_only_columns(AdvisoryMember.student_id)
        .where(AdvisoryMember.advisory_id == advisory_id, holds(AdvisoryMember))
    )


def _of_district(access: Access) -> Select[Any]:
    """The students of the caller's district whom they may call."""
    may_call = about_students(Student, "id", access.caller, Permission.CALLS_WRITE)
    is_here = Student.district_id == access.caller.district_id
    return select(Student).where(is_here, may_call).order_by(Student.id)


def chosen(student_ids: Iterable[UUID], access: Access) -> Sequence[Student]:
    """The students with these ids.

    Raises Problem: validation_failed (`student_ids`) for whom the caller may not call,
    actor_is_family for their own family.
    """
    wanted = [*dict.fromkeys(student_ids)]
    found = {
        one.id: one for one in access.scalars(_of_district(access).where(Student.id.in_(wanted)))
    }
    errors = [
        FieldError(f"/student_ids/{place}", NOTHING)
        for place, key in enumerate(wanted)
        if key not in found
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    for key in wanted:
        access.refuse_family(key)
    return [found[key] for key in wanted]


def add(call: CallForWork, students: Iterable[Student], access: Access) -> int:
    """Add those who were not called before; the call is new or locked. How many were added.

    Raises Problem: validation_failed if the call would have more than MOST.
    """
    called = _called(call)
    added = [student for student in students if student.id not in called]
    if len(called) + len(added) > MOST:
        error = FieldError("/student_ids", f"A call has at most {MOST} students.")
        raise Problem(Code.VALIDATION_FAILED, errors=[error])
    for student in added:
        _add(call, student, access)
    return len(added)


def _called(call: CallForWork) -> set[UUID]:
    called = select(CallRecipient.student_id).where(CallRecipient.call_id == call.id)
    return set(db.session().scalars(called))


def _add(call: CallForWork, student: Student, access: Access) -> None:
    own = {"district_id": student.district_id, "student_id": student.id}
    recipient = CallRecipient(id=db.new_id(), **own, call=call)
    db.session().add(recipient)
    _note("call_recipient.called", recipient, access)


# The guards and moves of the life cycle.


def is_their_caller(recipient: CallRecipient, access: Access) -> str | None:
    """Why they are not excused: a teacher excuses nobody from what another asked for."""
    if recipient.call.called_by in access.selves:
        return None
    role = access.speaks_as(Permission.CALLS_WRITE, recipient.student_id)
    return "Another teacher called for this work." if role is Role.TEACHER else None


def excuse(recipient: CallRecipient, access: Access) -> None:
    """Await no work of this student any longer."""
    recipient.excused_at = clock.now()
    _note("call_recipient.excused", recipient, access)


def expect(recipient: CallRecipient, access: Access) -> None:
    """Await the student's work after all. Raises Problem: call_closed."""
    require_open(recipient.call)
    recipient.excused_at = None
    _note("call_recipient.expected", recipient, access)


# What answers a call lies above (`learning.portfolios`).


def require_open(call: CallForWork) -> None:
    """Raise Problem(call_closed) if no work is awaited any longer."""
    if call.status != CallStatus.OPEN:
        raise Problem(Code.CALL_CLOSED)


def hand_in(recipient: CallRecipient, access: Access, artifact_id: UUID) -> None:
    """Note that the student answered, an excused one too. Raises Problem: call_closed."""
    require_open(recipient.call)
    recipient.handed_in_at = clock.now()
    _note("call_recipient.handed_in", recipient, access, artifact_id=artifact_id)


def take_back(recipient: CallRecipient, access: Access, artifact_id: UUID) -> None:
    """Note that the student took their answer back. Raises Problem: call_closed."""
    require_open(recipient.call)
    recipient.handed_in_at = None
    _note("call_recipient.taken_back", recipient, access, artifact_id=artifact_id)


def _note(what: str, recipient: CallRecipient, access: Access, **payload: Any) -> None:
    by, call_id = access.caller.person_id, recipient.call.id
    audit.record(what, recipient, by=by, call_id=call_id, **payload)
