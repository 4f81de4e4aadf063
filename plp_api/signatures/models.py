"""Signatures over a version's snapshot."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plp_api import clock
from plp_api.db import Base, Identified
from plp_api.ownership import OwnedByStudent
from plp_api.problems import Code


class SignerRole(StrEnum):
    """On whose behalf somebody signs."""

    STUDENT = "student"
    PARENT = "parent"
    SCHOOL = "school"


class SignatureMethod(StrEnum):
    """How a signature was given."""

    ACCOUNT = "account"
    IN_ROOM = "in_room"


class SignatureState(StrEnum):
    """Whether all who must sign today have signed."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    COMPLETE = "complete"


class Signature(Identified, Base):
    """One person's signature over a version's snapshot. Never changed, never withdrawn.

    `witnessed_by` is the advisor before whom it was given in the room.
    """

    __tablename__ = "signatures"
    __ownership__ = OwnedByStudent(read="plan_status:read")
    __table_args__ = (
        UniqueConstraint(
            "plan_version_id", "role", "person_id", info={"problem": Code.SIGNATURE_EXISTS}
        ),
        Index("ix_signatures_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(16), default=SignatureMethod.ACCOUNT)
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    witnessed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
