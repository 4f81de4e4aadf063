"""Links by which people sign without an account, and scans of signed papers."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.links.models import Link
from plp_api.foundation.ownership import OwnedByStudent


class LinkStatus(StrEnum):
    """The state of a link. Only an `open` link can be used."""

    OPEN = "open"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    ENDED = "ended"


class SigningLink(Link):
    """A link by which one person signs, or declines, one snapshot in one role.

    Where a parent named a delegate, `person_id` is the parent: the signature is theirs.
    Row-level security does not apply, as for every link.
    """

    __tablename__ = "signing_links"
    __ownership__ = OwnedByStudent(read="signatures:invite", about="person_id")
    __row_security__ = False
    __mapper_args__ = {"polymorphic_identity": "signing"}
    __table_args__ = (Index("ix_signing_links_plan_version_id", "plan_version_id"),)

    if TYPE_CHECKING:
        # A signing link names both, unlike others.
        student_id: Mapped[UUID]
        person_id: Mapped[UUID]

    id: Mapped[UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    plan_version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_versions.id"))
    delegate_id: Mapped[UUID | None] = mapped_column(ForeignKey("signature_delegates.id"))
    role: Mapped[str] = mapped_column(String(16))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))

    @property
    def status(self) -> LinkStatus:
        """The state of the link now."""
        if self.outcome:
            return LinkStatus(self.outcome)
        if self.ended_at:
            return LinkStatus.ENDED
        return LinkStatus.EXPIRED if self.expires_at <= clock.now() else LinkStatus.OPEN

    @classmethod
    def in_states(cls, states: Sequence[LinkStatus]) -> ColumnElement[bool]:
        """The condition for links whose `status` is now one of these."""
        status = case(
            (cls.outcome.is_not(None), cls.outcome),
            (cls.ended_at.is_not(None), LinkStatus.ENDED),
            (cls.expires_at <= clock.now(), LinkStatus.EXPIRED),
            else_=LinkStatus.OPEN,
        )
        return status.in_(states)


class Scan(Identified, Base):
    """The registrar's scan of a paper that somebody signed.

    `media_type`, `size` and `sha256` describe the file as it is kept and served,
    after the camera's data (place, device) was removed from a picture.
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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    file: Mapped[StoredFile] = relationship(lazy="joined")

    media_type: AssociationProxy[str] = association_proxy("file", "media_type")
    size: AssociationProxy[int] = association_proxy("file", "size")
    sha256: AssociationProxy[str] = association_proxy("file", "sha256")
    uploaded_by: AssociationProxy[UUID] = association_proxy("file", "uploaded_by")
