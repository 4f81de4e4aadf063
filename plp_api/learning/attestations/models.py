"""Links by which mentors attest without an account."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.links.models import Link
from plp_api.foundation.ownership import OwnedByDistrict


class MentorLink(Link):
    """A link by which one mentor attests, once, all that waits for them at the ELOs named.

    It names no student and no person: `elo_ids` says which ELOs it may open.
    """

    __tablename__ = "mentor_links"
    __ownership__ = OwnedByDistrict(read="mentor_links:read", column="district_id")
    __row_security__ = False
    __mapper_args__ = {"polymorphic_identity": "attestation"}
    __table_args__ = (Index("ix_mentor_links_mentor_id", "mentor_id"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("links.id"), primary_key=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"))
    elo_ids: Mapped[list[Any]] = mapped_column(default=list)
