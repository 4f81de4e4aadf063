"""The disclosure ledger."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import OwnedByStudent


class DisclosureBasis(StrEnum):
    """Why the record could be shown."""

    CONSENT = "consent"
    SCHOOL_OFFICIAL = "school_official"


class Disclosure(Identified, Base):
    """One disclosure: `party` was shown `what`, with its `interest`, on a `basis`.

    `subject_type` and `subject_id` name the row that was shown; `link_id` the link by which.
    """

    __tablename__ = "disclosures"
    __ownership__ = OwnedByStudent(read="disclosures:read")
    __table_args__ = (
        Index("ix_disclosures_student_id", "student_id", "disclosed_at"),
        Index("ix_disclosures_district_id", "district_id", "disclosed_at"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    party: Mapped[str] = mapped_column(String(400))
    interest: Mapped[str] = mapped_column(String(400))
    what: Mapped[str] = mapped_column(String(400))
    basis: Mapped[str] = mapped_column(String(24))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("links.id"))
    disclosed_at: Mapped[datetime] = mapped_column(default=clock.now)
