"""Clearances: that a check of a partner or mentor was passed, or was not."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.partners import folding
from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByDistrict
from plp_api.foundation.roster.district_settings import ClearanceKind

OF_PARTNERS = frozenset({ClearanceKind.SITE_SAFETY})
"""The kinds that are checks of a partner; all others are checks of one person, a mentor."""


class ClearanceStatus(StrEnum):
    """Whether the row counts. A withdrawn one was entered by mistake, and is kept."""

    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


class ClearanceStanding(StrEnum):
    """How a partner or mentor stands to one kind of check on a day, by the newest check."""

    CLEARED = "cleared"
    NOT_CLEARED = "not_cleared"
    EXPIRED = "expired"
    MISSING = "missing"


class Clearance(Resource, Base):
    """The outcome of a check of a partner, or of one of its mentors: cleared or not, and how long.

    Never changed: a new check is a new row. There is no text and no file on purpose
    (16 V.S.A. 253). `valid_until` is the last day on which it holds; null: without an end.
    `mentor_name` is the name of the person who was checked: if the mentor is given the name of
    somebody else, the check counts no longer.
    """

    __tablename__ = "clearances"
    __ownership__ = OwnedByDistrict(read="clearances:read")
    __table_args__ = (
        Index("ix_clearances_partner_id", "partner_id", "kind"),
        Index("ix_clearances_mentor_id", "mentor_id"),
        Index("ix_clearances_district_updated", "district_id", "updated_at", "id"),
        CheckConstraint("valid_until IS NULL OR valid_until >= checked_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    mentor_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentors.id"))
    mentor_name: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), default=ClearanceStatus.RECORDED)
    kind: Mapped[str] = mapped_column(String(32))
    is_cleared: Mapped[bool]
    checked_on: Mapped[date]
    valid_until: Mapped[date | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_on: Mapped[date | None]

    partner: Mapped[Partner] = relationship(lazy="joined", innerjoin=True)
    mentor: Mapped[Mentor | None] = relationship(lazy="joined")

    @property
    def partner_name(self) -> str:
        """The name of the partner."""
        return self.partner.name

    @property
    def is_of_somebody_else(self) -> bool:
        """Whether the mentor has another name now than the person who was checked."""
        if self.mentor is None:
            return False
        return folding.name(self.mentor_name or "") != folding.name(self.mentor.name)

    def stands(self, on: date) -> ClearanceStanding:
        """How its partner or mentor stands to the kind on the day, if it is the newest check."""
        if not self.is_cleared:
            return ClearanceStanding.NOT_CLEARED
        is_over = self.valid_until is not None and self.valid_until < on
        return ClearanceStanding.EXPIRED if is_over else ClearanceStanding.CLEARED
