"""Links by which mentors attest without an account."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.links.models import Link
from plp_api.foundation.ownership import OwnedByDistrict

USED = "attested"


class MentorLinkStatus(StrEnum):
    """The state of a mentor's link. Only an `open` link can be used."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    ENDED = "ended"


class MentorLink(Link):
    """A link by which one mentor attests, once, all that waits for them at the ELOs named.

    It names no student and no person: `elo_ids` says which ELOs it may open. `mailbox` is a
    keyed hash of the address to which a mailed link went. A link whose holder asked for it
    names the spent link by which they did (`asked_by_id`).
    """

    __tablename__ = "mentor_links"
    __ownership__ = OwnedByDistrict(read="mentor_links:read", column="district_id")
    __row_security__ = False
    __mapper_args__ = {"polymorphic_identity": "attestation"}
    __table_args__ = (Index("ix_mentor_links_mentor_id", "mentor_id"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"))
    elo_ids: Mapped[list[Any]] = mapped_column(default=list)
    mailbox: Mapped[str | None] = mapped_column(String(64))
    asked_by_id: Mapped[UUID | None]

    @property
    def is_mailed(self) -> bool:
        """Whether the link was mailed; else it was printed."""
        return self.mailbox is not None

    @property
    def delivery(self) -> str:
        """How the link reached the mentor."""
        return "mail" if self.is_mailed else "print"

    @property
    def is_asked_by_holder(self) -> bool:
        """Whether the holder of a spent link asked for this one."""
        return self.asked_by_id is not None

    @property
    def status(self) -> MentorLinkStatus:
        """The state of the link now."""
        if self.used_at:
            return MentorLinkStatus.USED
        if self.ended_at:
            return MentorLinkStatus.ENDED
        is_over = self.expires_at <= clock.now()
        return MentorLinkStatus.EXPIRED if is_over else MentorLinkStatus.OPEN

    @classmethod
    def in_states(cls, states: Sequence[MentorLinkStatus]) -> ColumnElement[bool]:
        """The condition for links whose `status` is now one of these."""
        status = case(
            (cls.used_at.is_not(None), MentorLinkStatus.USED),
            (cls.ended_at.is_not(None), MentorLinkStatus.ENDED),
            (cls.expires_at <= clock.now(), MentorLinkStatus.EXPIRED),
            else_=MentorLinkStatus.OPEN,
        )
        return status.in_(states)
