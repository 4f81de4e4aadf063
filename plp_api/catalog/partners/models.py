"""Partners with their sites, contacts, mentors, insurance and clearances."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class Transport(StrEnum):
    """How a student gets there."""

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


class ClearanceKind(StrEnum):
    """What was checked. A district's settings say which kinds it requires."""

    CRIMINAL_RECORD = "criminal_record"
    CHILD_PROTECTION_REGISTRY = "child_protection_registry"
    VULNERABLE_ADULT_REGISTRY = "vulnerable_adult_registry"
    FINGERPRINTS = "fingerprints"
    DRIVING_RECORD = "driving_record"
    TRAINING = "training"
    SITE_SAFETY = "site_safety"


class Partner(Resource, Base):
    """An organization or person outside the school that takes students on.

    `folded_name` is the name as duplicates are searched by.
    """

    __tablename__ = "partners"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (
        Index("ix_partners_district_updated", "district_id", "updated_at", "id"),
        Index("ix_partners_folded_name", "district_id", "folded_name"),
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
    """Somebody at a partner who works with students, without an account."""

    __tablename__ = "mentors"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (Index("ix_mentors_partner_id", "partner_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_sites.id"))
    name: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    ends_on: Mapped[date | None]


class Insurance(Resource, Base):
    """A partner's insurance for a span, as the school has seen it."""

    __tablename__ = "partner_insurances"
    __ownership__ = OwnedByDistrict(read="partners:read")
    __table_args__ = (Index("ix_partner_insurances_partner_id", "partner_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    kind: Mapped[str] = mapped_column(String(24))
    insurer: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Clearance(Resource, Base):
    """The outcome of a check of a partner, or of one of its mentors: cleared or not, and how long.

    Never changed: a new check is a new row. There is no text and no file on purpose
    (16 V.S.A. 253). `withdrawn_on` marks a row entered by mistake.
    """

    __tablename__ = "clearances"
    __ownership__ = OwnedByDistrict(read="clearances:read")
    __table_args__ = (
        Index("ix_clearances_partner_id", "partner_id", "kind"),
        Index("ix_clearances_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    kind: Mapped[str] = mapped_column(String(32))
    is_cleared: Mapped[bool]
    checked_on: Mapped[date]
    valid_until: Mapped[date | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_on: Mapped[date | None]

    mentor: Mapped[Mentor | None] = relationship(lazy="raise")
