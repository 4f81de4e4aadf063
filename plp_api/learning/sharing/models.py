"""Links that show a showcase outside, each opening, and why the school stopped one."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.links.models import Link
from plp_api.foundation.ownership import OwnedByStudent, SystemRow


class ShareLinkStatus(StrEnum):
    """The state of a share link. Only an `open` one shows anything."""

    OPEN = "open"
    EXPIRED = "expired"
    ENDED = "ended"


class OpeningKind(StrEnum):
    """What was opened: the page, its PDF, or a file to keep."""

    PAGE = "page"
    PDF = "pdf"
    FILE = "file"


class ShareLink(Link):
    """A link that shows one showcase, as often as it is opened.

    The row of the disclosure ledger that names the link says to whom it was given, and why
    (34 CFR 99.32). `passcode_hash` is null where the link alone is enough. `name_shown` is the
    name that the student chose in the preview.
    """

    __tablename__ = "share_links"
    __ownership__ = OwnedByStudent(read="share_links:read")
    __row_security__ = False
    __mapper_args__ = {"polymorphic_identity": "share"}
    __table_args__ = (Index("ix_share_links_showcase_id", "showcase_id"),)

    if TYPE_CHECKING:
        # A share link always is a student's.
        student_id: Mapped[UUID]

    id: Mapped[UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    showcase_id: Mapped[UUID] = mapped_column(ForeignKey("showcases.id"))
    name_shown: Mapped[str] = mapped_column(String(16))
    passcode_hash: Mapped[str | None] = mapped_column(String(200))
    allows_download: Mapped[bool] = mapped_column(default=False)
    views: Mapped[int] = mapped_column(default=0)
    last_opened_at: Mapped[datetime | None]

    @property
    def has_passcode(self) -> bool:
        """Whether its holder must know a passcode."""
        return self.passcode_hash is not None

    @property
    def status(self) -> ShareLinkStatus:
        """The state of the link now."""
        if self.ended_at:
            return ShareLinkStatus.ENDED
        is_over = self.expires_at <= clock.now()
        return ShareLinkStatus.EXPIRED if is_over else ShareLinkStatus.OPEN

    @classmethod
    def in_states(cls, states: Sequence[ShareLinkStatus]) -> ColumnElement[bool]:
        """The condition for links whose `status` is now one of these."""
        status = case(
            (cls.ended_at.is_not(None), ShareLinkStatus.ENDED),
            (cls.expires_at <= clock.now(), ShareLinkStatus.EXPIRED),
            else_=ShareLinkStatus.OPEN,
        )
        return status.in_(states)


class ShareOpening(Identified, Base):
    """One opening of a share link: when, and of what. Nothing is kept of who opened it."""

    __tablename__ = "share_openings"
    __ownership__ = OwnedByStudent(read="share_links:read")
    __table_args__ = (
        Index("ix_share_openings_link_id", "link_id", "opened_at"),
        Index("ix_share_openings_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("share_links.id"))
    what: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)


class ShareStop(Identified, Base):
    """Why the school stopped a link. Links themselves hold no words about people."""

    __tablename__ = "share_stops"
    __ownership__ = SystemRow()
    __table_args__ = (
        Index("uq_share_stops_link_id", "link_id", unique=True),
        Index("ix_share_stops_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("share_links.id"))
    reason: Mapped[str]
