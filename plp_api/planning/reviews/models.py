"""Annual reviews and who took part in them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Identified, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.planning.plans.models import Plan


class ReviewStatus(StrEnum):
    """What has been done. Whether the review is complete is computed on read (`standing`)."""

    SCHEDULED = "scheduled"
    PREPARED = "prepared"
    HELD = "held"
    EXCEPTED = "excepted"


class ReviewMode(StrEnum):
    """How the meeting was held."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Review(Resource, Base):
    """A student's annual review in one cycle.

    `due_on` is the cycle's last day, or later if the student entered late.
    """

    __tablename__ = "reviews"
    # The history of a plan shows these columns (plans.history).
    __kept__ = (
        "cycle_starts_on",
        "cycle_ends_on",
        "due_on",
        "status",
        "plan_version_id",
        "held_on",
        "mode",
        "excepted_on",
    )
    __ownership__ = OwnedByStudent(read="reviews:read")
    __table_args__ = (
        UniqueConstraint("student_id", "cycle_starts_on"),
        Index("ix_reviews_district_due", "district_id", "due_on", "id"),
        Index("ix_reviews_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    cycle_starts_on: Mapped[date]
    cycle_ends_on: Mapped[date]
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(16), default=ReviewStatus.SCHEDULED)
    plan_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_versions.id"))
    preparation: Mapped[str | None]
    prepared_at: Mapped[datetime | None]
    held_on: Mapped[date | None]
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    mode: Mapped[str | None] = mapped_column(String(16))
    summary: Mapped[str | None]
    excepted_on: Mapped[date | None]
    excepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    exception_reason: Mapped[str | None]

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)
    participants: Mapped[list["ReviewParticipant"]] = relationship(
        back_populates="review",
        cascade="all, delete-orphan",
        lazy="selectin",
        order_by="ReviewParticipant.id",
    )


class ParticipantRole(StrEnum):
    """The role in which a person took part."""

    STUDENT = "student"
    PARENT = "parent"
    ADVISOR = "advisor"
    COUNSELOR = "counselor"
    INTERPRETER = "interpreter"
    ENGAGED_ADULT = "engaged_adult"


class ReviewParticipant(Identified, Base):
    """A participant of a review: a person of the district, or another adult by name.

    `language` is the one they spoke, or the one they interpreted from and into English.
    """

    __tablename__ = "review_participants"
    __ownership__ = OwnedByStudent(read="reviews:read")

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(16))

    review: Mapped[Review] = relationship(back_populates="participants", lazy="raise")
