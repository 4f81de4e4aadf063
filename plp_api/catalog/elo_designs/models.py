"""Design templates, and the columns that every design of an ELO has."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedBySchool


class Design:
    """The words of a design, in a template and in an ELO.

    `know_and_do` lists what the student will know and be able to do, a sentence each.
    """

    essential_question: Mapped[str] = mapped_column(default="")
    know_and_do: Mapped[list[Any]] = mapped_column(default=list)
    research: Mapped[str] = mapped_column(default="")
    reflection: Mapped[str] = mapped_column(default="")
    product: Mapped[str] = mapped_column(default="")
    presentation: Mapped[str] = mapped_column(default="")
    public_at: Mapped[str] = mapped_column(default="")
    timeline: Mapped[str] = mapped_column(default="")
    assessment: Mapped[str] = mapped_column(default="")


DESIGN_WORDS = (
    "essential_question",
    "know_and_do",
    "research",
    "reflection",
    "product",
    "presentation",
    "public_at",
    "timeline",
    "assessment",
)


def no_parts() -> dict[str, Any]:
    """The parts of a design that has none."""
    return {"benchmarks": [], "training_tasks": [], "communications": []}


class DesignTemplateStatus(StrEnum):
    """Whether the template may be given to students."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class DesignTemplate(Design, Resource, Base):
    """A design for ELOs of one type. `school_id` null: the district's.

    `framework_item_ids` are the competencies, `parts` the rows that an ELO copies: by kind
    (`benchmarks`, `training_tasks`, `communications`), a list of their fields.
    """

    __tablename__ = "design_templates"
    __ownership__ = OwnedBySchool(read="settings:read")
    __table_args__ = (Index("ix_design_templates_district_id", "district_id", "type"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    status: Mapped[str] = mapped_column(String(16), default=DesignTemplateStatus.ACTIVE)
    type: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id"))
    framework_item_ids: Mapped[list[Any]] = mapped_column(default=list)
    parts: Mapped[dict[str, Any]] = mapped_column(default=no_parts)
