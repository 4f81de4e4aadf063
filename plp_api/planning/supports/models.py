"""Pointers to support records kept elsewhere."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class SupportKind(StrEnum):
    """Which record it points to: an educational support team's, a Section 504 plan, an IEP."""

    EST = "est"
    SECTION_504 = "section_504"
    IEP = "iep"


class Support(Resource, Base):
    """A support record exists for a span, with a coordinator and agreed accommodations.

    New accommodations are a new row from their first day: the rows are the history.
    """

    __tablename__ = "supports"
    __ownership__ = OwnedByStudent(read="supports:read_accommodations")
    __table_args__ = (
        Index("ix_supports_student_id", "student_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    kind: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    coordinator_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    accommodations: Mapped[list[Any]]
