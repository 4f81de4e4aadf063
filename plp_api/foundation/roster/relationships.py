"""Dated rows by which people reach students: relationships, appointments, placements, advisories.

`starts_on` is the first day on which a row holds, `ends_on` the first day on which
it no longer holds (as OneRoster counts), so an end today takes effect now.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedBySchool, OwnedByStudent
from plp_api.foundation.roster.models import Person, School


class SchoolEnrollment(Resource, Base):
    """A student at a school, in one grade, for a span; a new grade is a new row."""

    __tablename__ = "school_enrollments"
    __ownership__ = OwnedByStudent(read="roster:read")
    __table_args__ = (
        Index("ix_school_enrollments_school_id", "school_id", "student_id"),
        Index("ix_school_enrollments_student_id", "student_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    grade: Mapped[str | None] = mapped_column(String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    exit_code: Mapped[str | None] = mapped_column(String(32))
    is_from_roster: Mapped[bool] = mapped_column(default=False)


class RelationshipKind(StrEnum):
    """The kind of a person's relationship to one student."""

    ADVISOR = "advisor"
    CASE_MANAGER = "case_manager"
    PARENT = "parent"


class Capacity(StrEnum):
    """The capacity in which an advisor advises."""

    LEAD = "lead"
    CO = "co"
    SUBSTITUTE = "substitute"


class ParentKind(StrEnum):
    """A kind of person who counts as a parent under FERPA (34 CFR 99.3)."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    STEPPARENT = "stepparent"
    FOSTER_CAREGIVER = "foster_caregiver"
    SURROGATE = "surrogate"
    CAREGIVER = "caregiver"
    CASEWORKER = "caseworker"
    RELATIVE = "relative"


class RelationshipStatus(StrEnum):
    """Only `confirmed` gives reach. No roster changes `suppressed`."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    SUPPRESSED = "suppressed"


class RecordKind(StrEnum):
    """A kind of record that a court order may deny to a parent."""

    ROSTER = "roster"
    RELATIONSHIPS = "relationships"
    PLAN_STATUS = "plan_status"
    PLANS = "plans"
    SIGNATURES = "signatures"
    GOALS = "goals"
    REVIEWS = "reviews"
    PATHWAYS = "pathways"
    SUPPORTS = "supports"
    RATINGS = "ratings"
    INTERESTS = "interests"
    ELOS = "elos"
    LOG_ENTRIES = "log_entries"
    CREDIT = "credit"
    APPEALS = "appeals"
    ARTIFACTS = "artifacts"
    SHOWCASES = "showcases"
    SHARE_LINKS = "share_links"
    CALLS = "calls"


DENIED_WITH = {
    RecordKind.LOG_ENTRIES: RecordKind.ELOS,
    RecordKind.CREDIT: RecordKind.ELOS,
    RecordKind.APPEALS: RecordKind.ELOS,
    RecordKind.SHOWCASES: RecordKind.ARTIFACTS,
    RecordKind.SHARE_LINKS: RecordKind.ARTIFACTS,
}
"""Kinds that tell of another: an order that denies that one denies them too."""


def kinds_denying(area: str) -> frozenset[str]:
    """The kinds of record of which an order that names any denies the area."""
    return frozenset({area, DENIED_WITH[RecordKind(area)]} if area in {*DENIED_WITH} else {area})


class Post18Basis(StrEnum):
    """Why a parent may inspect when the student holds the rights (34 CFR 99.31(a)(8), 99.30)."""

    DEPENDENT = "dependent"
    STUDENT_CONSENT = "student_consent"


class Relationship(Resource, Base):
    """One person's relationship to one student, for a span.

    A parent has two rights: `may_inspect` (FERPA; 15 V.S.A. 670) and `may_decide`,
    to sign and consent (15 V.S.A. 664). `denied` names the kinds of record that a
    court order denies; `basis` and `order_reference` tell staff why.
    """

    __tablename__ = "relationships"
    __ownership__ = OwnedByStudent(read="relationships:read", about="person_id")
    __table_args__ = (
        Index("ix_relationships_person_id", "person_id", "kind", "student_id"),
        Index("ix_relationships_student_id", "student_id", "kind"),
        Index("ix_relationships_district_updated", "district_id", "updated_at", "id"),
        Index(
            "ix_relationships_unconfirmed",
            "district_id",
            "created_at",
            sqlite_where=text("status = 'unconfirmed'"),
            postgresql_where=text("status = 'unconfirmed'"),
        ),
        CheckConstraint("person_id <> student_id", name="not_oneself"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default=RelationshipStatus.CONFIRMED)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    capacity: Mapped[str | None] = mapped_column(String(16))
    advisory_id: Mapped[UUID | None] = mapped_column(ForeignKey("advisories.id"))
    parent_kind: Mapped[str | None] = mapped_column(String(24))
    may_inspect: Mapped[bool] = mapped_column(default=False)
    may_decide: Mapped[bool] = mapped_column(default=False)
    denied: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    basis: Mapped[str | None]
    order_reference: Mapped[str | None]
    post_18_basis: Mapped[str | None] = mapped_column(String(16))
    is_from_roster: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise")


class AppointmentRole(StrEnum):
    """An office held at a school, or for the whole district."""

    TEACHER = "teacher"
    COUNSELOR = "counselor"
    ELO_COORDINATOR = "elo_coordinator"
    REGISTRAR = "registrar"
    SCHOOL_ADMIN = "school_admin"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"


DISTRICT_WIDE = frozenset({AppointmentRole.DISTRICT_ADMIN, AppointmentRole.AUDITOR})


class Appointment(Resource, Base):
    """An office that a person holds for a span; `school_id` is null if it is district-wide."""

    __tablename__ = "appointments"
    __ownership__ = OwnedBySchool(read="appointments:read")
    __table_args__ = (
        Index("ix_appointments_person_id", "person_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    role: Mapped[str] = mapped_column(String(24))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_from_roster: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise")


class SampledStudent(Base):
    """One student whose records an auditor may read under an appointment."""

    __tablename__ = "sampled_students"
    __ownership__ = OwnedByStudent(read="relationships:read")

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))


class PlacementKind(StrEnum):
    """Why a student learns at another school or district."""

    CTE = "cte"
    SHARED = "shared"
    TUITION = "tuition"
    HOME_STUDY_PART = "home_study_part"
    EARLY_COLLEGE = "early_college"
    STATE_PLACED = "state_placed"


class Placement(Resource, Base):
    """A student placed at another school for a span; its staff reach them like their own students.

    Names both districts, so that row security shows it to both.
    """

    __tablename__ = "placements"
    __ownership__ = OwnedByStudent(read="roster:read")
    __table_args__ = (
        Index("ix_placements_school_id", "school_id", "student_id"),
        Index("ix_placements_host_district_id", "host_district_id", "student_id"),
        Index("ix_placements_student_id", "student_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    host_district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[str] = mapped_column(String(24))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    school: Mapped[School] = relationship(lazy="raise")


class Advisory(Resource, Base):
    """A group of students with its advisors; often a homeroom class."""

    __tablename__ = "advisories"
    __ownership__ = OwnedBySchool(read="advisories:read")
    __table_args__ = (UniqueConstraint("district_id", "class_id"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id"))
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class AdvisoryMember(Resource, Base):
    """A student in an advisory for a span. The advisory's advisors are the student's advisors."""

    __tablename__ = "advisory_members"
    __ownership__ = OwnedByStudent(read="relationships:read")
    __table_args__ = (
        Index("ix_advisory_members_advisory_id", "advisory_id", "student_id"),
        Index("ix_advisory_members_student_id", "student_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    advisory_id: Mapped[UUID] = mapped_column(ForeignKey("advisories.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_from_roster: Mapped[bool] = mapped_column(default=False)


class AdvisoryAdvisor(Resource, Base):
    """An advisor of an advisory for a span, in a capacity."""

    __tablename__ = "advisory_advisors"
    __ownership__ = OwnedBySchool(read="advisories:read")
    __table_args__ = (
        Index("ix_advisory_advisors_advisory_id", "advisory_id", "person_id"),
        Index("ix_advisory_advisors_person_id", "person_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    advisory_id: Mapped[UUID] = mapped_column(ForeignKey("advisories.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    capacity: Mapped[str] = mapped_column(String(16), default=Capacity.LEAD)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_from_roster: Mapped[bool] = mapped_column(default=False)
