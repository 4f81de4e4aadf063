"""Log entries, absences and site visits of an ELO."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.learning.elos.models import EloPart


class LogEntryStatus(StrEnum):
    """Whether somebody who saw the work says so."""

    PENDING = "pending"
    VERIFIED = "verified"
    DECLINED = "declined"


class LogEntry(EloPart, Base):
    """What the student did on one day, and how long, in minutes.

    `verified_minutes` are what the verifier saw: they may correct the student's number. A
    mentor has no account: `verified_by_mentor_id` instead of `verified_by`.
    """

    __tablename__ = "log_entries"
    __ownership__ = OwnedByStudent(read="log_entries:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_log_entries_elo_id", "elo_id", "on", "id"),
        Index("ix_log_entries_student_id", "student_id", "on"),
        Index("ix_log_entries_waiting", "district_id", "status"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        CheckConstraint("verified_minutes BETWEEN 0 AND 1440", name="verified_minutes"),
    )

    on: Mapped[date]
    minutes: Mapped[int]
    begins: Mapped[int | None]
    activity: Mapped[str]
    framework_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_items.id"))
    status: Mapped[str] = mapped_column(String(16), default=LogEntryStatus.PENDING)
    verified_minutes: Mapped[int | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    verified_by_mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("links.id"))
    verified_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(default="")


class Absence(EloPart, Base):
    """A day on which the student was expected on site and did not come."""

    __tablename__ = "elo_absences"
    __ownership__ = OwnedByStudent(read="log_entries:read", assigned_by="elo_id")
    __table_args__ = (
        Index("uq_elo_absences_on", "elo_id", "on", unique=True),
        Index("ix_elo_absences_student_id", "student_id", "on"),
    )

    on: Mapped[date]
    is_excused: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class SiteVisit(EloPart, Base):
    """A visit of the school at the site. Its words are for staff."""

    __tablename__ = "site_visits"
    __ownership__ = OwnedByStudent(read="site_visits:read", is_for_staff=True, assigned_by="elo_id")
    __table_args__ = (
        Index("ix_site_visits_elo_id", "elo_id", "on"),
        Index("ix_site_visits_student_id", "student_id"),
    )

    on: Mapped[date]
    words: Mapped[str] = mapped_column(default="")
    visited_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
