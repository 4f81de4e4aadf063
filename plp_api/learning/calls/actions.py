"""Call for work, change the call, close and reopen it, remind who is missing."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import clock, db, editions
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.classes import Class
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Advisory
from plp_api.learning.calls import recipients, reminders
from plp_api.learning.calls.models import CallForWork, CallRecipient, RecipientState, is_in
from plp_api.people.directory import references

REMINDED_EVERY = timedelta(hours=20)
"""A student is reminded of one call at most once in this time."""
LONGEST = timedelta(days=400)
"""How far ahead a due day may lie."""
ON_CLOSED: list[Callable[[CallForWork, Access], None]] = []
ON_REOPENED: list[Callable[[CallForWork, Access], None]] = []
"""Called with a call after it was closed, or reopened; what answers it lies above."""


def call(access: Access, student_ids: Sequence[UUID] = (), **fields: Any) -> CallForWork:
    """Call a class, an advisory, or the students with these ids for work.

    Raises Problem: validation_failed (`student_ids`, `class_id`, `advisory_id`, `rubric_id`,
    `due_on`), actor_is_family.
    """
    check_due(fields["due_on"], access)
    _check_rubric(fields["rubric_id"], access)
    own = {"district_id": access.caller.district_id, "called_by": access.caller.person_id}
    made = CallForWork(id=db.new_id(), **own, **fields)
    students = _students(made, access, student_ids)
    made.school_id = made.school_id or _school_of(students)
    db.session().add(made)
    db.session().flush()
    added = recipients.add(made, students, access)
    _note("call_for_work.made", made, access, called=added)
    return made


def _students(made: CallForWork, access: Access, student_ids: Sequence[UUID]) -> Sequence[Student]:
    """Who is called. Sets the school of the class or advisory."""
    if student_ids:
        return recipients.chosen(student_ids, access)
    field, group = _group(made, access)
    made.school_id = group.school_id
    if not (students := recipients.of_group(made, access)):
        raise invalid(field, "It has no students today whom you may call.")
    return students


def _group(made: CallForWork, access: Access) -> tuple[str, Class | Advisory]:
    if made.class_id is not None:
        return "class_id", references.of_district(access, Class, made.class_id, "class_id")
    key: Any = made.advisory_id
    return "advisory_id", references.of_district(access, Advisory, key, "advisory_id")


def _school_of(students: Sequence[Student]) -> UUID | None:
    schools = {student.plan_home_school_id for student in students}
    return schools.pop() if len(schools) == 1 else None


def check_due(due_on: date | None, access: Access) -> None:
    """Raise validation_failed (`due_on`) for a day in the past, or too far ahead."""
    today = access.caller.today
    if due_on is not None and not today <= due_on <= today + LONGEST:
        raise invalid("due_on", f"Must lie between {today} and {today + LONGEST}.")


def _check_rubric(rubric_id: UUID | None, access: Access) -> None:
    if rubric_id is None:
        return
    rubric = references.of_district(access, Rubric, rubric_id, "rubric_id")
    editions.require_published(rubric, "rubric_id")


def edit(made: CallForWork, access: Access, **fields: Any) -> CallForWork:
    """Change the words, the due day or the rubric of an open call.

    Raises Problem: call_closed, validation_failed (`due_on`, `rubric_id`).
    """
    recipients.require_open(made)
    changed = sorted(name for name, value in fields.items() if getattr(made, name) != value)
    if "due_on" in changed:
        check_due(fields["due_on"], access)
    if "rubric_id" in changed:
        _check_rubric(fields["rubric_id"], access)
    for name in changed:
        setattr(made, name, fields[name])
    if changed:
        _note("call_for_work.changed", made, access, fields=changed)
    return made


def add_students(made: CallForWork, access: Access, student_ids: Sequence[UUID]) -> CallForWork:
    """Call more students; who was called already stays as they are.

    Raises Problem: call_closed, validation_failed (`student_ids`), actor_is_family.
    """
    db.lock(made)
    recipients.require_open(made)
    if recipients.add(made, recipients.chosen(student_ids, access), access):
        made.touch()
    return made


# The moves of the life cycle.


def is_of_group(made: CallForWork, _access: Access) -> str | None:
    """Why nobody can be caught up with: chosen students are added one by one."""
    is_chosen = made.class_id is None and made.advisory_id is None
    return "It calls chosen students; add others to them." if is_chosen else None


def catch_up(made: CallForWork, access: Access) -> None:
    """Call who has joined the class or advisory since."""
    recipients.add(made, recipients.of_group(made, access), access)
    made.touch()


def is_caught_up(made: CallForWork, access: Access) -> bool:
    """Whether everybody in the class or advisory whom the caller may call was called."""
    called = select(CallRecipient.student_id).where(CallRecipient.call_id == made.id)
    known = set(db.session().scalars(called))
    return all(student.id in known for student in recipients.of_group(made, access))


def extend(made: CallForWork, access: Access, due_on: date) -> None:
    """Set another due day. Raises Problem: validation_failed (`due_on`)."""
    check_due(due_on, access)
    made.due_on = due_on
    _note("call_for_work.extended", made, access, due_on=due_on)


def is_extended_so(made: CallForWork, _access: Access, due_on: date) -> bool:
    """Whether this is the due day already."""
    return made.due_on == due_on


def remind(made: CallForWork, access: Access) -> None:
    """Remind those whose work is missing, by mail where they have an address.

    Raises Problem: action_unavailable if nobody's is.
    """
    if not (missing := _missing(made, access)):
        raise Problem(Code.ACTION_UNAVAILABLE, "Nobody's work is missing.")
    due = [one for one in missing if _is_remindable(one)]
    for recipient in due:
        recipient.reminded_at = clock.now()
        reminders.enqueue(recipient, access.caller.person_id)
    made.touch()
    _note("call_for_work.reminded", made, access, reminded=len(due))


def is_reminded(made: CallForWork, access: Access) -> bool:
    """Whether work is missing, and everybody who owes some was reminded a short while ago."""
    missing = _missing(made, access)
    return bool(missing) and not any(map(_is_remindable, missing))


def _is_remindable(recipient: CallRecipient) -> bool:
    before = recipient.reminded_at
    return before is None or before + REMINDED_EVERY <= clock.now()


def _missing(made: CallForWork, access: Access) -> Sequence[CallRecipient]:
    """Who owes work, of the students whom the caller may call today."""
    query = select(CallRecipient).where(
        CallRecipient.call_id == made.id,
        is_in(RecipientState.AWAITED),
        visible(CallRecipient, access.caller, Permission.CALLS_WRITE),
    )
    return access.scalars(query.order_by(CallRecipient.id))


def close(made: CallForWork, access: Access) -> None:
    """Await no work any longer."""
    made.closed_at = clock.now()
    _note("call_for_work.closed", made, access)
    for follow in ON_CLOSED:
        follow(made, access)


def reopen(made: CallForWork, access: Access, due_on: date | None = None) -> None:
    """Await work again, until another day if one is given.

    Raises Problem: validation_failed (`due_on`).
    """
    if due_on is not None:
        check_due(due_on, access)
        made.due_on = due_on
    made.closed_at = None
    _note("call_for_work.reopened", made, access, due_on=made.due_on)
    for follow in ON_REOPENED:
        follow(made, access)


def _note(what: str, made: CallForWork, access: Access, **payload: Any) -> None:
    """Record what happened. Events hold no words of anybody."""
    audit.record(what, made, by=access.caller.person_id, **payload)
