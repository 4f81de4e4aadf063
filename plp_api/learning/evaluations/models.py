"""Work habits, presentations and evaluations of an ELO."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.learning.elos.models import EloPart


class Moment(StrEnum):
    """When work habits are rated."""

    MIDPOINT = "midpoint"
    END = "end"


class WorkHabits(EloPart, Base):
    """How the mentor rates the student's work habits, once at the midpoint and once at the end.

    `levels` has a level by habit.
    """

    __tablename__ = "work_habits"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("uq_work_habits_moment", "elo_id", "moment", unique=True),
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

    `panel` lists the people of the panel with an account, `guests` names those without.
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
    """The cooperating teacher's evaluation by the ELO's rubric: a level for each criterion."""

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
