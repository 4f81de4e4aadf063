"""The life cycle of an artifact's review, as a table (product.md, section 4).

A returned review is done: the student submits the next version, and a new review begins.
"""

from typing import Any

from plp_api.foundation.access.lifecycle import ForOthers, LifeCycle, move, not_family, own_work
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.learning.artifact_reviews import actions, standing
from plp_api.learning.artifact_reviews.models import ArtifactReviewStatus

STUDENT, ADVISOR = Permission.ARTIFACTS_WRITE, Permission.ARTIFACTS_ASSIGN
EVALUATOR, ADMIN = Permission.ARTIFACTS_REVIEW, Permission.ARTIFACTS_SETTLE


def was_judged_by_caller(review: Any, access: Access) -> ForOthers | None:
    """Why the caller does not settle: the appeal is against their own judgment."""
    return own_work(access, review.decided_by)


# `made_by_caller` speaks for the family of every maker, the student of the review among them.
JUDGES = (standing.made_by_caller, standing.is_for_another, standing.is_archived)
SETTLES = (standing.made_by_caller, was_judged_by_caller)

ARTIFACT_REVIEW = LifeCycle(
    [
        move(
            "submitted in_review",
            "assign",
            ADVISOR,
            ArtifactReviewStatus.IN_REVIEW,
            actions.assign,
            not_family,
            standing.is_archived,
            is_done=actions.is_assigned_so,
        ),
        # Who is to settle the appeal in the place of the admin.
        move(
            "appealed",
            "assign",
            ADMIN,
            None,
            actions.assign,
            not_family,
            is_done=actions.is_assigned_so,
        ),
        move(
            "submitted in_review", "recall", STUDENT, ArtifactReviewStatus.RECALLED, actions.recall
        ),
        move(
            "in_review",
            "accept",
            EVALUATOR,
            ArtifactReviewStatus.ACCEPTED,
            actions.accept,
            *JUDGES,
        ),
        move(
            "in_review",
            "return",
            EVALUATOR,
            ArtifactReviewStatus.RETURNED,
            actions.give_back,
            *JUDGES,
        ),
        move(
            "accepted returned",
            "appeal",
            STUDENT,
            ArtifactReviewStatus.APPEALED,
            actions.appeal,
            standing.was_submitted_again,
        ),
        move("appealed", "settle", ADMIN, ArtifactReviewStatus.FINAL, actions.settle, *SETTLES),
        move(
            "appealed",
            "settle",
            EVALUATOR,
            ArtifactReviewStatus.FINAL,
            actions.settle,
            *SETTLES,
            standing.is_for_another,
        ),
    ],
    refuses=(
        Code.APPROVER_IS_FAMILY,
        Code.ARTIFACT_ARCHIVED,
        Code.EVALUATOR_IS_AUTHOR,
        Code.EVALUATOR_NOT_ASSIGNED,
        Code.LEVEL_NOT_ON_SCALE,
        Code.PERSON_IS_STUDENT,
    ),
    look_up=standing.look_up,
)
