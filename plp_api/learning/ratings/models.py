"""The table of ratings."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent

LONGEST_LEVEL = 40


class RatingStatus(StrEnum):
    """A withdrawn rating was a mistake; it stays in the record and counts nowhere."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Place(NamedTuple):
    """A level's name, and its place in the scale; 1 is the lowest."""

    title: str
    position: int


def place_of(levels: Sequence[Any], key: str) -> Place:
    """The place of the level with that key among the levels of a scale."""
    position = next(number for number, level in enumerate(levels, 1) if level["key"] == key)
    return Place(levels[position - 1]["title"], position)


class Rating(Resource, Base):
    """One judgment: the student's level in one item on one day.

    `level` is the key of a level of `scale`. `is_self` tells the student's own rating. The
    evidence is words, and a goal, a pathway element, an ELO or an artifact of the same student;
    with the artifact, the review from which the rating followed. Who is assigned to that ELO
    reads the rating.
    """

    __tablename__ = "ratings"
    __ownership__ = OwnedByStudent(read="ratings:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_ratings_student_id", "student_id", "rated_on"),
        Index("ix_ratings_framework_item_id", "framework_item_id", "student_id", "rated_on"),
        Index("ix_ratings_elo_id", "elo_id"),
        Index("ix_ratings_artifact_id", "artifact_id"),
        Index("ix_ratings_artifact_review_id", "artifact_review_id"),
        Index("ix_ratings_district_updated", "district_id", "updated_at", "id"),
        Index("ix_ratings_district_rated", "district_id", "rated_on", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    framework_item_id: Mapped[UUID] = mapped_column(ForeignKey("framework_items.id"))
    scale_id: Mapped[UUID] = mapped_column(ForeignKey("scales.id"))
    status: Mapped[str] = mapped_column(String(16), default=RatingStatus.GIVEN)
    level: Mapped[str] = mapped_column(String(LONGEST_LEVEL))
    is_self: Mapped[bool]
    rated_on: Mapped[date]
    rated_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    rated_as: Mapped[str] = mapped_column(String(24))
    evidence: Mapped[str] = mapped_column(default="")
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id"))
    pathway_element_id: Mapped[UUID | None] = mapped_column(ForeignKey("pathway_elements.id"))
    elo_id: Mapped[UUID | None] = mapped_column(ForeignKey("elos.id"))
    artifact_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifacts.id"))
    artifact_review_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifact_reviews.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    withdraw_reason: Mapped[str | None]

    framework_item: Mapped[FrameworkItem] = relationship(lazy="joined", innerjoin=True)
    scale: Mapped[Scale] = relationship(lazy="joined", innerjoin=True)

    @property
    def level_title(self) -> str:
        """The name of the level."""
        return place_of(self.scale.levels, self.level).title

    @property
    def level_position(self) -> int:
        """The place of the level in its scale; 1 is the lowest."""
        return place_of(self.scale.levels, self.level).position
