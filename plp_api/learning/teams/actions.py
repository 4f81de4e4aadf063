"""Add people to the team of an ELO, replace them, and end their time in it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.lifecycle import unavailable
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import SUBJECTS, Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos import places, team
from plp_api.learning.elos.models import ENDED, PROPOSED, Elo, EloStatus
from plp_api.people.directory import references

SUBJECTS[Elo.__tablename__] = Elo
NOT_STAFF = "They hold no office and teach no class today, or may not work for this student."
NO_MENTOR = "The partner of the ELO has no such mentor today."
NO_SUPERVISOR = (
    "Nobody would supervise the ELO from that day on: add a successor with `replaces_id`."
)
NO_MEMBER = "Nobody of the team today, or later, has that assignment."


def add(
    elo: Elo,
    access: Access,
    role: AssignmentRole,
    replaces_id: UUID | None = None,
    delegate_of_id: UUID | None = None,
    **fields: Any,
) -> Assignment:
    """Assign somebody to the ELO, from today on or later, for themselves or as a delegate.

    Raises Problem: elo_closed, actor_is_family, action_unavailable, permission_denied,
    person_is_student, record_duplicate, supervisor_missing, validation_failed.
    """
    _require_changeable(elo, access)
    db.lock(elo)
    fields.setdefault("starts_on", access.caller.today)
    row = Assignment(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        subject_type=Elo.__tablename__,
        subject_id=elo.id,
        role=role,
        delegate_of_id=delegate_of_id,
        **fields,
    )
    _end_with_mentor(row)
    _check_span(row, access.caller.today)
    _check_somebody(row, elo, access)
    _check_delegate(row, elo, access)
    if replaces_id is not None:
        _end_replaced(replaces_id, row, elo, access)
    _refuse_twin(row)
    db.session().add(row)
    if replaces_id is not None:
        _require_supervised(row, elo)
    _note("assignment.added", row, access)
    _tell(row, elo, access)
    return row


def change(row: Assignment, access: Access, **fields: Any) -> Assignment:
    """Change the span of an assignment: when it begins, if it has not, and when it ends.

    Nothing changes who was on the team on a day that is over: on that rest the decisions made.
    Raises Problem: not_found, elo_closed, actor_is_family, action_unavailable,
    permission_denied, person_is_student, record_duplicate, supervisor_missing,
    validation_failed.
    """
    require_of_elo(row)
    elo = db.session().get_one(Elo, row.subject_id)
    today = access.caller.today
    _require_changeable(elo, access)
    if row.ends_on is not None and row.ends_on <= today:
        raise Problem(Code.ACTION_UNAVAILABLE, "It is over. Assign them anew.")
    if "starts_on" in fields and row.starts_on <= today and fields["starts_on"] != row.starts_on:
        raise invalid("starts_on", "It has begun; only its end can change.")
    has_begun, before = row.starts_on <= today, (row.starts_on, row.ends_on)
    for name, value in fields.items():
        setattr(row, name, value)
    _end_with_mentor(row)
    _check_span(row, today, has_begun=has_begun)
    if not spans.lies_within(row.starts_on, row.ends_on, before):
        # For the days that are new, they must be somebody who could be added.
        _check_somebody(row, elo, access)
    _refuse_twin(row)
    _require_supervised(row, elo)
    _note("assignment.changed", row, access)
    _tell(row, elo, access)
    return row


def require_of_elo(row: Assignment) -> None:
    """Raise not_found for an assignment to other work than an ELO: its own area shows that."""
    if row.subject_type != Elo.__tablename__:
        raise Problem(Code.NOT_FOUND)


def _require_changeable(elo: Elo, access: Access) -> None:
    """Check that the caller may change the team of the ELO now."""
    elos.require_not_ended(elo)
    access.refuse_family(elo.student_id)
    if reason := places.runs_it(elo, access):
        raise unavailable("change", reason, Permission.ELOS_DECIDE)
    if elo.status in PROPOSED:
        raise Problem(Code.ACTION_UNAVAILABLE, "Until it is accepted, it has no team.")


def _check_span(row: Assignment, today: date, *, has_begun: bool = False) -> None:
    if not has_begun and row.starts_on < today:
        raise invalid("starts_on", "Must not lie in the past.")
    if row.ends_on is not None and row.ends_on < today:
        raise invalid("ends_on", "Must not lie in the past.")
    if row.ends_on is None and row.delegate_of_id is not None:
        raise invalid("ends_on", "A delegate acts until a day.")
    spans.check(row.starts_on, row.ends_on)


def _check_somebody(row: Assignment, elo: Elo, access: Access) -> None:
    """Check that the row names one person, or for a mentor's role one mentor, who may hold it."""
    wanted, other = "person_id", "mentor_id"
    if row.role == AssignmentRole.MENTOR:
        wanted, other = other, wanted
    if getattr(row, other) is not None:
        raise invalid(other, f"Somebody in this role is named by `{wanted}`.")
    if getattr(row, wanted) is None:
        raise invalid(wanted, "Needed for this role.")
    if row.mentor_id is not None:
        _check_mentor(row.mentor_id, elo, max(row.starts_on, access.caller.today))
    if row.person_id is not None:
        _check_person(row.person_id, row, elo, access)


def _check_mentor(mentor_id: UUID, elo: Elo, day: date) -> None:
    mentor = db.session().get(Mentor, mentor_id)
    is_here = mentor is not None and mentor.partner_id == elo.partner_id
    if not is_here or (mentor and mentor.ends_on is not None and mentor.ends_on <= day):
        raise invalid("mentor_id", NO_MENTOR)


def _check_person(person_id: UUID, row: Assignment, elo: Elo, access: Access) -> None:
    """Check that the person is staff of the caller's district, and no family of the student.

    The answer does not tell which of the two it is: whoever assigns may not know families.
    """
    if person_id in access.selves:
        _refuse_own(row)
    person = references.adult(access, person_id)
    if not _may_work_for(person, elo.student_id, access.caller.today):
        raise invalid("person_id", NOT_STAFF)


def _refuse_own(row: Assignment) -> None:
    """Refuse what nobody gives to themselves, nor prolongs. Raises Problem: permission_denied."""
    if row.role == AssignmentRole.TEACHER_OF_RECORD:
        # Who accepts, signs and verifies an ELO would decide on its credit too.
        raise denied(Permission.ELOS_DECIDE, detail="Nobody makes themselves teacher of record.")
    if row.delegate_of_id is not None:
        # They would sign and decide for somebody who did not ask for it.
        detail = "Nobody makes themselves another's delegate; somebody else who may does."
        raise denied(Permission.ELOS_DECIDE, detail=detail)


def _may_work_for(person: Person, student_id: UUID, today: date) -> bool:
    somebody = callers.absent(person, today)
    return somebody.is_staff and student_id not in somebody.children | somebody.others


def _check_delegate(row: Assignment, elo: Elo, access: Access) -> None:
    """Check that a delegate acts for somebody else, in the same role of the team."""
    if row.delegate_of_id is None:
        return
    if row.role == AssignmentRole.MENTOR:
        raise invalid("delegate_of_id", "Nobody stands in for a mentor: add a mentor.")
    principal = _member(row.delegate_of_id, "delegate_of_id", elo, access)
    if principal.delegate_of_id is not None or principal.role != row.role:
        raise invalid("delegate_of_id", "A delegate acts for somebody in the same role.")
    if (principal.person_id, principal.mentor_id) == (row.person_id, row.mentor_id):
        raise invalid("delegate_of_id", "Nobody is their own delegate.")


def _member(key: UUID, field: str, elo: Elo, access: Access) -> Assignment:
    """An assignment to the ELO that is not over. Raises Problem: validation_failed."""
    query = select(Assignment).where(
        Assignment.id == key,
        Assignment.subject_id == elo.id,
        spans.is_not_over(Assignment, access.caller.today),
    )
    row = db.session().scalar(query)
    if row is None:
        raise invalid(field, NO_MEMBER)
    return row


def _end_replaced(key: UUID, successor: Assignment, elo: Elo, access: Access) -> None:
    """End the assignment of the same role on the day on which its successor's begins."""
    row = _member(key, "replaces_id", elo, access)
    if row.role != successor.role or row.delegate_of_id != successor.delegate_of_id:
        raise invalid("replaces_id", "It is of another role.")
    until = max(successor.starts_on, row.starts_on)
    row.ends_on = until if row.ends_on is None else min(row.ends_on, until)
    # Flushed, so that the same person may follow themselves.
    db.session().flush()
    _note("assignment.changed", row, access)


def _refuse_twin(row: Assignment) -> None:
    """Raise record_duplicate if they are in that role of the team on one of the days already."""
    db.refuse_second(
        Assignment,
        Assignment.id != row.id,
        Assignment.subject_id == row.subject_id,
        Assignment.role == row.role,
        Assignment.person_id.is_not_distinct_from(row.person_id),
        Assignment.mentor_id.is_not_distinct_from(row.mentor_id),
        spans.overlaps(Assignment, row.starts_on, row.ends_on),
        code=Code.RECORD_DUPLICATE,
    )


def _end_with_mentor(row: Assignment) -> None:
    """Let the assignment of a mentor who leaves the partner last no longer than they stay."""
    mentor = db.session().get(Mentor, row.mentor_id) if row.mentor_id else None
    if mentor is not None and mentor.ends_on is not None:
        row.ends_on = min(row.ends_on or mentor.ends_on, mentor.ends_on)


def _require_supervised(row: Assignment, elo: Elo) -> None:
    """Check that somebody supervises the ELO on the day on which its supervisor goes.

    Raises Problem: supervisor_missing.
    """
    role = AssignmentRole.LICENSED_SUPERVISOR
    if row.role != role or row.ends_on is None or row.delegate_of_id is not None:
        return
    is_over = elo.latest_end is not None and row.ends_on >= elo.latest_end
    if is_over or elo.status in {*PROPOSED, EloStatus.DESIGN}:
        return
    db.session().flush()
    if not team.people_in(elo.id, role, row.ends_on):
        raise Problem(Code.SUPERVISOR_MISSING, NO_SUPERVISOR)


def _note(what: str, row: Assignment, access: Access) -> None:
    audit.record(
        what,
        row,
        by=access.caller.person_id,
        role=row.role,
        person_id=row.person_id,
        mentor_id=row.mentor_id,
        delegate_of_id=row.delegate_of_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def _tell(row: Assignment, elo: Elo, access: Access) -> None:
    """Give the ELO a new version. A delegate changes the team in no role: nothing follows."""
    if row.delegate_of_id is None:
        elos.changed(elo, access, row.role)
    else:
        elo.touch()


def follow_partner(elo: Elo, access: Access, changed: frozenset[str]) -> None:
    """End the assignments of mentors whose partner is no longer the ELO's."""
    if "partner_id" not in changed:
        return
    today = access.caller.today
    query = (
        select(Assignment)
        .join(Mentor, Mentor.id == Assignment.mentor_id)
        .where(
            Assignment.subject_id == elo.id,
            Mentor.partner_id.is_distinct_from(elo.partner_id),
            spans.is_not_over(Assignment, today),
        )
    )
    for row in db.session().scalars(query).all():
        row.ends_on = max(row.starts_on, today)
        _note("assignment.changed", row, access)


def follow_mentor(mentor: Mentor, access: Access) -> None:
    """End the assignments of a mentor who leaves the partner (`ON_MENTOR_ENDED`)."""
    today = access.caller.today
    query = (
        select(Assignment, Elo)
        .join(Elo, Elo.id == Assignment.subject_id)
        .where(
            Assignment.mentor_id == mentor.id,
            Assignment.subject_type == Elo.__tablename__,
            Elo.status.not_in(sorted(ENDED)),
            spans.is_not_over(Assignment, today),
            or_(Assignment.ends_on.is_(None), Assignment.ends_on > mentor.ends_on),
        )
    )
    for row, elo in db.session().execute(query.order_by(Elo.id)).unique().all():
        db.lock(elo)
        row.ends_on = max(row.starts_on, mentor.ends_on or today, today)
        _note("assignment.changed", row, access)
        _tell(row, elo, access)
