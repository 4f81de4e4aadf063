"""Submit work for review, name who judges it, judge it, appeal, and settle the appeal."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from plp_api.catalog.rubrics import scores as rubric_scores
from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.editions import EditionStatus
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.learning.artifact_reviews import assigning, following
from plp_api.learning.artifact_reviews.models import (
    OPEN,
    ArtifactReview,
    ArtifactReviewStatus,
    CriterionScore,
    ReviewResult,
)
from plp_api.learning.artifacts import actions as artifacts
from plp_api.learning.artifacts import versions
from plp_api.learning.artifacts.models import Artifact, ArtifactVersion
from plp_api.learning.calls.models import CallForWork, CallRecipient
from plp_api.learning.ratings import actions as ratings
from plp_api.people.directory.references import NOTHING

Fields = Mapping[str, Any]
JUDGED = (ArtifactReviewStatus.ACCEPTED, ArtifactReviewStatus.RETURNED, ArtifactReviewStatus.FINAL)
AGAIN = "This version was judged by this rubric: add a new version, or appeal."
NO_RUBRIC = "Name a rubric: the work answers no call that names one."
SETTLED = "The judgment was changed on appeal."


def submit(
    artifact: Artifact,
    access: Access,
    rubric_id: UUID | None = None,
    version_id: UUID | None = None,
) -> ArtifactReview:
    """Submit a version of the work, by default the newest, to be judged by a rubric.

    Without `rubric_id` it is that of the call which the work answers.

    Raises Problem: artifact_is_draft, artifact_archived, artifact_empty, artifact_review_open,
    action_unavailable, validation_failed (`rubric_id`, `version_id`).
    """
    db.lock(artifact)
    artifacts.require_kept(artifact)
    if not artifact.number:
        raise Problem(Code.ARTIFACT_EMPTY)
    version = versions.named(artifact, version_id)
    call = _call(artifact)
    rubric = _rubric(artifact, rubric_id, call)
    _refuse_another(version, rubric)
    review = ArtifactReview(
        id=db.new_id(),
        district_id=artifact.district_id,
        student_id=artifact.student_id,
        artifact_id=artifact.id,
        version_id=version.id,
        rubric=rubric,
        call_id=None if call is None else call.id,
        status=ArtifactReviewStatus.SUBMITTED,
        submitted_at=clock.now(),
    )
    db.session().add(review)
    _note("artifact_review.submitted", review, access, rubric_id=rubric.id)
    return review


def _call(artifact: Artifact) -> CallForWork | None:
    """The call that the work answers."""
    if artifact.call_recipient_id is None:
        return None
    return db.session().get_one(CallRecipient, artifact.call_recipient_id).call


def _rubric(artifact: Artifact, key: UUID | None, call: CallForWork | None) -> Rubric:
    """The rubric to judge by: one that is offered now, or that of the call."""
    called_for = None if call is None else call.rubric_id
    if key is None and called_for is None:
        raise invalid("rubric_id", NO_RUBRIC)
    rubric = db.session().get(Rubric, key or called_for)
    if rubric is None or rubric.district_id != artifact.district_id:
        raise invalid("rubric_id", NOTHING)
    if rubric.status != EditionStatus.PUBLISHED and rubric.id != called_for:
        raise invalid("rubric_id", f"This edition is {rubric.status}; only a published one judges.")
    return rubric


def _refuse_another(version: ArtifactVersion, rubric: Rubric) -> None:
    """Raise a problem while the work is under review by the rubric, or once this version was."""
    db.refuse_second(
        ArtifactReview,
        ArtifactReview.artifact_id == version.artifact_id,
        ArtifactReview.rubric_id == rubric.id,
        ArtifactReview.status.in_(OPEN),
        code=Code.ARTIFACT_REVIEW_OPEN,
    )
    db.refuse_second(
        ArtifactReview,
        ArtifactReview.version_id == version.id,
        ArtifactReview.rubric_id == rubric.id,
        ArtifactReview.status.in_(JUDGED),
        code=Code.ACTION_UNAVAILABLE,
        detail=AGAIN,
    )


def is_reviewed(artifact: Artifact) -> bool:
    """Whether the artifact was ever submitted for review."""
    reviews = exists().where(ArtifactReview.artifact_id == artifact.id)
    return bool(db.session().scalar(select(reviews)))


# The moves of the life cycle.


def assign(review: ArtifactReview, access: Access, evaluator_id: UUID) -> None:
    """Name who judges the work, or who settles the appeal; who was named before loses it.

    Raises Problem: evaluator_is_author, person_is_student, validation_failed (`evaluator_id`).
    """
    assigning.check(review, access, evaluator_id)
    assigning.end(review, access, review.evaluator_id)
    assigning.begin(review, access, evaluator_id)
    review.evaluator_id, review.assigned_by = evaluator_id, access.caller.person_id
    _note("artifact_review.assigned", review, access, evaluator_id=evaluator_id)


def is_assigned_so(review: ArtifactReview, _access: Access, evaluator_id: UUID) -> bool:
    """Whether that person is named already."""
    return review.evaluator_id == evaluator_id


def recall(review: ArtifactReview, access: Access) -> None:
    """Take the work back before it is judged."""
    assigning.end(review, access, review.evaluator_id)
    _note("artifact_review.recalled", review, access)


def accept(
    review: ArtifactReview, access: Access, scores: Sequence[Fields], words: str = ""
) -> None:
    """Accept the work with a level for each criterion; ratings in their items follow.

    Raises Problem: validation_failed (`scores`), level_not_on_scale.
    """
    given = rubric_scores.checked(review.rubric, scores)
    _judge(review, access, ReviewResult.ACCEPTED, given, words)
    # No levels: people and programs follow events that may read no rating.
    _note("artifact_review.accepted", review, access)
    said_as = access.speaks_as(Permission.ARTIFACTS_REVIEW, review.student_id, review)
    following.give(review, access, given, said_as)


def give_back(
    review: ArtifactReview, access: Access, words: str, scores: Sequence[Fields] = ()
) -> None:
    """Return the work with words, and levels for some criteria or all; no rating follows.

    Raises Problem: validation_failed (`scores`), level_not_on_scale.
    """
    given = rubric_scores.checked(review.rubric, scores, are_complete=False)
    _judge(review, access, ReviewResult.RETURNED, given, words)
    _note("artifact_review.returned", review, access)


def _judge(
    review: ArtifactReview,
    access: Access,
    result: ReviewResult,
    scores: Sequence[Fields],
    words: str,
) -> None:
    review.result, review.words = result, words
    review.decided_by, review.decided_at = access.caller.person_id, clock.now()
    _keep(review, scores)
    assigning.end_tonight(review, access)


def _keep(review: ArtifactReview, scores: Sequence[Fields], *, is_final: bool = False) -> None:
    for one in scores:
        score = CriterionScore(
            id=db.new_id(),
            district_id=review.district_id,
            student_id=review.student_id,
            artifact_id=review.artifact_id,
            criterion_key=one["criterion"],
            is_final=is_final,
            level=one["level"],
            words=one["words"],
        )
        review.scores.append(score)


def appeal(review: ArtifactReview, access: Access, words: str) -> None:
    """Appeal against the judgment; it stands until the appeal is settled."""
    review.appeal_words, review.appealed_at = words, clock.now()
    assigning.end(review, access, review.evaluator_id)
    review.evaluator_id = review.assigned_by = None
    _note("artifact_review.appealed", review, access)


def settle(
    review: ArtifactReview,
    access: Access,
    result: str,
    words: str,
    scores: Sequence[Fields] = (),
) -> None:
    """Settle the appeal: uphold the judgment, or change the result, the levels or both.

    The ratings of a changed judgment are withdrawn, and others follow where the work is
    accepted. Raises Problem: validation_failed (`scores`), level_not_on_scale.
    """
    is_accepted = result == ReviewResult.ACCEPTED
    is_changed = bool(scores) or result != review.result
    given: Sequence[Fields] = ()
    if is_changed:
        given = rubric_scores.checked(review.rubric, scores, are_complete=is_accepted)
    review.final_result, review.final_words = result, words
    review.final_by, review.final_at = access.caller.person_id, clock.now()
    _keep(review, given, is_final=True)
    if is_changed:
        _rate_anew(review, access, given if is_accepted else ())
    assigning.end_tonight(review, access)
    _note("artifact_review.settled", review, access, is_changed=is_changed)


def _rate_anew(review: ArtifactReview, access: Access, scores: Sequence[Fields]) -> None:
    ratings.withdraw_of_review(review.id, access, SETTLED)
    said_as = access.speaks_as(_settles_by(review, access), review.student_id, review)
    following.give(review, access, scores, said_as)


def _settles_by(review: ArtifactReview, access: Access) -> Permission:
    """The permission by which the caller settles: as the school's admin, or as named by them."""
    settles = Permission.ARTIFACTS_SETTLE
    return settles if access.may_on(settles, review) else Permission.ARTIFACTS_REVIEW


def _note(what: str, review: ArtifactReview, access: Access, **facts: Any) -> None:
    audit.record(
        what,
        review,
        by=access.caller.person_id,
        artifact_id=review.artifact_id,
        **facts,
    )
