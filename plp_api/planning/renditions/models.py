"""Texts of frozen versions in other languages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class Rendition(Resource, Base):
    """The text of one version in one language; a newer one in that language supersedes it.

    `sections` holds texts by the section's key, `goals` and `pathway_elements` by
    the id of each, as the snapshot has them.
    """

    __tablename__ = "renditions"
    __ownership__ = OwnedByStudent(read="plans:read")
    __table_args__ = (
        Index("ix_renditions_student_id", "student_id"),
        Index("ix_renditions_plan_version_id", "plan_version_id", "created_at"),
        Index(
            "uq_renditions_current",
            "plan_version_id",
            "language",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    sections: Mapped[dict[str, Any]]
    goals: Mapped[dict[str, Any]]
    pathway_elements: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default=text("'{}'")
    )
    translator_name: Mapped[str]
    translator_qualification: Mapped[str | None]
    is_certified: Mapped[bool] = mapped_column(default=False)
    supplied_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    superseded_at: Mapped[datetime | None]
