"""Goals with their steps and check-ins."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.planning.plans.models import Plan


class GoalStatus(StrEnum):
    """The states of a goal."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    ACHIEVED = "achieved"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    DROPPED = "dropped"
    CARRIED_FORWARD = "carried_forward"


class Domain(StrEnum):
    """The part of life that a goal is about."""

    ACADEMIC = "academic"
    CAREER = "career"
    PERSONAL_SOCIAL = "personal_social"
    TRANSFERABLE_SKILL = "transferable_skill"
    CIVIC = "civic"
    EXTRACURRICULAR = "extracurricular"


class Outcome(StrEnum):
    """How a goal ended, as the student proposes and the advisor confirms."""

    ACHIEVED = "achieved"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    DROPPED = "dropped"


ENDED = frozenset({*Outcome, GoalStatus.CARRIED_FORWARD})
NO_EVIDENCE = (GoalStatus.DRAFT, GoalStatus.RETURNED, GoalStatus.DROPPED)
"""The states in which a goal shows no work: nobody took it up, or it was given up."""


class Goal(Resource, Base):
    """One goal, in SMART terms: specific, measurable, achievable, relevant, and due on a day.

    `proposed_outcome` waits for the advisor's answer; `reflection` is written by
    the student and stays. `carried_from_id` is the earlier goal that this one
    continues, `carried_to_id` the later goal that continues it.
    `progress_percent` and `progress_on` are copied from the latest check-in.
    """

    __tablename__ = "goals"
    __ownership__ = OwnedByStudent(read="goals:read")
    # Progress is not kept here: the check-ins have it with its day.
    __kept__ = (
        "status",
        "domain",
        "title",
        "specific",
        "measurable",
        "achievable",
        "relevant",
        "due_on",
        "proposed_at",
        "confirmed_at",
        "confirmed_by",
        "proposed_outcome",
        "reflection",
        "ended_on",
        "carried_from_id",
        "carried_to_id",
    )
    __table_args__ = (
        Index("ix_goals_student_id", "student_id"),
        Index("ix_goals_plan_id", "plan_id", "created_at"),
        Index("ix_goals_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    status: Mapped[str] = mapped_column(String(16), default=GoalStatus.DRAFT)
    domain: Mapped[str] = mapped_column(String(24))
    title: Mapped[str]
    specific: Mapped[str] = mapped_column(default="")
    measurable: Mapped[str] = mapped_column(default="")
    achievable: Mapped[str] = mapped_column(default="")
    relevant: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    proposed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    proposed_outcome: Mapped[str | None] = mapped_column(String(16))
    reflection: Mapped[str | None]
    ended_on: Mapped[date | None]
    carried_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"))
    carried_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"))
    progress_percent: Mapped[int | None]
    progress_on: Mapped[date | None]

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    @property
    def has_ended(self) -> bool:
        """Whether the goal is closed to everybody."""
        return self.status in ENDED


class GoalStep(Resource, Base):
    """Something the student will do toward a goal."""

    __tablename__ = "goal_steps"
    __ownership__ = OwnedByStudent(read="goals:read")
    __table_args__ = (Index("ix_goal_steps_goal_id", "goal_id", "position"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"))
    position: Mapped[int]
    title: Mapped[str]
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]

    goal: Mapped[Goal] = relationship(lazy="raise")


class CheckIn(Resource, Base):
    """A dated report of progress on a goal: a percentage and the student's comment."""

    __tablename__ = "check_ins"
    __ownership__ = OwnedByStudent(read="goals:read")
    __table_args__ = (
        Index("ix_check_ins_goal_id", "goal_id", "checked_on"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"))
    checked_on: Mapped[date]
    percent: Mapped[int]
    body: Mapped[str] = mapped_column(default="")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    goal: Mapped[Goal] = relationship(lazy="raise")
