"""Showcases, their sections, and the artifacts in them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import db
from plp_api.foundation.db import Base, Part, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code, Problem


class ShowcaseStatus(StrEnum):
    """The state of a showcase. What was taken down is shown to nobody outside."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    TAKEN_DOWN = "taken_down"


class NameShown(StrEnum):
    """Under which name the student is shown: each audience may have another."""

    FAMILY = "family"
    SCHOOL = "school"
    NONE = "none"


class Showcase(Resource, Base):
    """An arranged set of a student's work.

    `cover_part_id` is the picture on its first page, `cover_alt` says in words what is seen there;
    where it is empty, the picture's own words do.
    """

    __tablename__ = "showcases"
    __ownership__ = OwnedByStudent(read="showcases:read")
    __table_args__ = (
        Index("ix_showcases_student_id", "student_id", "created_at"),
        Index("ix_showcases_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    status: Mapped[str] = mapped_column(String(16), default=ShowcaseStatus.ACTIVE)
    title: Mapped[str] = mapped_column(String(200))
    introduction: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    name_shown: Mapped[str] = mapped_column(String(16), default=NameShown.FAMILY)
    cover_part_id: Mapped[UUID | None] = mapped_column(ForeignKey("artifact_parts.id"))
    cover_alt: Mapped[str] = mapped_column(default="")
    taken_down_at: Mapped[datetime | None]
    taken_down_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    take_down_reason: Mapped[str] = mapped_column(default="")


class OfShowcase(Part):
    """A part of one showcase, whose version moves with it."""

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    showcase_id: Mapped[UUID] = mapped_column(ForeignKey("showcases.id"))
    position: Mapped[int]

    def whole(self) -> Showcase:
        """The showcase. Raises Problem(not_found) if it was deleted just now, with its parts."""
        showcase = db.session().get(Showcase, self.showcase_id)
        if showcase is None:
            raise Problem(Code.NOT_FOUND)
        return showcase


class ShowcaseSection(OfShowcase, Base):
    """A heading with words, under which items stand."""

    __tablename__ = "showcase_sections"
    __ownership__ = OwnedByStudent(read="showcases:read")
    __table_args__ = (
        Index("ix_showcase_sections_showcase_id", "showcase_id", "position"),
        Index("ix_showcase_sections_student_id", "student_id"),
    )

    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(default="")


class ShowcaseItem(OfShowcase, Base):
    """A version of an artifact in a showcase, with words; `section_id` null: before all sections.

    `shows_reflection` and `shows_review` say what of it stands beside the work. `is_barred`: the
    school took it down with the showcase.
    """

    __tablename__ = "showcase_items"
    __ownership__ = OwnedByStudent(read="showcases:read")
    __table_args__ = (
        Index(
            "uq_showcase_items_version_id",
            "showcase_id",
            "version_id",
            unique=True,
            info={"problem": Code.SHOWCASE_ITEM_EXISTS},
        ),
        Index("ix_showcase_items_section_id", "section_id"),
        Index("ix_showcase_items_artifact_id", "artifact_id"),
        Index("ix_showcase_items_student_id", "student_id"),
        Index(
            "ix_showcase_items_barred",
            "district_id",
            sqlite_where=text("is_barred"),
            postgresql_where=text("is_barred"),
        ),
    )

    section_id: Mapped[UUID | None] = mapped_column(ForeignKey("showcase_sections.id"))
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifacts.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("artifact_versions.id"))
    words: Mapped[str] = mapped_column(default="")
    shows_reflection: Mapped[bool] = mapped_column(default=False)
    shows_review: Mapped[bool] = mapped_column(default=False)
    allows_download: Mapped[bool] = mapped_column(default=False)
    is_barred: Mapped[bool] = mapped_column(default=False)
