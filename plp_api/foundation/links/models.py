"""The model of a link of any kind."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import Ownership, SystemRow

ATTEMPTS = 5


class LinkCheck(StrEnum):
    """What the holder of a link must know: the student's birth date, or a code sent separately.

    `none`: the link itself is enough, where it was mailed and nothing is signed by it.
    """

    NONE = "none"
    BIRTH_DATE = "birth_date"
    CODE = "code"


class CodeBy(StrEnum):
    """How the code of a link reaches the person, separately from the link.

    `issuer`: the issuer tells the code; the link was mailed. `mail`: the code is
    mailed; the link was printed. `witness`: a second member of staff takes the code
    and hands it over, and is the witness of the use.
    """

    ISSUER = "issuer"
    MAIL = "mail"
    WITNESS = "witness"


class LinkEnd(StrEnum):
    """Why a link ended unused."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    REACH_CHANGED = "reach_changed"
    VERSION_SUPERSEDED = "version_superseded"
    ATTEMPTS_USED_UP = "attempts_used_up"
    CONSENT_ENDED = "consent_ended"
    TAKEN_DOWN = "taken_down"
    RIGHTS_TRANSFERRED = "rights_transferred"
    LEFT = "left"


class Link(Identified, Base):
    """A secret address by which one person does one thing, once.

    `person_id` and `student_id` name for whom and about whom; a mentor's link has neither.

    Only the SHA-256 of the token is kept, and a keyed hash of the code. No member of
    staff receives both: `code_by` says how the code is delivered. `purpose` names
    the kind of link, whose own columns are in a table of its area; `outcome` says
    how the link was used. Row-level security does not apply, because the link is
    read by its token before any district is known; so this table holds no text
    about people.
    """

    __tablename__ = "links"
    __ownership__: ClassVar[Ownership] = SystemRow()
    __row_security__ = False
    __mapper_args__ = {"polymorphic_on": "purpose", "polymorphic_abstract": True}
    __table_args__: Any = (
        Index("ix_links_token_sha256", "token_sha256", unique=True),
        Index("ix_links_student_id", "student_id", "person_id"),
    )

    purpose: Mapped[str] = mapped_column(String(16))
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey("students.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
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
    def is_unused(self) -> bool:
        """Whether the link was neither used nor ended; it may have expired."""
        return self.used_at is None and self.ended_at is None
