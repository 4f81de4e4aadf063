"""Demo reviews of artifacts: returned, accepted with ratings, and waiting for an evaluator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.learning.artifact_reviews import following
from plp_api.learning.artifact_reviews.models import (
    ArtifactReview,
    ArtifactReviewStatus,
    CriterionScore,
    ReviewResult,
)
from plp_api.learning.artifacts.actions import fields_of
from plp_api.learning.artifacts.models import Artifact, ArtifactVersion
from plp_api.learning.ratings.models import Rating
from plp_api.server.demo.catalog import Catalog
from plp_api.server.demo.years import at


def write(given: Mapping[str, Any], artifact: Artifact, rows: Catalog) -> None:
    """Write one review of the artifact with everything that has happened by today."""
    if rows.years.past(given["submitted_on"]) is not None:
        Writer(given, artifact, rows).write()


@dataclass
class Writer:
    """Writes one review, in the state that it is in today."""

    given: Mapping[str, Any]
    artifact: Artifact
    rows: Catalog

    def write(self) -> None:
        """Write the review, the evaluator's assignment and, once it is judged, what was said."""
        self.evaluator_id = self._person(self.given["evaluator"])
        self.submitted_on = (
            self.rows.years.past(self.given["submitted_on"]) or self.rows.years.today
        )
        decided_on = self.rows.years.past(self.given.get("decided_on"))
        self.review = self._submitted()
        self._assign(decided_on)
        if decided_on is not None:
            self._judge(decided_on)
        db.session().flush()

    def _submitted(self) -> ArtifactReview:
        review = ArtifactReview(
            id=db.new_id(),
            **fields_of(self.artifact),
            version_id=self._version(),
            rubric=self._rubric(),
            status=ArtifactReviewStatus.IN_REVIEW,
            evaluator_id=self.evaluator_id,
            assigned_by=self._person(self.given["assigned_by"]),
            submitted_at=at(self.submitted_on),
            created_at=at(self.submitted_on),
        )
        db.session().add(review)
        db.session().flush()
        return review

    def _version(self) -> UUID:
        query = select(ArtifactVersion.id).where(
            ArtifactVersion.artifact_id == self.artifact.id,
            ArtifactVersion.number == self.given["number"],
        )
        return db.session().scalars(query).one()

    def _rubric(self) -> Rubric:
        query = select(Rubric).where(
            Rubric.district_id == self.artifact.district_id, Rubric.title == self.given["rubric"]
        )
        return db.session().scalars(query).one()

    def _assign(self, decided_on: date | None) -> None:
        row = Assignment(
            id=db.new_id(),
            district_id=self.artifact.district_id,
            student_id=self.artifact.student_id,
            subject_type=Artifact.__tablename__,
            subject_id=self.artifact.id,
            role=AssignmentRole.REVIEWER,
            person_id=self.evaluator_id,
            starts_on=self.submitted_on,
            ends_on=decided_on and decided_on + timedelta(days=1),
        )
        db.session().add(row)

    def _judge(self, on: date) -> None:
        review = self.review
        review.status = ArtifactReviewStatus(self.given["result"])
        review.result, review.words = self.given["result"], self.given["words"]
        review.decided_by, review.decided_at = self.evaluator_id, at(on)
        for one in self.given["scores"]:
            score = CriterionScore(
                id=db.new_id(),
                **fields_of(self.artifact),
                criterion_key=one["criterion"],
                level=one["level"],
                words=one["words"],
            )
            review.scores.append(score)
        if review.result == ReviewResult.ACCEPTED:
            self._rate(on)

    def _rate(self, on: date) -> None:
        for item, score in following.by_item(self.review, self.given["scores"]):
            row = Rating(
                id=db.new_id(),
                district_id=self.artifact.district_id,
                student_id=self.artifact.student_id,
                framework_item=item,
                scale_id=self.review.rubric.scale_id,
                level=score["level"],
                is_self=False,
                rated_on=on,
                rated_by=self.evaluator_id,
                rated_as=Role.TEAM_MEMBER,
                evidence=score["words"],
                artifact_id=self.artifact.id,
                artifact_review_id=self.review.id,
                created_at=at(on),
            )
            db.session().add(row)

    def _person(self, sourced_id: str) -> UUID:
        names = {key: name for name, key in self.rows.known.districts.items()}
        return self.rows.known.people[names[self.artifact.district_id], sourced_id]
