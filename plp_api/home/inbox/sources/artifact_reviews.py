"""Work under review: to assign, to judge, to settle on appeal; returned, and judged."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Make, Source, equals, item_columns, seen
from plp_api.learning.artifact_reviews.models import ArtifactReview, ArtifactReviewStatus
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus

REVIEWS = "artifact-reviews"
READ, ASSIGN = Permission.ARTIFACTS_READ, Permission.ARTIFACTS_ASSIGN
REVIEW, SETTLE = Permission.ARTIFACTS_REVIEW, Permission.ARTIFACTS_SETTLE
IS_THERE = Artifact.status != ArtifactStatus.ARCHIVED
IS_MINE = ArtifactReview.evaluator_id == CALLER


def _in_state(state: ArtifactReviewStatus) -> ColumnElement[bool]:
    return equals(ArtifactReview.status, state)


def _reviews(at: Any, *criteria: ColumnElement[bool], actor: Any) -> Select[Any]:
    return (
        item_columns(ArtifactReview, at, words=Artifact.title, actor=actor)
        .join(Artifact, Artifact.id == ArtifactReview.artifact_id)
        .where(*criteria)
    )


def _for_staff(needs: Permission, at: Any, *criteria: ColumnElement[bool]) -> Make:
    """Reviews that wait for somebody of the school; the student made the last move."""

    def make(caller: Caller) -> Select[Any]:
        is_reached = seen(ArtifactReview, caller, needs)
        is_unkin = is_unrelated(ArtifactReview.student_id, caller)
        return _reviews(at, is_reached, is_unkin, *criteria, actor=ArtifactReview.student_id)

    return make


def _returned(_caller: Caller) -> Select[Any]:
    """Work that came back to the student, until they submit it again or archive it."""
    later = aliased(ArtifactReview)
    is_later = exists().where(
        later.artifact_id == ArtifactReview.artifact_id,
        later.rubric_id == ArtifactReview.rubric_id,
        later.status != ArtifactReviewStatus.RECALLED,
        later.submitted_at > ArtifactReview.submitted_at,
    )
    is_own = ArtifactReview.student_id == CALLER
    state = _in_state(ArtifactReviewStatus.RETURNED)
    actor = ArtifactReview.decided_by
    return _reviews(ArtifactReview.decided_at, is_own, state, IS_THERE, ~is_later, actor=actor)


def _judged(caller: Caller) -> Select[Any]:
    """Work that was accepted, or whose appeal was settled."""
    at = func.coalesce(ArtifactReview.final_at, ArtifactReview.decided_at)
    actor = func.coalesce(ArtifactReview.final_by, ArtifactReview.decided_by)
    is_decided = or_(
        _in_state(ArtifactReviewStatus.ACCEPTED), _in_state(ArtifactReviewStatus.FINAL)
    )
    return _reviews(at, is_decided, at > SINCE, seen(ArtifactReview, caller, READ), actor=actor)


TO_JUDGE = and_(_in_state(ArtifactReviewStatus.IN_REVIEW), IS_MINE, IS_THERE)
TO_ASSIGN = and_(_in_state(ArtifactReviewStatus.SUBMITTED), IS_THERE)
APPEALED = _in_state(ArtifactReviewStatus.APPEALED)
FOR_ADMIN = and_(
    APPEALED,
    ArtifactReview.evaluator_id.is_(None),
    ArtifactReview.decided_by.is_distinct_from(CALLER),
)
SOURCES: tuple[Source, ...] = (
    Source(
        Kind.ARTIFACT_TO_ASSIGN,
        REVIEWS,
        _for_staff(ASSIGN, ArtifactReview.submitted_at, TO_ASSIGN),
        (ASSIGN,),
        roles=(Role.ADVISOR,),
    ),
    Source(
        Kind.ARTIFACT_TO_JUDGE,
        REVIEWS,
        _for_staff(REVIEW, ArtifactReview.submitted_at, TO_JUDGE),
        (REVIEW,),
    ),
    Source(
        Kind.ARTIFACT_APPEAL_TO_SETTLE,
        REVIEWS,
        _for_staff(SETTLE, ArtifactReview.appealed_at, FOR_ADMIN),
        (SETTLE,),
    ),
    Source(
        Kind.ARTIFACT_APPEAL_TO_SETTLE,
        REVIEWS,
        _for_staff(REVIEW, ArtifactReview.appealed_at, and_(APPEALED, IS_MINE)),
        (REVIEW,),
    ),
    Source(
        Kind.ARTIFACT_RETURNED,
        REVIEWS,
        _returned,
        (READ, Permission.ARTIFACTS_WRITE),
        roles=(Role.STUDENT,),
    ),
    Source(
        Kind.ARTIFACT_JUDGED,
        REVIEWS,
        _judged,
        (READ,),
        roles=(Role.STUDENT, Role.PARENT),
        group=Group.NEW,
    ),
)
