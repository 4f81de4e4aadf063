"""Plans, their versions with sections, and profile entries."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.templates.models import Visibility
from plp_api.foundation import clock, db
from plp_api.foundation.db import Base, Identified, Part, Resource
from plp_api.foundation.ownership import OwnedByStudent, OwnedWithSubject
from plp_api.foundation.problems import Code
from plp_api.planning.plans.members import permission_of


class PlanStatus(StrEnum):
    """The life of a plan."""

    ACTIVE = "active"
    TRANSFERRED_OUT = "transferred_out"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class Regime(StrEnum):
    """Who is responsible for the plan: the school, or the family (16 V.S.A. 942, home study)."""

    SCHOOL = "school"
    HOME_STUDY = "home_study"


class Plan(Resource, Base):
    """The one plan of a student.

    `activity` grows with every change of a row that belongs to the plan (goals,
    steps, check-ins, signatures), so that readers can see cheaply that nothing
    changed. `closed_on` and `closing_reason` are empty while the plan is open.
    """

    __tablename__ = "plans"
    __kept__ = ("status", "regime", "template_id", "closed_on", "closing_reason")
    __ownership__ = OwnedByStudent(read="plan_status:read")
    __table_args__ = (
        UniqueConstraint("student_id", info={"problem": Code.PLAN_EXISTS}),
        Index("ix_plans_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("plan_templates.id"))
    status: Mapped[str] = mapped_column(String(24), default=PlanStatus.ACTIVE)
    regime: Mapped[str] = mapped_column(String(16), default=Regime.SCHOOL)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    closing_reason: Mapped[str | None]
    activity: Mapped[int] = mapped_column(default=0)

    def stir(self) -> None:
        """Count a change of a row that belongs to the plan (see the function `stir`)."""
        stir(self.id)

    @property
    def is_open(self) -> bool:
        """Whether the plan can be worked on."""
        return self.status == PlanStatus.ACTIVE


def stir(plan_id: UUID) -> None:
    """Count a change of a row that belongs to the plan.

    A plain UPDATE that leaves the plan's `version` alone: two people who work on
    one plan do not invalidate each other's ETag of it. It does not flush the
    session: a row that is still being changed would count two versions.
    """
    db.fetch(stirring(plan_id))


def stirring(plan_id: UUID) -> db.Query:
    """The statement of `stir`, to send together with others in one `db.fetch`."""
    return _STIR(plan=plan_id, now=clock.now())


_STIR = db.Prepared(
    update(Plan)
    .where(Plan.id == bindparam("plan", type_=Uuid()))
    .values(activity=Plan.activity + 1, updated_at=bindparam("now", type_=db.Instant()))
    .returning(Plan.id)
    .execution_options(synchronize_session=False, autoflush=False)
)


class VersionStatus(StrEnum):
    """The life of a plan version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


EDITABLE = (VersionStatus.DRAFT, VersionStatus.CHANGES_REQUESTED)
OPEN_VERSION = (VersionStatus.DRAFT, VersionStatus.SUBMITTED, VersionStatus.CHANGES_REQUESTED)


class PlanVersion(Resource, Base):
    """A dated version of a plan: open while it is written, frozen when it comes into force.

    `snapshot` is canonical JSON (RFC 8785), `snapshot_sha256` its hash in hex.
    `recorded_for` says why an advisor handed it in for the student. `regime`
    says who put it in force, the school or the family: the school does not sign
    a version of home study.

    `signed_version_id` names the version whose signatures count for this one:
    this version itself if it is the first or something material changed since
    the last signed version, else that version. Versions with the same
    `signed_version_id` share their signatures. It is empty only before approval.

    A correction (34 CFR 99.21) names the version it corrects in `corrects_id`.
    Its `reviewed_on` is the day from which that version counted as the yearly
    update, because a correction is no update. The corrected version is sealed
    on `sealed_on`: it is kept and its hash can be checked, but few may read its
    text (`presenters.require_unsealed`).
    """

    __tablename__ = "plan_versions"
    __ownership__ = OwnedByStudent(read="plans:read")
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index(
            "uq_plan_versions_in_force",
            "plan_id",
            unique=True,
            sqlite_where=text("status = 'in_force'"),
            postgresql_where=text("status = 'in_force'"),
        ),
        Index(
            "uq_plan_versions_open",
            "plan_id",
            unique=True,
            sqlite_where=text("status IN ('draft', 'submitted', 'changes_requested')"),
            postgresql_where=text("status IN ('draft', 'submitted', 'changes_requested')"),
            info={
                "problem": Code.VERSION_OPEN,
                "detail": "16 V.S.A. 942: a student has one plan, so one version of it is written"
                " at a time. Finish or discard the open one first.",
                "tells": ("number",),
            },
        ),
        Index("ix_plan_versions_student_id", "student_id", "in_force_on"),
        Index(
            "ix_plan_versions_submitted",
            "district_id",
            "submitted_at",
            sqlite_where=text("status = 'submitted'"),
            postgresql_where=text("status = 'submitted'"),
        ),
        Index("ix_plan_versions_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("plan_templates.id"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(24), default=VersionStatus.DRAFT)
    started_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_for: Mapped[str | None]
    regime: Mapped[str] = mapped_column(String(16), default=Regime.SCHOOL, server_default="school")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    in_force_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    superseded_on: Mapped[date | None]
    snapshot: Mapped[str | None]
    snapshot_sha256: Mapped[str | None] = mapped_column(String(64))
    signed_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_versions.id"))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_versions.id"))
    correction_reason: Mapped[str | None]
    correction_reference: Mapped[str | None]
    sealed_on: Mapped[date | None]

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)
    sections: Mapped[list["PlanSection"]] = relationship(
        back_populates="plan_version", order_by="PlanSection.position", lazy="selectin"
    )


class PlanSection(Part, Base):
    """The text of one section of a version; `key` names the template's section.

    A section that the version's template no longer asks for is kept if it has
    text; `kept_from_id` names the edition that asked for it. `visibility` says
    who reads the section, as that edition sets it.
    """

    __tablename__ = "plan_sections"
    __ownership__ = OwnedByStudent(read="plans:read")
    __table_args__ = (UniqueConstraint("plan_version_id", "key"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    body: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    kept_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_templates.id"))
    visibility: Mapped[str] = mapped_column(String(32), default=Visibility.EVERYONE_WITH_THE_PLAN)

    plan_version: Mapped[PlanVersion] = relationship(back_populates="sections", lazy="raise")

    def whole(self) -> PlanVersion:
        """Its version: one that is loaded already costs no query."""
        return db.session().get_one(PlanVersion, self.plan_version_id)


class ProfileKind(StrEnum):
    """What a profile entry is about (16 V.S.A. 942: abilities, aptitude and disposition)."""

    STRENGTH = "strength"
    INTEREST = "interest"
    APTITUDE = "aptitude"
    DISPOSITION = "disposition"
    ASPIRATION = "aspiration"
    VALUE = "value"
    LEARNING_PREFERENCE = "learning_preference"


class EntryStatus(StrEnum):
    """Whether a profile entry still holds."""

    CURRENT = "current"
    WITHDRAWN = "withdrawn"


class ProfileEntry(Resource, Base):
    """A statement of a student about themselves. Withdrawn entries stay as the profile's history.

    To correct an entry, add another that names it in `replaces_id`; the first
    is withdrawn in the same transaction.
    """

    __tablename__ = "profile_entries"
    __ownership__ = OwnedByStudent(read="plans:read")
    __table_args__ = (Index("ix_profile_entries_plan_id", "plan_id", "created_at"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    # SQLite ignores the length, and changing it there would copy the whole table.
    kind: Mapped[str] = mapped_column(String(24).with_variant(String(16), "sqlite"))
    body: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("profile_entries.id"))
    withdrawn_at: Mapped[datetime | None]

    @property
    def status(self) -> EntryStatus:
        """Whether it still holds."""
        return EntryStatus.CURRENT if self.withdrawn_at is None else EntryStatus.WITHDRAWN


class VersionReaffirmation(Identified, Base):
    """A version in force that was reviewed and kept, unchanged, for a new cycle."""

    __tablename__ = "version_reaffirmations"
    __ownership__ = OwnedByStudent(read="plan_status:read")
    __table_args__ = (
        UniqueConstraint(
            "plan_version_id", "cycle_starts_on", info={"problem": Code.VERSION_REAFFIRMED}
        ),
        Index("ix_version_reaffirmations_student_id", "student_id", "reaffirmed_on"),
        Index("ix_version_reaffirmations_district_id", "district_id", "reaffirmed_on"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    cycle_starts_on: Mapped[date]
    reaffirmed_on: Mapped[date]
    reaffirmed_at: Mapped[datetime] = mapped_column(default=clock.now)
    reaffirmed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    comment: Mapped[str | None]


class Statement(Identified, Base):
    """A statement of disagreement with a part of the record (34 CFR 99.21(b)(2)).

    `part` names the part of a snapshot: `sections/{key}`, `goals/{goal_id}` or
    another, or empty for the whole version. `part_sha256` is the hash of the
    contested text: the statement is shown with every version that holds this
    text (99.21(c)). Only its author can withdraw it. A withdrawn or corrected
    statement stays here, with its earlier text in `revisions`.
    """

    __tablename__ = "statements"
    __kept__ = ("body", "withdrawn_at", "corrected_at", "corrected_by", "correction_reason")
    __ownership__ = OwnedWithSubject(read="plans:read")
    __table_args__ = (
        Index("ix_statements_student_id", "student_id"),
        Index("ix_statements_plan_id", "plan_id", "stated_at"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    part: Mapped[str] = mapped_column(String(120))
    part_sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    author_role: Mapped[str] = mapped_column(String(16))
    stated_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    corrected_by: Mapped[UUID | None]
    correction_reason: Mapped[str | None]

    @property
    def created_at(self) -> datetime:
        """When the statement was made."""
        return self.stated_at

    @property
    def read_of_subject(self) -> str:
        """The permission to read the contested part."""
        return permission_of(self.part)


class Revision(Identified, Base):
    """The values of a row until `until`, when one of its kept columns changed (see `history`)."""

    __tablename__ = "revisions"
    __ownership__ = OwnedByStudent(read="plans:read")
    __table_args__ = (Index("ix_revisions_student_id", "student_id", "subject_type", "until"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID]
    row_created_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(default=clock.now)
    values: Mapped[dict[str, Any]]
