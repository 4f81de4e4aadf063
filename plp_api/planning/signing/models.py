"""Links by which people sign without an account, and scans of what was signed on paper."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import OwnedByStudent

ATTEMPTS = 5


class LinkCheck(StrEnum):
    """What the bearer of a link must know: the student's birth date, or a code sent apart."""

    BIRTH_DATE = "birth_date"
    CODE = "code"


class CodeBy(StrEnum):
    """How the code of a link reaches its signer, apart from the link.

    `issuer`: whoever issued the link tells it; the link itself was mailed.
    `mail`: mailed; the link itself was printed. `witness`: a second adult of the
    staff takes it and hands it over, and is the witness of the signature.
    """

    ISSUER = "issuer"
    MAIL = "mail"
    WITNESS = "witness"


class LinkStatus(StrEnum):
    """What became of a link. Only an `open` one can be used."""

    OPEN = "open"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    ENDED = "ended"


class LinkEnd(StrEnum):
    """Why a link ended unused."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    REACH_CHANGED = "reach_changed"
    VERSION_SUPERSEDED = "version_superseded"
    ATTEMPTS_USED_UP = "attempts_used_up"


class SigningLink(Identified, Base):
    """A secret address by which one person signs, or declines, one snapshot in one role, once.

    Of its token only the SHA-256 is kept, of a code only a keyed hash. Nobody is
    ever given both: `code_by` says which way the code goes. Where a
    parent named a delegate, `person_id` is the parent, whose signature it is.
    Outside row security: read by the token, before any district is known; so no
    word about anybody stands here.
    """

    __tablename__ = "signing_links"
    __ownership__ = OwnedByStudent(read="signatures:invite", about="person_id")
    __row_security__ = False
    __table_args__ = (
        Index("ix_signing_links_token_sha256", "token_sha256", unique=True),
        Index("ix_signing_links_plan_version_id", "plan_version_id"),
        Index("ix_signing_links_student_id", "student_id", "person_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    delegate_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_delegates.id"))
    role: Mapped[str] = mapped_column(String(16))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    token_sha256: Mapped[str] = mapped_column(String(64))
    identity_check: Mapped[str] = mapped_column(String(16))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_by: Mapped[str] = mapped_column(String(16), default=CodeBy.ISSUER)
    witnessed_by: Mapped[UUID | None]
    witnessed_at: Mapped[datetime | None]
    attempts_left: Mapped[int] = mapped_column(default=ATTEMPTS)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    end_reason: Mapped[str | None] = mapped_column(String(32))

    @property
    def status(self) -> LinkStatus:
        """What became of it, by now."""
        if self.outcome:
            return LinkStatus(self.outcome)
        if self.ended_at:
            return LinkStatus.ENDED
        return LinkStatus.EXPIRED if self.expires_at <= clock.now() else LinkStatus.OPEN

    @classmethod
    def in_states(cls, states: Sequence[LinkStatus]) -> ColumnElement[bool]:
        """Which links have one of these as their `status`, by now."""
        status = case(
            (cls.outcome.is_not(None), cls.outcome),
            (cls.ended_at.is_not(None), LinkStatus.ENDED),
            (cls.expires_at <= clock.now(), LinkStatus.EXPIRED),
            else_=LinkStatus.OPEN,
        )
        return status.in_(states)


class ScanType(StrEnum):
    """In which format a scan is kept."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Scan(Identified, Base):
    """A paper that somebody signed, as the registrar scanned it; the file itself is in `storage`.

    `sha256` is of the file as it is kept and served: what a camera adds to a
    picture (place, device) is taken out before.
    """

    __tablename__ = "scans"
    __ownership__ = OwnedByStudent(
        read="signatures:read_scans", about="person_id", is_personal=True
    )
    __table_args__ = (
        Index("ix_scans_plan_version_id", "plan_version_id"),
        Index("ix_scans_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str] = mapped_column(String(16))
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    @property
    def file_name(self) -> str:
        """Where `storage` keeps it."""
        return f"scans/{self.district_id}/{self.id}"
