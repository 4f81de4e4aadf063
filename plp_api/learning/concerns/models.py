"""Concerns about ELOs."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class ConcernKind(StrEnum):
    """What worries: `work` is work or hours other than agreed."""

    SAFETY = "safety"
    CONDUCT = "conduct"
    WORK = "work"
    OTHER = "other"


class ConcernStatus(StrEnum):
    """The states of a concern."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Concern(Resource, Base):
    """Something that worries somebody about an ELO.

    `raised_by` is a person with an account, `raised_by_mentor_id` a mentor who wrote by link.
    It is no part of the ELO: a version that moved would tell its readers that one was raised.
    """

    __tablename__ = "concerns"
    __ownership__ = OwnedByStudent(read="concerns:read", is_for_staff=True)
    __table_args__ = (
        Index("ix_concerns_elo_id", "elo_id"),
        Index("ix_concerns_raised_by", "raised_by"),
        Index("ix_concerns_student_id", "student_id", "created_at"),
        Index("ix_concerns_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    elo_id: Mapped[UUID] = mapped_column(ForeignKey("elos.id"))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default=ConcernStatus.OPEN)
    words: Mapped[str]
    raised_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    raised_by_mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("links.id"))
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
