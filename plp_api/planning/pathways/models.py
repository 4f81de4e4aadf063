"""The pathway element."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.planning.plans.models import Plan


class PathwayType(StrEnum):
    """A way of learning that the law regulates or that earns credit."""

    DUAL_ENROLLMENT = "dual_enrollment"
    EARLY_COLLEGE = "early_college"
    CTE = "cte"
    VIRTUAL = "virtual"
    WORK_BASED_LEARNING = "work_based_learning"
    SERVICE_LEARNING = "service_learning"
    ADULT_DIPLOMA = "adult_diploma"
    OTHER = "other"


class ProviderKind(StrEnum):
    """The kind of provider of an element."""

    COLLEGE = "college"
    CTE_CENTER = "cte_center"
    VIRTUAL_PROVIDER = "virtual_provider"
    EMPLOYER = "employer"
    COMMUNITY = "community"
    DISTRICT = "district"


class Funding(StrEnum):
    """Who pays for the course."""

    STATE_VOUCHER = "state_voucher"
    DISTRICT = "district"
    FAMILY = "family"


class PathwayStatus(StrEnum):
    """The states of a pathway element."""

    PLANNED = "planned"
    APPROVED = "approved"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


STANDING = (PathwayStatus.APPROVED, PathwayStatus.ENROLLED, PathwayStatus.COMPLETED)
"""The states in which an element is part of the plan: it was approved and not withdrawn."""

SUMMER = (6, 1), (8, 31)
LATEST_SUMMER_START = (8, 15)


def is_in_summer(starts_on: date | None, ends_on: date | None) -> bool:
    """Whether a course is within June, July and August, as far as its dates are known."""
    if starts_on is None:
        return False
    first, last = (date(starts_on.year, *day) for day in SUMMER)
    if ends_on is None:
        return first <= starts_on < date(starts_on.year, *LATEST_SUMMER_START)
    return first <= starts_on and ends_on <= last


class PathwayElement(Resource, Base):
    """A planned way of learning of one student.

    `starts_on` and `ends_on` are the first and last day of the course.
    `home_ready_*` and `provider_ready_*` say who at each school found the
    student ready, and when. `supervisor_*` is the licensed educator of a virtual
    course, by id or only by name. `accepted_on` is the day an early college
    accepted the student. `is_voucher_used` stays true if the student withdraws
    from a course that the state paid for. Credits are planned ones and, at the
    end, earned ones; the high school and the college may give different credits.

    For a course that the state paid for while another district kept the plan,
    `taken_elsewhere_at` names the school and `source` the evidence. It was never
    approved here and is in no version of the plan; it counts as one of the two
    state-funded courses from its first day.
    """

    __tablename__ = "pathway_elements"
    __ownership__ = OwnedByStudent(read="pathways:read")
    __table_args__ = (
        Index("ix_pathway_elements_student_id", "student_id", "type"),
        Index("ix_pathway_elements_plan_id", "plan_id", "created_at"),
        Index("ix_pathway_elements_district_updated", "district_id", "updated_at", "id"),
        Index("ix_pathway_elements_district_type", "district_id", "type", "starts_on"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", "span"),
    )

    # The history of a plan shows these columns (plans.history).
    __kept__ = (
        "status",
        "type",
        "title",
        "course_code",
        "provider_name",
        "provider_kind",
        "location",
        "term",
        "starts_on",
        "ends_on",
        "funding",
        "high_school_credits",
        "college_credits",
        "supervisor_id",
        "supervisor_name",
        "supervisor_licence",
        "approved_on",
        "enrolled_on",
        "completed_on",
        "withdrawn_on",
        "result",
        "taken_elsewhere_at",
        "source",
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    status: Mapped[str] = mapped_column(String(16), default=PathwayStatus.PLANNED)
    type: Mapped[str] = mapped_column(String(24))
    title: Mapped[str]
    course_code: Mapped[str | None]
    provider_name: Mapped[str | None]
    provider_kind: Mapped[str | None] = mapped_column(String(24))
    location: Mapped[str | None]
    term: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    funding: Mapped[str | None] = mapped_column(String(16))
    high_school_credits: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    college_credits: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    supervisor_name: Mapped[str | None]
    supervisor_licence: Mapped[str | None]
    home_ready_by: Mapped[str | None]
    home_ready_on: Mapped[date | None]
    provider_ready_by: Mapped[str | None]
    provider_ready_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    returned_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    enrolled_on: Mapped[date | None]
    completed_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    is_voucher_used: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str | None]
    high_school_credits_earned: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    college_credits_earned: Mapped[float | None] = mapped_column(Numeric(5, 2, asdecimal=False))
    taken_elsewhere_at: Mapped[str | None]
    source: Mapped[str | None]

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_state_funded(self) -> bool:
        """Whether a state voucher pays for it."""
        return self.funding == Funding.STATE_VOUCHER

    @property
    def is_summer(self) -> bool:
        """Whether the course is a summer course."""
        return is_in_summer(self.starts_on, self.ends_on)

    @property
    def is_before_course(self) -> bool | None:
        """Whether it was approved before its course began; None if a date is missing."""
        if self.approved_on is None or self.starts_on is None:
            return None
        return self.approved_on < self.starts_on
