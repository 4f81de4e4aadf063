"""Assignments: dated rows by which staff work on one piece of a student's work, and on no other.

The team of an ELO, a panel, a reviewer. Access reads this table alone: who is assigned reaches
that row and what belongs to it (`ownership`, `assigned_by`), and not the student.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    exists,
    or_,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from plp_api.foundation.db import Base, Resource, session
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.roster import spans

SUBJECTS: dict[str, type[Any]] = {}
"""What people may be assigned to, by table; the areas that assign fill it."""


class AssignmentRole(StrEnum):
    """What somebody does for the piece of work that they are assigned to.

    A reviewer judges it. To a reader it was handed in, because they called for it.
    """

    COORDINATOR = "coordinator"
    COOPERATING_TEACHER = "cooperating_teacher"
    TEACHER_OF_RECORD = "teacher_of_record"
    LICENSED_SUPERVISOR = "licensed_supervisor"
    PANEL_MEMBER = "panel_member"
    REVIEWER = "reviewer"
    READER = "reader"
    MENTOR = "mentor"


class Assignment(Resource, Base):
    """One person in one role for `subject` (table and id), for a span.

    A mentor has no account: `mentor_id` instead of `person_id`. One person may hold several
    roles. A delegate acts for the assignment `delegate_of_id` while both hold.
    """

    __tablename__ = "assignments"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="subject_id")
    __table_args__ = (
        Index("ix_assignments_person_id", "person_id", "subject_id"),
        Index("ix_assignments_subject_id", "subject_id", "role"),
        Index("ix_assignments_student_id", "student_id"),
        Index("ix_assignments_mentor_id", "mentor_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
        CheckConstraint("(person_id IS NULL) <> (mentor_id IS NULL)", name="somebody"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    delegate_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def locked_before(self) -> Resource | None:
        """What they are assigned to: its team is changed by one at a time."""
        subject = SUBJECTS.get(self.subject_type)
        return None if subject is None else session().get(subject, self.subject_id)


def holds_on(assignment: Any, day: Any) -> ColumnElement[bool]:
    """Whether an assignment holds on the day, as SQL: a delegate's only while its principal's."""
    principal = aliased(Assignment)
    principal_holds = exists().where(
        principal.id == assignment.delegate_of_id, spans.holds_on(principal, day)
    )
    is_delegate = assignment.delegate_of_id.is_not(None)
    return and_(spans.holds_on(assignment, day), or_(~is_delegate, principal_holds))


def of_person(query: Select[Any], person_id: Any, day: Any) -> Select[Any]:
    """The query, joined to the person's assignments that hold on the day, as `holds_on` says.

    PostgreSQL keeps its plan of this join; the EXISTS in `holds_on` it plans at each run, which
    takes longer than all else that a request asks of the caller.
    """
    principal = aliased(Assignment)
    principal_holds = and_(
        principal.id == Assignment.delegate_of_id, spans.holds_on(principal, day)
    )
    return (
        query.select_from(Assignment)
        .outerjoin(principal, principal_holds)
        .where(
            Assignment.person_id == person_id,
            spans.holds_on(Assignment, day),
            or_(Assignment.delegate_of_id.is_(None), principal.id.is_not(None)),
        )
    )
