"""Artifacts as evidence for goals, and whether a review accepted them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from plp_api.foundation import db
from plp_api.learning.artifact_reviews.models import (
    ArtifactReview,
    ArtifactReviewStatus,
    ReviewResult,
)
from plp_api.learning.artifacts.evidence import COUNTS
from plp_api.learning.artifacts.models import Artifact, ArtifactLink

Row = dict[str, Any]
ACCEPTED = or_(
    ArtifactReview.status == ArtifactReviewStatus.ACCEPTED,
    and_(
        ArtifactReview.status == ArtifactReviewStatus.FINAL,
        ArtifactReview.final_result == ReviewResult.ACCEPTED,
    ),
)
IS_ACCEPTED = exists().where(ArtifactReview.artifact_id == Artifact.id, ACCEPTED)
OF_GOALS = db.Prepared(
    select(
        ArtifactLink.goal_id,
        Artifact.id,
        Artifact.title,
        Artifact.kind,
        Artifact.made_on,
        IS_ACCEPTED.label("is_accepted"),
    )
    .join(Artifact, Artifact.id == ArtifactLink.artifact_id)
    .where(
        db.any_of(ArtifactLink.goal_id, db.ids_bind("goals")),
        COUNTS,
    )
    .order_by(ArtifactLink.goal_id, ArtifactLink.id)
)


def of_goals(goals: Collection[UUID]) -> dict[UUID, list[Row]]:
    """By goal, the kept artifacts that are evidence for it, by one statement; drafts are not."""
    found: dict[UUID, list[Row]] = {}
    (rows,) = db.fetch(OF_GOALS(goals=list(goals)))
    for row in rows:
        is_accepted = bool(row["is_accepted"])
        found.setdefault(row.pop("goal_id"), []).append({**row, "is_accepted": is_accepted})
    return found
