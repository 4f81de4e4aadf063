"""The table of interests."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code


class InterestStatus(StrEnum):
    """The states of a raised hand. Whether an approved one holds a seat depends on the day.

    Of one that was taken up, the student's proposal holds the seat.
    """

    RAISED = "raised"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    TAKEN_UP = "taken_up"


OPEN = frozenset({InterestStatus.RAISED, InterestStatus.APPROVED})


class Interest(Resource, Base):
    """A student's raised hand for an opportunity.

    `last_day` is the last day on which the seat is held for the student's proposal.
    """

    __tablename__ = "interests"
    __ownership__ = OwnedByStudent(read="interests:read")
    __table_args__ = (
        Index(
            "uq_interests_open",
            "student_id",
            "opportunity_id",
            unique=True,
            sqlite_where=text("status IN ('raised', 'approved')"),
            postgresql_where=text("status IN ('raised', 'approved')"),
            info={"problem": Code.INTEREST_EXISTS},
        ),
        Index("ix_interests_student_id", "student_id", "created_at"),
        Index("ix_interests_opportunity_id", "opportunity_id", "status"),
        Index("ix_interests_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey("opportunities.id"))
    status: Mapped[str] = mapped_column(String(16), default=InterestStatus.RAISED)
    words: Mapped[str] = mapped_column(default="")
    last_day: Mapped[date | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]

    opportunity: Mapped[Opportunity] = relationship(lazy="joined", innerjoin=True)

    def locked_before(self) -> Opportunity:
        """The opportunity, whose seats are counted: a raised hand is locked under it."""
        return self.opportunity

    def holds_seat_on(self, day: date) -> bool:
        """Whether a seat is held for the student on that day."""
        is_approved = self.status == InterestStatus.APPROVED
        return is_approved and self.last_day is not None and self.last_day >= day

    def is_lapsed_on(self, day: date) -> bool:
        """Whether it was approved and its last day is over."""
        return self.status == InterestStatus.APPROVED and not self.holds_seat_on(day)
