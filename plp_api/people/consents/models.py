"""The table of consents."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class ConsentPurpose(StrEnum):
    """What is consented to."""

    SHARING = "sharing"


class Consent(Resource, Base):
    """A holder's dated consent (34 CFR 99.30): `text` is what they read, in `language`.

    It holds from `given_on` to the day before `ends_on`, unless withdrawn. A parent reads their
    own consents alone: they never learn from one who the other parent is.
    """

    __tablename__ = "consents"
    __ownership__ = OwnedByStudent(read="consents:read", about="given_by")
    __table_args__ = (
        Index("ix_consents_student_id", "student_id", "purpose"),
        Index("ix_consents_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    text: Mapped[str]
    language: Mapped[str] = mapped_column(String(16), default="en")
    given_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    given_as: Mapped[str] = mapped_column(String(16))
    given_on: Mapped[date]
    ends_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
