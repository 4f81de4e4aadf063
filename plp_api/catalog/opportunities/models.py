"""The table of opportunities."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from plp_api.catalog.partners.models import Partner, PartnerSite, PartnerStatus
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedBySchool

NEVER = date(9999, 12, 31)
"""Instead of a day on which it starts or hands end, so that what has none comes last."""


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


def line(skill: str) -> str:
    """A skill as it stands in `skill_lines`."""
    return f"\n{skill}\n"


class Opportunity(Resource, Base):
    """Something that a student may take up. `school_id` null: offered to the whole district.

    `seats` null: as many as come. `ends_on` is the first day on which it is over, `apply_by`
    the last on which a hand may be raised. Lists are sorted by `apply_order` and
    `starts_order`, the day or NEVER, and searched by `skill_lines`, the skills as text.
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
    skill_lines: Mapped[str] = mapped_column(default="")
    cluster: Mapped[str | None] = mapped_column(String(40))
    seats: Mapped[int | None]
    seasons: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    grades: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    accessibility: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    transport: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    starts_on: Mapped[date | None]
    starts_order: Mapped[date] = mapped_column(default=NEVER)
    ends_on: Mapped[date | None]
    apply_by: Mapped[date | None]
    apply_order: Mapped[date] = mapped_column(default=NEVER)

    partner: Mapped[Partner | None] = relationship(lazy="joined")
    site: Mapped[PartnerSite | None] = relationship(lazy="joined")

    @validates("apply_by")
    def _order_apply_by(self, _name: str, apply_by: date | None) -> date | None:
        """Keep `apply_order` in step."""
        self.apply_order = apply_by or NEVER
        return apply_by

    @validates("starts_on")
    def _order_starts_on(self, _name: str, starts_on: date | None) -> date | None:
        """Keep `starts_order` in step."""
        self.starts_order = starts_on or NEVER
        return starts_on

    @validates("skills")
    def _write_lines(self, _name: str, skills: list[str]) -> list[str]:
        """Keep `skill_lines` in step. A skill has no line end, so a line is one whole skill."""
        self.skill_lines = "".join(map(line, skills))
        return skills

    @property
    def partner_name(self) -> str | None:
        """The name of the partner, for readers who do not read partners."""
        return None if self.partner is None else self.partner.name

    @property
    def has_archived_partner(self) -> bool:
        """Whether its partner takes no students on any more."""
        return self.partner is not None and self.partner.status == PartnerStatus.ARCHIVED

    def is_over(self, today: date) -> bool:
        """Whether it has ended."""
        return self.ends_on is not None and self.ends_on <= today

    def closed_because(self, today: date) -> str | None:
        """Why no hand may be raised on that day; None if one may."""
        if self.status != OpportunityStatus.OPEN:
            return "It is closed."
        if self.has_archived_partner:
            return "Its partner is archived."
        if self.is_over(today):
            return f"It ended on {self.ends_on}."
        if self.apply_by is not None and self.apply_by < today:
            return f"The last day to raise a hand was {self.apply_by}."
        return None
