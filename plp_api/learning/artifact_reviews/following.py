"""The ratings that follow from an accepted review: one in each item of the scored criteria."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.access.rows import Access
from plp_api.learning.artifact_reviews.models import ArtifactReview
from plp_api.learning.ratings import actions as ratings

Fields = Mapping[str, Any]


def give(review: ArtifactReview, access: Access, scores: Sequence[Fields], rated_as: Role) -> None:
    """Rate the student in each item of the rubric's criteria, with the work as evidence.

    The level is the review's, on the rubric's scale. Retired items are left out.
    """
    for item, score in by_item(review, scores):
        ratings.keep(
            item,
            access,
            student_id=review.student_id,
            rated_as=rated_as,
            scale_id=review.rubric.scale_id,
            level=score["level"],
            rated_on=access.caller.today,
            evidence=score["words"],
            artifact_id=review.artifact_id,
            artifact_review_id=review.id,
        )


def by_item(
    review: ArtifactReview, scores: Sequence[Fields]
) -> Iterator[tuple[FrameworkItem, Fields]]:
    """Each item that is rated, with the lowest score among the criteria that are evidence for it.

    A score is `{criterion, level, words}`.
    """
    lowest = _lowest(review.rubric, scores)
    for item in _items(review, lowest):
        yield item, lowest[str(item.id)]


def _lowest(rubric: Rubric, scores: Sequence[Fields]) -> dict[str, Fields]:
    """By item the lowest score among the criteria that give evidence for it."""
    items = {one["key"]: one["framework_item_ids"] for one in rubric.criteria}
    found: dict[str, Fields] = {}
    best_first = sorted(scores, key=lambda one: -rubric.scale.keys.index(one["level"]))
    for score in best_first:
        found |= dict.fromkeys(items[score["criterion"]], score)
    return found


def _items(review: ArtifactReview, keys: Mapping[str, Any]) -> Sequence[FrameworkItem]:
    query = (
        select(FrameworkItem)
        .where(
            FrameworkItem.id.in_([UUID(key) for key in keys]),
            FrameworkItem.district_id == review.district_id,
        )
        .order_by(FrameworkItem.id)
    )
    return [item for item in db.session().scalars(query) if not item.is_retired]
