"""Reviews of artifacts, with a score for each criterion."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import db
from plp_api.foundation.db import Base, Identified, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code
from plp_api.learning.artifacts.models import Artifact

OPEN = ("submitted", "in_review", "appealed")


class ArtifactReviewStatus(StrEnum):
    """The state of a review. A returned one is done: submit anew."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    APPEALED = "appealed"
    FINAL = "final"
    RECALLED = "recalled"


class ReviewResult(StrEnum):
    """What came of a review, or of an appeal against it."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


class ArtifactReview(Resource, Base):
    """A version of an artifact, judged by one rubric. `evaluator_id` null: nobody is assigned yet.

    `decided_by` judged it, with `result`; `appeal_words` are the student's. Of the appeal
    `evaluator_id` is who was named to settle it; `final_result`, `final_words` and `final_by`
    say how it was settled, and by whom.
    """

    __tablename__ = "artifact_reviews"
    __ownership__ = OwnedByStudent(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index(
            "uq_artifact_reviews_open",
            "artifact_id",
            "rubric_id",
            unique=True,
            sqlite_where=text("status IN ('submitted', 'in_review', 'appealed')"),
            postgresql_where=text("status IN ('submitted', 'in_review', 'appealed')"),
            info={"problem": Code.ARTIFACT_REVIEW_OPEN},
        ),
        Index("ix_artifact_reviews_artifact_id", "artifact_id"),
        Index("ix_artifact_reviews_student_id", "student_id"),
        Index("ix_artifact_reviews_evaluator_id", "evaluator_id", "status"),
        Index("ix_artifact_reviews_rubric_id", "rubric_id"),
        Index("ix_artifact_reviews_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifacts.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("artifact_versions.id"))
    rubric_id: Mapped[UUID] = mapped_column(ForeignKey("rubrics.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls_for_work.id"))
    status: Mapped[str] = mapped_column(String(16), default=ArtifactReviewStatus.SUBMITTED)
    evaluator_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    submitted_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(16))
    appeal_words: Mapped[str] = mapped_column(default="")
    appealed_at: Mapped[datetime | None]
    final_result: Mapped[str | None] = mapped_column(String(16))
    final_words: Mapped[str] = mapped_column(default="")
    final_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    final_at: Mapped[datetime | None]

    rubric: Mapped[Rubric] = relationship(lazy="joined", innerjoin=True)
    scores: Mapped[list["CriterionScore"]] = relationship(
        back_populates="review",
        order_by="CriterionScore.criterion_key, CriterionScore.is_final",
        lazy="selectin",
    )

    def locked_before(self) -> Resource:
        """The artifact: of its reviews only one by a rubric is open."""
        return db.session().get_one(Artifact, self.artifact_id)

    @property
    def standing_scores(self) -> list["CriterionScore"]:
        """The scores that hold: those given on appeal, if there are any."""
        return [one for one in self.scores if one.is_final] or self.scores


class CriterionScore(Identified, Base):
    """The level reached in one criterion of the rubric, with words.

    `is_final`: given where an appeal was settled; the evaluator's own stay beside them.
    """

    __tablename__ = "criterion_scores"
    __ownership__ = OwnedByStudent(read="artifacts:read", assigned_by="artifact_id")
    __table_args__ = (
        Index("uq_criterion_scores_key", "review_id", "criterion_key", "is_final", unique=True),
        Index("ix_criterion_scores_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    artifact_id: Mapped[UUID] = mapped_column(ForeignKey("artifacts.id"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("artifact_reviews.id"))
    criterion_key: Mapped[str] = mapped_column(String(64))
    is_final: Mapped[bool] = mapped_column(default=False)
    level: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(default="")

    review: Mapped[ArtifactReview] = relationship(back_populates="scores")
