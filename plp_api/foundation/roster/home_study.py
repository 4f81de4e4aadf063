"""Home study: the spans in which a family, not the school, is responsible for a student's plan."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent


class HomeStudy(Resource, Base):
    """A student studies at home for a span (16 V.S.A. 942 leaves the plan to the family then).

    `access` reads it: while it holds, no staff member reaches the family's areas
    (`FAMILYS_OWN`). `plans.regime` follows from it.
    """

    __tablename__ = "home_studies"
    __ownership__ = OwnedByStudent(read="roster:read")
    __table_args__ = (
        Index("ix_home_studies_student_id", "student_id", "starts_on"),
        Index("ix_home_studies_district_id", "district_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="span"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
