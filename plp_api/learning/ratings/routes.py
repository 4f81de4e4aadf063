"""Routes of ratings, of competencies over time, and of the evidence for an item."""

from typing import Any

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.rest import life
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.foundation.rest.paging import Page
from plp_api.foundation.roster.models import Student
from plp_api.learning.ratings import actions, evidence, progress
from plp_api.learning.ratings.listing import RATINGS
from plp_api.learning.ratings.models import Rating
from plp_api.learning.ratings.schemas import (
    CompetenciesQuerySchema,
    ItemEvidenceQuerySchema,
    ItemEvidenceSchema,
    NewRatingSchema,
    NewRatingsSchema,
    RatingActionFieldsSchema,
    RatingAnswersSchema,
    RatingSchema,
    StudentCompetenciesSchema,
)

blueprint = Blueprint(
    "Ratings", __name__, "Levels that students reached in items of frameworks, over time."
)


@blueprint.route("/students/<uuid:student_id>/ratings")
@blueprint.requires(Permission.RATINGS_READ, Student)
@blueprint.lists(RatingSchema, RATINGS)
def list_ratings_of_student(access: Access, student: Student) -> Any:
    """List the ratings of a student, the school's and their own.

    Withdrawn ratings stay in the list; leave them out with `status=given`. For charts
    take `/students/{id}/competencies`.
    """
    return access.select(Rating).where(Rating.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/ratings", methods=["POST"])
@blueprint.requires(Permission.RATINGS_RATE, Student)
@blueprint.refuses(
    Code.ACTION_REPEATED,
    Code.ACTOR_IS_FAMILY,
    Code.FRAMEWORK_ITEM_RETIRED,
    Code.LEVEL_NOT_ON_SCALE,
)
@blueprint.arguments(NewRatingSchema)
@blueprint.response(201, RatingSchema)
def rate_student(access: Access, student: Student, fields: dict[str, Any]) -> Rating:
    """Rate a student in an item.

    Teachers rate the students of their current classes for the school; a student rates
    themselves (`is_self`). Nobody else may. The level is one of the scale of the item's
    framework; another gets 422 `level_not_on_scale`, with the `allowed_levels`. The same
    rating of the same day, word for word, gets 409 `action_repeated` and is not given twice.
    """
    return actions.rate(student, access, **fields)


@blueprint.route("/ratings")
@blueprint.requires(Permission.RATINGS_READ)
@blueprint.lists(RatingSchema, RATINGS)
def list_ratings(access: Access) -> Any:
    """List ratings that you may read, across students.

    A teacher finds what they gave with `rated_by`, and a class with `class_id`. Withdrawn
    ratings stay in the list.
    """
    return access.select(Rating)


@blueprint.route("/ratings", methods=["POST"])
@blueprint.requires(Permission.RATINGS_RATE)
@blueprint.arguments(NewRatingsSchema)
@blueprint.response(200, RatingAnswersSchema)
def rate_students(access: Access, fields: dict[str, Any]) -> Any:
    """Rate up to fifty students in one item, each at their level.

    Each rating succeeds or fails separately, as if it was sent alone, and the response has
    a result for each student.
    """
    items = fields.pop("items")
    access.look_up(item["student_id"] for item in items)

    def rate(item: dict[str, Any]) -> Rating:
        return actions.rate_by_id(access=access, **fields, **item)

    return {"items": life.each(items, rate, RatingSchema, access, key="student_id")}


@blueprint.route("/ratings/<uuid:rating_id>")
@blueprint.requires(Permission.RATINGS_READ, Rating)
@blueprint.response(200, RatingSchema)
def get_rating(access: Access, rating: Rating) -> Rating:
    """Get a rating, also a withdrawn one.

    `available_actions` has `withdraw` for the person who gave it, as long as they may read
    it, and for an admin of the student's school, unless the student gave it. A withdrawn
    rating says by whom and why (`withdrawn_by`, `withdraw_reason`).
    """
    return rating


blueprint.actions("/ratings", Rating, RatingSchema, RatingActionFieldsSchema)


@blueprint.route("/students/<uuid:student_id>/competencies")
@blueprint.requires(Permission.RATINGS_READ, Student)
@blueprint.arguments(CompetenciesQuerySchema, location="query")
@blueprint.response(200, StudentCompetenciesSchema)
def get_competencies_of_student(access: Access, student: Student, query: dict[str, Any]) -> Any:
    """Get a student's ratings over time by item, as data for charts.

    The school's ratings and the student's own are apart, oldest first, and withdrawn ones
    are left out. Items without a rating are left out too. There is no score and no average.
    """
    if query["since"] and query["until"] and query["since"] > query["until"]:
        errors = [FieldError("", "Must not be before `since`.", parameter="until")]
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    ids, days = query.get("framework_id"), (query["since"], query["until"])
    return progress.of(student, ids, *days)


@blueprint.route("/framework-items/<uuid:item_id>/evidence")
@blueprint.requires(Permission.LINKS_READ, FrameworkItem)
@blueprint.arguments(ItemEvidenceQuerySchema, location="query")
@blueprint.response(200, page_schema("ItemEvidence", ItemEvidenceSchema))
def list_evidence_for_item(access: Access, item: FrameworkItem, query: dict[str, Any]) -> Page:
    """List the students with evidence for an item: what is linked to it, and ratings.

    One row for each student whom you may see who has any that you may read; `below=true`
    takes in the items below this one. The counts hold only what you may read. Links from
    draft, returned and dropped goals, from withdrawn elements, and from artifacts that are not
    kept are no evidence. A student without any evidence has no row, also with
    `has_rating=false`: to find who is not yet rated in a class, compare these rows with the
    class.
    """
    return evidence.page(item, access, query)
