"""Log entries, absences and site visits of an ELO."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.partners.models import PartnerSite
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code
from plp_api.foundation.roster.models import Student


class LogEntryStatus(StrEnum):
    """Whether somebody who saw the work says so."""

    PENDING = "pending"
    VERIFIED = "verified"
    DECLINED = "declined"


class OfLog(Resource):
    """A row of the log of one ELO. It leaves the ELO's version alone: the log grows every day."""

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    elo_id: Mapped[UUID] = mapped_column(ForeignKey("elos.id"))

    def locked_before(self) -> Resource:
        """The student: the hours of a day are counted over all ELOs of the student."""
        return db.session().get_one(Student, self.student_id)


class LogEntry(OfLog, Base):
    """What the student did on one day, and how long, in minutes.

    `begins` is a minute of the day. `verified_minutes` are what the verifier saw: they may
    correct the student's number. Who declines an entry stands in `verified_by`, too. A mentor
    has no account: `verified_by_mentor_id` and `link_id` instead. `words` are the verifier's.
    """

    __tablename__ = "log_entries"
    __ownership__ = OwnedByStudent(read="log_entries:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_log_entries_elo_id", "elo_id", "on", "id"),
        Index("ix_log_entries_student_id", "student_id", "on"),
        Index("ix_log_entries_waiting", "district_id", "status"),
        Index("ix_log_entries_district_updated", "district_id", "updated_at", "id"),
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

    framework_item: Mapped[FrameworkItem | None] = relationship(lazy="joined")

    @property
    def counted_minutes(self) -> int:
        """The minutes as they stand: what the verifier saw, else what the student says."""
        return self.minutes if self.verified_minutes is None else self.verified_minutes


class Absence(OfLog, Base):
    """A day on which the student was expected on site and does not come."""

    __tablename__ = "elo_absences"
    __ownership__ = OwnedByStudent(read="log_entries:read", assigned_by="elo_id")
    __table_args__ = (
        Index(
            "uq_elo_absences_on",
            "elo_id",
            "on",
            unique=True,
            info={"problem": Code.ABSENCE_EXISTS},
        ),
        Index("ix_elo_absences_student_id", "student_id", "on"),
        Index("ix_elo_absences_district_updated", "district_id", "updated_at", "id"),
    )

    on: Mapped[date]
    is_excused: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class SiteVisit(OfLog, Base):
    """A visit of the school at the site. Its words are for staff.

    `site_id` is the site of the ELO on the day it was recorded: an ELO may move.
    """

    __tablename__ = "site_visits"
    __ownership__ = OwnedByStudent(read="site_visits:read", is_for_staff=True, assigned_by="elo_id")
    __table_args__ = (
        Index("ix_site_visits_elo_id", "elo_id", "on"),
        Index("ix_site_visits_site_id", "site_id", "on"),
        Index("ix_site_visits_student_id", "student_id"),
        Index("ix_site_visits_district_updated", "district_id", "updated_at", "id"),
    )

    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_sites.id"))
    on: Mapped[date]
    words: Mapped[str] = mapped_column(default="")
    visited_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    site: Mapped[PartnerSite | None] = relationship(lazy="joined")


def fields_of(elo: Any) -> dict[str, UUID]:
    """The columns that say to what a new row of the ELO's log belongs."""
    return {"district_id": elo.district_id, "student_id": elo.student_id, "elo_id": elo.id}
