"""Agreements and their signatures."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.learning.elos.models import EloPart
from plp_api.planning.signatures.models import IdentityCheck


class AgreementStatus(StrEnum):
    """The states of an agreement."""

    PENDING = "pending"
    COMPLETE = "complete"
    VOID = "void"


class SigningMethod(StrEnum):
    """How somebody signed."""

    ACCOUNT = "account"
    LINK = "link"
    IN_ROOM = "in_room"
    PAPER = "paper"


class VoidReason(StrEnum):
    """Why an agreement no longer holds: what changed beyond its terms, or that the ELO ended."""

    PARTNER = "partner"
    SITE = "site"
    MENTOR = "mentor"
    TEACHER = "teacher"
    DATES = "dates"
    HOURS = "hours"
    WORK = "work"
    ENDED = "ended"


class Agreement(EloPart, Base):
    """One edition of the agreement of an ELO: frozen `terms` and their hash.

    `terms` hold ids and words, no names; `signers` the roles that must sign, in order.
    `waiting_for` are the roles whose turn it is to sign.
    """

    __tablename__ = "agreements"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("uq_agreements_edition", "elo_id", "edition", unique=True),
        Index("ix_agreements_student_id", "student_id"),
        Index(
            "ix_agreements_pending",
            "district_id",
            "student_id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    edition: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default=AgreementStatus.PENDING)
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sha256: Mapped[str] = mapped_column(String(64))
    signers: Mapped[list[Any]] = mapped_column(default=list)
    is_ordered: Mapped[bool] = mapped_column(default=False)
    waiting_for: Mapped[frozenset[str]] = mapped_column(default=frozenset)
    completed_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(32))


class AgreementSignature(Resource, Base):
    """One signature over an agreement's hash, or its decline with words. Never changed.

    A mentor has no account: `mentor_id` instead of `person_id`. `signed_for_id` is the member
    of the team for whom a delegate on the staff signed. Where an adult whom a parent named
    signed, `person_id` is the parent and `delegate_id` names that adult.

    `recorded_by` was present in the room, or entered the paper whose scan is `file_id`;
    `issued_by` sent the link, or issued the code that opened the signer's account;
    `witnessed_by` handed over the code of a link.
    """

    __tablename__ = "agreement_signatures"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_agreement_signatures_agreement_id", "agreement_id", "role"),
        Index("ix_agreement_signatures_elo_id", "elo_id"),
        Index("ix_agreement_signatures_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    elo_id: Mapped[UUID] = mapped_column(ForeignKey("elos.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    role: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    signed_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    delegate_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_delegates.id"))
    method: Mapped[str] = mapped_column(String(16))
    identity_check: Mapped[str] = mapped_column(String(24), default=IdentityCheck.ACCOUNT_LOGIN)
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(35), default="en")
    typed_name: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    witnessed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("links.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    is_declined: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)

    file: Mapped[StoredFile | None] = relationship()
