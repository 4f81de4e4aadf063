"""Work habits, presentations and evaluations of an ELO."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code
from plp_api.learning.elos.models import EloPart


class Moment(StrEnum):
    """When work habits are rated."""

    MIDPOINT = "midpoint"
    END = "end"


class WorkHabit(StrEnum):
    """What is looked at in how somebody works: a closed set, so that pages can be translated."""

    PUNCTUALITY = "punctuality"
    RELIABILITY = "reliability"
    INITIATIVE = "initiative"
    COMMUNICATION = "communication"
    TEAMWORK = "teamwork"
    QUALITY_OF_WORK = "quality_of_work"
    TAKING_FEEDBACK = "taking_feedback"
    SAFETY = "safety"


class HabitLevel(StrEnum):
    """How often a work habit is seen, lowest first."""

    RARELY = "rarely"
    SOMETIMES = "sometimes"
    USUALLY = "usually"
    ALWAYS = "always"


class WorkHabits(EloPart, Base):
    """How the student's work habits are rated, once at the midpoint and once at the end.

    `levels` has a level by habit; what was not seen is left out. Either `rated_by` rated, or a
    mentor without an account by a link.
    """

    __tablename__ = "work_habits"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index(
            "uq_work_habits_moment",
            "elo_id",
            "moment",
            unique=True,
            info={"problem": Code.WORK_HABITS_EXIST},
        ),
        Index("ix_work_habits_student_id", "student_id"),
    )

    moment: Mapped[str] = mapped_column(String(16))
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(default="")
    rated_on: Mapped[date]
    rated_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    rated_by_mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("links.id"))


class Presentation(EloPart, Base):
    """The presentation of what was learned, before a panel.

    `panel_ids` has the people of the panel with an account, `guests` the names of those without.
    """

    __tablename__ = "elo_presentations"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_presentations_elo_id", "elo_id"),
        Index("ix_elo_presentations_student_id", "student_id"),
    )

    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200), default="")
    panel_ids: Mapped[list[Any]] = mapped_column(default=list)
    guests: Mapped[list[Any]] = mapped_column(default=list)
    words: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class Evaluation(EloPart, Base):
    """The cooperating teacher's evaluation by the ELO's rubric: a level for each criterion.

    `scores` has the key of a level by the key of a criterion of `rubric_id`. An evaluation is never
    changed: a later one stands beside it, and the latest counts.
    """

    __tablename__ = "elo_evaluations"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_evaluations_elo_id", "elo_id", "evaluated_at"),
        Index("ix_elo_evaluations_student_id", "student_id"),
    )

    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id"))
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(default="")
    evaluated_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    evaluated_at: Mapped[datetime]
