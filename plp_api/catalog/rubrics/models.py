"""The table of rubrics, edition by edition."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource, new_id
from plp_api.foundation.ownership import OwnedBySchool
from plp_api.foundation.problems import Code


class Rubric(Resource, Base):
    """One edition of a rubric. `school_id` null: of the whole district.

    Editions of one rubric share `line_id`; each has its number. `criteria` is a list of
    `{key, title, description, framework_item_ids, descriptors}`; `descriptors` tells, by the
    key of a level of the scale, what work at that level is like.
    """

    __tablename__ = "rubrics"
    __ownership__ = OwnedBySchool(read="settings:read")
    __table_args__ = (
        Index("uq_rubrics_line_id_edition", "line_id", "edition", unique=True),
        Index(
            "uq_rubrics_draft",
            "line_id",
            unique=True,
            sqlite_where=text("status = 'draft'"),
            postgresql_where=text("status = 'draft'"),
            info={"problem": Code.RUBRIC_DRAFT_OPEN, "tells": ("edition",)},
        ),
        Index(
            "uq_rubrics_published",
            "line_id",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
        Index("ix_rubrics_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    line_id: Mapped[UUID] = mapped_column(default=new_id)
    edition: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    scale_id: Mapped[UUID] = mapped_column(ForeignKey("scales.id"))
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    criteria: Mapped[list[Any]]
