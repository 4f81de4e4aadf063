"""Routes of artifact reviews."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifact_reviews import actions
from plp_api.learning.artifact_reviews.listings import (
    ARTIFACT_REVIEWS,
    EVALUATORS,
    OF_ARTIFACT,
    OF_STUDENT,
    evaluators,
)
from plp_api.learning.artifact_reviews.models import ArtifactReview
from plp_api.learning.artifact_reviews.schemas import (
    ArtifactReviewActionFieldsSchema,
    ArtifactReviewSchema,
    EvaluatorSchema,
    NewArtifactReviewSchema,
)
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.ratings.listing import RATINGS
from plp_api.learning.ratings.models import Rating
from plp_api.learning.ratings.schemas import RatingSchema

READ = Permission.ARTIFACTS_READ

blueprint = Blueprint(
    "Artifact reviews", __name__, "Judgments of students' work by a rubric, and what follows."
)


@blueprint.route("/artifacts/<uuid:artifact_id>/reviews")
@blueprint.requires(READ, Artifact)
@blueprint.lists(ArtifactReviewSchema, OF_ARTIFACT)
def list_reviews_of_artifact(access: Access, artifact: Artifact) -> Any:
    """List the reviews of an artifact: of each version and by each rubric.

    The oldest comes first.
    """
    return access.beneath(artifact, ArtifactReview)


@blueprint.route("/artifacts/<uuid:artifact_id>/reviews", methods=["POST"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, Artifact)
@blueprint.refuses(
    Code.ACTION_UNAVAILABLE,
    Code.ARTIFACT_ARCHIVED,
    Code.ARTIFACT_EMPTY,
    Code.ARTIFACT_IS_DRAFT,
    Code.ARTIFACT_REVIEW_OPEN,
)
@blueprint.arguments(NewArtifactReviewSchema)
@blueprint.response(201, ArtifactReviewSchema)
def submit_artifact(access: Access, artifact: Artifact, fields: dict[str, Any]) -> ArtifactReview:
    """Submit a version of your work, to be judged by a rubric.

    By one rubric one review is open at a time (409 `artifact_review_open`), and a version that was
    judged is not judged by it again: add a new version, or appeal. An artifact needs no review to
    be linked or shown.
    """
    return actions.submit(artifact, access, **fields)


@blueprint.route("/students/<uuid:student_id>/artifact-reviews")
@blueprint.requires(READ, Student)
@blueprint.lists(ArtifactReviewSchema, OF_STUDENT)
def list_artifact_reviews_of_student(access: Access, student: Student) -> Any:
    """List the reviews of a student's work.

    Recalled ones stay in the list.
    """
    return access.select(ArtifactReview).where(ArtifactReview.student_id == student.id)


@blueprint.route("/artifact-reviews")
@blueprint.requires(READ)
@blueprint.lists(ArtifactReviewSchema, ARTIFACT_REVIEWS)
def list_artifact_reviews(access: Access) -> Any:
    """List the reviews that you may read, across students: the queue of what is to be judged.

    An evaluator finds theirs with `evaluator_id` and `status=in_review`; an advisor what nobody
    judges yet with `is_assigned=false`, `status=submitted`, and a class or a rubric with
    `class_id` and `rubric_id`. `POST /artifact-reviews/actions` names an evaluator for up to fifty.
    """
    return access.select(ArtifactReview)


@blueprint.route("/artifact-reviews/<uuid:artifact_review_id>")
@blueprint.requires(READ, ArtifactReview)
@blueprint.response(200, ArtifactReviewSchema)
def get_artifact_review(access: Access, review: ArtifactReview) -> ArtifactReview:
    """Get a review, with its levels in the words of the rubric's edition, and what you may do now.

    The evaluator reads it, with the work, until the end of the day on which they judged it.
    """
    return review


@blueprint.route("/artifact-reviews/<uuid:artifact_review_id>/evaluators")
@blueprint.requires(Permission.ARTIFACTS_ASSIGN, ArtifactReview)
@blueprint.lists(EvaluatorSchema, EVALUATORS)
def list_evaluators(access: Access, review: ArtifactReview) -> Any:
    """List whom you may name with `assign`: to judge the work, or to settle the appeal.

    They are the staff of your district: who holds an office, advises or teaches today, but nobody
    who made the work or is family of who did. It tells their names and nothing else, and only to
    who may name an evaluator; it is empty while `assign` is none of your `available_actions`.
    """
    return evaluators(review, access)


@blueprint.route("/artifact-reviews/<uuid:artifact_review_id>/ratings")
@blueprint.requires(READ, ArtifactReview, also=Permission.RATINGS_READ)
@blueprint.lists(RatingSchema, RATINGS)
def list_ratings_of_artifact_review(access: Access, review: ArtifactReview) -> Any:
    """List the ratings that followed from a review, with those withdrawn on appeal.

    One for each framework item of the rubric's criteria, once the work was accepted. Where several
    criteria give evidence for one item, the lowest of their levels counts.
    """
    return access.beneath(review, Rating)


blueprint.actions(
    "/artifact-reviews", ArtifactReview, ArtifactReviewSchema, ArtifactReviewActionFieldsSchema
)
