"""The table of opportunities."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedBySchool


class OpportunityStatus(StrEnum):
    """Whether students may raise their hand."""

    OPEN = "open"
    CLOSED = "closed"


class OpportunityKind(StrEnum):
    """What the student would do."""

    SITE_VISIT = "site_visit"
    JOB_SHADOW = "job_shadow"
    INTERNSHIP = "internship"
    APPRENTICESHIP = "apprenticeship"
    SERVICE = "service"
    CTE_COURSE = "cte_course"
    COLLEGE_COURSE = "college_course"
    CLUB = "club"
    OTHER = "other"


class Season(StrEnum):
    """When it is offered."""

    FALL = "fall"
    WINTER = "winter"
    SPRING = "spring"
    SUMMER = "summer"


class Cluster(StrEnum):
    """The sixteen career clusters of the National Career Clusters Framework."""

    AGRICULTURE = "agriculture"
    ARCHITECTURE_AND_CONSTRUCTION = "architecture_and_construction"
    ARTS_AND_COMMUNICATION = "arts_and_communication"
    BUSINESS = "business"
    EDUCATION = "education"
    FINANCE = "finance"
    GOVERNMENT = "government"
    HEALTH_SCIENCE = "health_science"
    HOSPITALITY = "hospitality"
    HUMAN_SERVICES = "human_services"
    INFORMATION_TECHNOLOGY = "information_technology"
    LAW_AND_SAFETY = "law_and_safety"
    MANUFACTURING = "manufacturing"
    MARKETING = "marketing"
    STEM = "stem"
    TRANSPORTATION = "transportation"


class Opportunity(Resource, Base):
    """Something that a student may take up. `school_id` null: offered to the whole district.

    `seats` null: as many as come.
    """

    __tablename__ = "opportunities"
    __ownership__ = OwnedBySchool(read="opportunities:read")
    __table_args__ = (
        Index("ix_opportunities_district_updated", "district_id", "updated_at", "id"),
        Index("ix_opportunities_partner_id", "partner_id"),
        CheckConstraint("seats > 0", name="seats"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_sites.id"))
    status: Mapped[str] = mapped_column(String(16), default=OpportunityStatus.OPEN)
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    skills: Mapped[list[Any]] = mapped_column(default=list)
    cluster: Mapped[str | None] = mapped_column(String(40))
    seats: Mapped[int | None]
    seasons: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    grades: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    accessibility: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    transport: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    apply_by: Mapped[date | None]
