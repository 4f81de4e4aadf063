"""What the rules of a review ask beside its own row, looked up for many reviews at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.learning.artifact_reviews.models import ArtifactReview, ArtifactReviewStatus
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus


class Work(NamedTuple):
    """The state of an artifact, and every student who made it."""

    status: str
    makers: frozenset[UUID]


def look_up(reviews: Iterable[Any], _access: Access) -> None:
    """Set on each review its `work`, and whether it was submitted again (`has_later`)."""
    reviews = list(reviews)
    keys = {review.artifact_id for review in reviews}
    works, newest = _works(keys), _newest(keys)
    for review in reviews:
        review.work = works[review.artifact_id]
        latest = newest.get((review.artifact_id, review.rubric_id), review.id)
        review.has_later = latest != review.id


def _works(keys: Collection[UUID]) -> dict[UUID, Work]:
    maker = aliased(Artifact)
    query = (
        select(Artifact.id, Artifact.status, Artifact.student_id, maker.student_id.label("maker"))
        .outerjoin(maker, maker.group_id == Artifact.group_id)
        .where(Artifact.id.in_(keys))
    )
    makers: dict[UUID, set[UUID]] = defaultdict(set)
    states: dict[UUID, str] = {}
    for row in db.session().execute(query):
        makers[row.id] |= {row.student_id, row.maker} - {None}
        states[row.id] = row.status
    return {key: Work(state, frozenset(makers[key])) for key, state in states.items()}


def _newest(keys: Collection[UUID]) -> dict[tuple[UUID, UUID], UUID]:
    """By artifact and rubric, the review that was submitted last; recalled ones do not count."""
    query = (
        select(ArtifactReview.id, ArtifactReview.artifact_id, ArtifactReview.rubric_id)
        .where(
            ArtifactReview.artifact_id.in_(keys),
            ArtifactReview.status != ArtifactReviewStatus.RECALLED,
        )
        .order_by(ArtifactReview.submitted_at, ArtifactReview.id)
    )
    return {(row.artifact_id, row.rubric_id): row.id for row in db.session().execute(query)}


def work_of(review: Any, access: Access) -> Work:
    """The work under review, as last looked up."""
    if not hasattr(review, "work"):
        look_up([review], access)
    work: Work = review.work
    return work


# Guards.


def made_by_caller(review: Any, access: Access) -> Code | None:
    """Why the caller does not judge: they made the work, or a child of theirs did."""
    makers = work_of(review, access).makers
    if not access.selves.isdisjoint(makers):
        return Code.EVALUATOR_IS_AUTHOR
    is_kin = not access.caller.children.isdisjoint(makers)
    return Code.APPROVER_IS_FAMILY if is_kin else None


def is_for_another(review: Any, access: Access) -> Code | None:
    """Why the caller does not judge: another was named, or nobody yet."""
    is_theirs = review.evaluator_id == access.caller.person_id
    return None if is_theirs else Code.EVALUATOR_NOT_ASSIGNED


def is_archived(review: Any, access: Access) -> Code | None:
    """Why nothing new is said of the work: its student has archived it."""
    is_there = work_of(review, access).status != ArtifactStatus.ARCHIVED
    return None if is_there else Code.ARTIFACT_ARCHIVED


def was_submitted_again(review: Any, access: Access) -> str | None:
    """Why no appeal is filed: a later review by this rubric is under way, or was decided."""
    work_of(review, access)
    return "The work was submitted again by this rubric." if review.has_later else None
