"""The table of rubrics, edition by edition."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from plp_api.catalog.scales.models import Scale
from plp_api.foundation import db
from plp_api.foundation.db import Base
from plp_api.foundation.editions import Edition, EditionStatus
from plp_api.foundation.ownership import OwnedBySchool
from plp_api.foundation.problems import Code


class Rubric(Edition, Base):
    """One edition of a rubric. `school_id` null: of the whole district.

    `criteria` is a list of `{key, title, description, framework_item_ids, descriptors}`;
    `descriptors` tells, by the key of a level of the scale, what work at that level is like.
    `framework_item_ids` are those of all criteria, to search by; they follow from the criteria.
    """

    __tablename__ = "rubrics"
    __ownership__ = OwnedBySchool(read="settings:read")
    __table_args__ = (
        *Edition.rules("rubrics", Code.RUBRIC_DRAFT_OPEN),
        Index("ix_rubrics_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    scale_id: Mapped[UUID] = mapped_column(ForeignKey("scales.id"))
    copied_from_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("rubrics.id", ondelete="SET NULL")
    )
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    criteria: Mapped[list[Any]]
    framework_item_ids: Mapped[frozenset[str]] = mapped_column(default=frozenset())

    scale: Mapped[Scale] = relationship(lazy="joined", innerjoin=True)

    @validates("criteria")
    def _keep_item_ids(self, _name: str, criteria: list[Any]) -> list[Any]:
        keys = (key for criterion in criteria for key in criterion["framework_item_ids"])
        self.framework_item_ids = frozenset(keys)
        return criteria


def refers_to(item_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """SQL: whether a criterion of a rubric refers to one of the framework items."""
    return db.has_one_tag(Rubric.framework_item_ids, [str(key) for key in item_ids])


SCALES_OF_RUBRICS = select(Rubric.scale_id).where(Rubric.status == EditionStatus.PUBLISHED)
"""The ids of the scales of published rubrics."""
