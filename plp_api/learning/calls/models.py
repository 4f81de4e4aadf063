"""Calls for work, and the students called."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedBySchool, OwnedByStudent


class CallStatus(StrEnum):
    """Whether work is still awaited."""

    OPEN = "open"
    CLOSED = "closed"


class RecipientState(StrEnum):
    """What became of the work of one student who was called."""

    AWAITED = "awaited"
    HANDED_IN = "handed_in"
    EXCUSED = "excused"


class CallForWork(Resource, Base):
    """A prompt to several students, with a due day and a rubric to be judged by.

    `class_id` or `advisory_id` says who was called; neither: chosen students.
    """

    __tablename__ = "calls_for_work"
    __ownership__ = OwnedBySchool(read="calls:oversee", by="called_by")
    __table_args__ = (
        Index("ix_calls_for_work_school_id", "school_id", "due_on"),
        Index("ix_calls_for_work_called_by", "called_by"),
        Index("ix_calls_for_work_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    status: Mapped[str] = mapped_column(String(16), default=CallStatus.OPEN)
    title: Mapped[str] = mapped_column(String(200))
    prompt: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    advisory_id: Mapped[UUID | None] = mapped_column(ForeignKey("advisories.id"))
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id"))
    called_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]


class CallRecipient(Resource, Base):
    """One student who was called. The artifact that answers names this row."""

    __tablename__ = "call_recipients"
    __ownership__ = OwnedByStudent(read="calls:read")
    __table_args__ = (
        Index("uq_call_recipients_student_id", "call_id", "student_id", unique=True),
        Index("ix_call_recipients_student_id", "student_id", "created_at"),
        Index("ix_call_recipients_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls_for_work.id"))
    handed_in_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    excused_at: Mapped[datetime | None]

    call: Mapped[CallForWork] = relationship(lazy="joined", innerjoin=True)

    def locked_before(self) -> Resource:
        """The call: it is closed, or answered, by one at a time."""
        return self.call

    @property
    def state(self) -> RecipientState:
        """Whether the work is still awaited; what was handed in counts, excused or not."""
        if self.handed_in_at is not None:
            return RecipientState.HANDED_IN
        return RecipientState.AWAITED if self.excused_at is None else RecipientState.EXCUSED


def is_in(state: str) -> ColumnElement[bool]:
    """SQL: whether a student who was called is in that state, as `state` says."""
    is_handed_in = CallRecipient.handed_in_at.is_not(None)
    is_excused = CallRecipient.excused_at.is_not(None)
    if state == RecipientState.HANDED_IN:
        return is_handed_in
    return and_(~is_handed_in, is_excused if state == RecipientState.EXCUSED else ~is_excused)
