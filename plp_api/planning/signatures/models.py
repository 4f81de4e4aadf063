"""Signatures on a version's snapshot, declines, exceptions, waivers, delegates and outreach."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code


class SignerRole(StrEnum):
    """The role in which a person signs."""

    STUDENT = "student"
    PARENT = "parent"
    SCHOOL = "school"


class SignatureMethod(StrEnum):
    """How a signature was given."""

    ACCOUNT = "account"
    LINK = "link"
    IN_ROOM = "in_room"
    PAPER = "paper"


class IdentityCheck(StrEnum):
    """How the identity of the signer was checked."""

    ACCOUNT_LOGIN = "account_login"
    KNOWN_IN_PERSON = "known_in_person"
    GOVERNMENT_ID = "government_id"
    LINK_CODE = "link_code"
    BIRTH_DATE = "birth_date"
    SIGNATURE_ON_FILE = "signature_on_file"


class SignatureState(StrEnum):
    """Whether all required signatures are there today; `excepted` if one of them was excused."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    COMPLETE = "complete"
    EXCEPTED = "excepted"


class RequirementStatus(StrEnum):
    """The status of a requirement to sign. `split` (parents disagree) waits for an admin."""

    SIGNED = "signed"
    OPEN = "open"
    DECLINED = "declined"
    SPLIT = "split"
    EXCEPTED = "excepted"
    NOT_APPLICABLE = "not_applicable"
    NOT_REQUIRED = "not_required"


def _own_version(context: Any) -> Any:
    return context.get_current_parameters()["plan_version_id"]


class Signature(Identified, Base):
    """One person's signature on a version's snapshot. Never changed, never withdrawn.

    `plan_version_id` is the version that was read; `snapshot_sha256` is its hash.
    `signed_version_id` is the version for which the signature counts (see
    `PlanVersion.signed_version_id`: small amendments share the signatures of an
    earlier version). `person_id` is the signer. If a delegate signed in their
    place, `delegate_id` and `signed_by_name` name the delegate.

    `witnessed_by` is the staff member in whose presence it was signed, or who
    handed over the code of a link; `recorded_by` entered a signature from paper;
    `issued_by` sent the link, or issued the code that opened the account.
    """

    __tablename__ = "signatures"
    __ownership__ = OwnedByStudent(read="signatures:read")
    __table_args__ = (
        UniqueConstraint(
            "signed_version_id", "role", "person_id", info={"problem": Code.SIGNATURE_EXISTS}
        ),
        Index("ix_signatures_plan_version_id", "plan_version_id"),
        Index("ix_signatures_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    signed_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("plan_versions.id"), default=_own_version
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(16), default=SignatureMethod.ACCOUNT)
    identity_check: Mapped[str] = mapped_column(String(24), default=IdentityCheck.ACCOUNT_LOGIN)
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    delegate_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_delegates.id"))
    signed_by_name: Mapped[str | None]
    witnessed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    issued_by: Mapped[UUID | None]
    scan_id: Mapped[UUID | None]


class SignatureDecline(Identified, Base):
    """A person who was asked to sign declined, with their reason. They may sign later; this stays.

    The rest of the family sees only the status of the requirement, not the
    person or the reason. `recorded_by` is the staff member whom they told.
    """

    __tablename__ = "signature_declines"
    __ownership__ = OwnedByStudent(read="plans:read", about="person_id")
    __table_args__ = (
        Index("ix_signature_declines_signed_version_id", "signed_version_id"),
        Index("ix_signature_declines_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    signed_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(16))
    words: Mapped[str]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    declined_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExceptionBasis(StrEnum):
    """Why a missing signature is excused."""

    SILENCE = "silence"
    REFUSAL = "refusal"
    SPLIT = "split"


class ExceptionStatus(StrEnum):
    """Whether an exception counts; one given by mistake is withdrawn and counted until then."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class SignatureException(Resource, Base):
    """One role is excused from signing a version: they did not answer, refused, or disagreed."""

    __tablename__ = "signature_exceptions"
    __ownership__ = OwnedByStudent(read="outreach:read", is_for_staff=True)
    __table_args__ = (
        Index("ix_signature_exceptions_signed_version_id", "signed_version_id"),
        Index("ix_signature_exceptions_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    signed_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    role: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(String(16), default=ExceptionStatus.GIVEN)
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    given_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class WaiverReason(StrEnum):
    """Why there is no parent to sign. Sensitive: it shows how a student lives."""

    STATE_CUSTODY = "state_custody"
    UNACCOMPANIED = "unaccompanied"
    EMANCIPATED = "emancipated"
    NO_PARENT_REACHABLE = "no_parent_reachable"
    PARENT_DECEASED = "parent_deceased"
    COURT_ORDER = "court_order"


class SignatureWaiver(Resource, Base):
    """A span in which no parent has to sign for a student, for every version of the plan.

    Only staff who may set waivers read it; the family never does.
    """

    __tablename__ = "signature_waivers"
    __ownership__ = OwnedByStudent(read="signatures:waive", is_for_staff=True)
    __table_args__ = (
        Index("ix_signature_waivers_student_id", "student_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    reason: Mapped[str] = mapped_column(String(24))
    note: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class SignatureDelegate(Resource, Base):
    """An adult whom a deciding parent named to sign in their place, for a span.

    `person_id` is set if the delegate is a person in the district. The
    delegation ends when the parent's own right to decide ends.
    """

    __tablename__ = "signature_delegates"
    __ownership__ = OwnedByStudent(read="relationships:read", about="parent_id")
    __table_args__ = (
        Index("ix_signature_delegates_student_id", "student_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class OutreachMode(StrEnum):
    """The means of an attempt to reach a person."""

    PHONE = "phone"
    EMAIL = "email"
    LETTER = "letter"
    TEXT_MESSAGE = "text_message"
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    OTHER = "other"


class OutreachOutcome(StrEnum):
    """The result of an attempt. `wrong_address` reached nobody and does not count."""

    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"
    SENT = "sent"
    REACHED = "reached"
    WRONG_ADDRESS = "wrong_address"


class OutreachAttempt(Identified, Base):
    """One logged attempt to reach a student or parent about the review and its signatures.

    `person_id` is the person; if it is empty, anybody in the role. Only staff read it.
    """

    __tablename__ = "outreach_attempts"
    __ownership__ = OwnedByStudent(read="outreach:read", is_for_staff=True)
    __table_args__ = (
        Index("ix_outreach_attempts_review_id", "review_id", "tried_on"),
        Index("ix_outreach_attempts_student_id", "student_id", "tried_on"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"))
    role: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    tried_on: Mapped[date]
    mode: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    words: Mapped[str | None]
    logged_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    logged_at: Mapped[datetime] = mapped_column(default=clock.now)
