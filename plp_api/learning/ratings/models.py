"""The table of ratings."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class RatingStatus(StrEnum):
    """A withdrawn rating was given by mistake; it stays in the record and counts nowhere."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Rating(Resource, Base):
    """One judgment: the student's level in one item on one day.

    `level` is the key of a level of `scale`. `is_self` tells the student's own rating. The
    evidence is words, and a goal or a pathway element of the same student.
    """

    __tablename__ = "ratings"
    __ownership__ = OwnedByStudent(read="ratings:read")
    __table_args__ = (
        Index("ix_ratings_student_id", "student_id", "rated_on"),
        Index("ix_ratings_framework_item_id", "framework_item_id", "student_id", "rated_on"),
        Index("ix_ratings_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    framework_item_id: Mapped[UUID] = mapped_column(ForeignKey("framework_items.id"))
    scale_id: Mapped[UUID] = mapped_column(ForeignKey("scales.id"))
    status: Mapped[str] = mapped_column(String(16), default=RatingStatus.GIVEN)
    level: Mapped[str] = mapped_column(String(40))
    is_self: Mapped[bool]
    rated_on: Mapped[date]
    rated_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    rated_as: Mapped[str] = mapped_column(String(24))
    evidence: Mapped[str] = mapped_column(default="")
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"))
    pathway_element_id: Mapped[UUID | None] = mapped_column(ForeignKey("pathway_elements.id"))
    withdrawn_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str | None]

    item: Mapped[FrameworkItem] = relationship(lazy="raise")
    scale: Mapped[Scale] = relationship(lazy="raise")
