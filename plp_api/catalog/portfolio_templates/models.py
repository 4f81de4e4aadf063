"""The table of portfolio templates, edition by edition."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base
from plp_api.foundation.editions import Edition
from plp_api.foundation.ownership import OwnedBySchool
from plp_api.foundation.problems import Code

MOST_IN_SLOT = 50
"""How many artifacts a slot takes, whatever its template says."""


class ArtifactKind(StrEnum):
    """What sort of work an artifact is; a slot may take some kinds alone."""

    PROJECT = "project"
    WRITING = "writing"
    PRESENTATION = "presentation"
    PERFORMANCE = "performance"
    ART = "art"
    DESIGN = "design"
    CODE = "code"
    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    CERTIFICATE = "certificate"
    OTHER = "other"


class PortfolioPurpose(StrEnum):
    """What a portfolio is kept for."""

    GRADUATION = "graduation"
    GRADE = "grade"
    OTHER = "other"


class PortfolioTemplate(Edition, Base):
    """One edition of a template. `school_id` null: of the whole district.

    `slots` is a list of `{key, title, description, least, most, kinds, framework_item_ids}`.
    `prompts` is a list of `{key, question}`, the questions that a reflection answers. `grades`
    are those for which the template is offered.
    """

    __tablename__ = "portfolio_templates"
    __ownership__ = OwnedBySchool(read="settings:read")
    __table_args__ = (
        *Edition.rules("portfolio_templates", Code.PORTFOLIO_TEMPLATE_DRAFT_OPEN),
        Index("ix_portfolio_templates_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    purpose: Mapped[str] = mapped_column(String(16), default=PortfolioPurpose.OTHER)
    grades: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    slots: Mapped[list[Any]] = mapped_column(default=list)
    prompts: Mapped[list[Any]] = mapped_column(default=list)
