"""Partners with their sites, contacts, mentors and insurance."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from plp_api.catalog.partners import folding
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByDistrict


class PartnerStatus(StrEnum):
    """Whether the partner takes students on. An archived partner keeps its history."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class PartnerKind(StrEnum):
    """What the organization is."""

    BUSINESS = "business"
    NONPROFIT = "nonprofit"
    GOVERNMENT = "government"
    HEALTH_CARE = "health_care"
    FARM = "farm"
    CTE_CENTER = "cte_center"
    COLLEGE = "college"
    COMMUNITY_GROUP = "community_group"
    INDIVIDUAL = "individual"
    OTHER = "other"


class Accessibility(StrEnum):
    """What a site offers to people who need it."""

    WHEELCHAIR = "wheelchair"
    ACCESSIBLE_RESTROOM = "accessible_restroom"
    QUIET_SPACE = "quiet_space"
    HEARING_LOOP = "hearing_loop"
    SIGN_LANGUAGE = "sign_language"
    LARGE_PRINT = "large_print"
    REMOTE = "remote"


class TransportToSite(StrEnum):
    """How a student gets to a site."""

    SCHOOL_BUS = "school_bus"
    PUBLIC_BUS = "public_bus"
    ON_FOOT = "on_foot"
    BICYCLE = "bicycle"
    OWN_CAR = "own_car"
    PROVIDED = "provided"
    REMOTE = "remote"


class InsuranceKind(StrEnum):
    """What the insurance covers."""

    GENERAL_LIABILITY = "general_liability"
    WORKERS_COMPENSATION = "workers_compensation"
    VEHICLE = "vehicle"
    PROFESSIONAL = "professional"
    OTHER = "other"


class Partner(Resource, Base):
    """An organization or person outside the school that takes students on.

    The folded columns (`folding`) follow from the others; by them duplicates are found.
    """

    __tablename__ = "partners"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (
        Index("ix_partners_district_updated", "district_id", "updated_at", "id"),
        Index("ix_partners_folded_name", "district_id", "folded_name"),
        Index("ix_partners_folded_website", "district_id", "folded_website"),
        Index("ix_partners_folded_email", "district_id", "folded_email"),
        Index("ix_partners_folded_phone", "district_id", "folded_phone"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    status: Mapped[str] = mapped_column(String(16), default=PartnerStatus.ACTIVE)
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(200))
    folded_name: Mapped[str] = mapped_column(String(400))
    description: Mapped[str] = mapped_column(default="")
    website: Mapped[str | None] = mapped_column(String(400))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    folded_website: Mapped[str | None] = mapped_column(String(400))
    folded_email: Mapped[str | None] = mapped_column(String(254))
    folded_phone: Mapped[str | None] = mapped_column(String(40))

    @validates("name")
    def _fold_name(self, _column: str, name: str) -> str:
        self.folded_name = folding.name(name)
        return name

    @validates("website", "email", "phone")
    def _fold(self, column: str, value: str | None) -> str | None:
        setattr(self, f"folded_{column}", getattr(folding, column)(value))
        return value


class PartnerSite(Resource, Base):
    """A place of a partner's where students learn."""

    __tablename__ = "partner_sites"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (Index("ix_partner_sites_partner_id", "partner_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    town: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(2), default="VT")
    postal_code: Mapped[str] = mapped_column(String(10), default="")
    accessibility: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    accessibility_notes: Mapped[str] = mapped_column(default="")
    transport: Mapped[frozenset[str]] = mapped_column(default=frozenset())
    transport_notes: Mapped[str] = mapped_column(default="")


class PartnerContact(Resource, Base):
    """Somebody at a partner whom the school talks to."""

    __tablename__ = "partner_contacts"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (Index("ix_partner_contacts_partner_id", "partner_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    name: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))


class Mentor(Resource, Base):
    """Somebody at a partner who works with students, without an account.

    From `ends_on` on, they do so no longer. `language` is that of their letters and pages.
    `email_set_by` is who entered the address, and so may be able to read what is mailed there.
    """

    __tablename__ = "mentors"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (
        Index("ix_mentors_partner_id", "partner_id"),
        Index("ix_mentors_site_id", "site_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_sites.id"))
    name: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(35), default="en")
    email_set_by: Mapped[UUID | None]
    ends_on: Mapped[date | None]


class Insurance(Resource, Base):
    """A partner's insurance for a span, as the school has seen it."""

    __tablename__ = "partner_insurances"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (
        Index("ix_partner_insurances_partner_id", "partner_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[str] = mapped_column(String(24))
    insurer: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
