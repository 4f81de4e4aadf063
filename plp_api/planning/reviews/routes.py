"""Routes of annual reviews."""

from functools import partial
from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, in_states, on_or_before, one_of, same_id, since
from plp_api.foundation.roster.models import Student
from plp_api.planning.reviews import actions
from plp_api.planning.reviews.models import Review, ReviewStatus
from plp_api.planning.reviews.schemas import ReviewActionFieldsSchema, ReviewSchema
from plp_api.planning.reviews.standing import Standing, stands
from plp_api.planning.signatures.models import (
    OutreachAttempt,
    OutreachMode,
    OutreachOutcome,
    SignerRole,
)
from plp_api.planning.signatures.schemas import OutreachAttemptSchema

blueprint = Blueprint("Annual reviews", __name__, "The yearly review of each student's plan.")

REVIEWS = Listing(
    filters={
        "status": one_of(Review.status, ReviewStatus, "Only reviews in these states."),
        "standing": in_states(
            Standing,
            "Only reviews that stand so today: `standing=overdue&standing=due`.",
            partial(stands, Review),
        ),
        "student_id": same_id(Review.student_id, "Only this student's."),
        "due_by": on_or_before(Review.due_on, "Only reviews due on that day or earlier."),
        "updated_since": since(Review.updated_at),
    },
    sorts={"due_on": Review.due_on, "updated_at": Review.updated_at},
)


@blueprint.route("/reviews")
@blueprint.requires(Permission.REVIEWS_READ)
@blueprint.lists(ReviewSchema, REVIEWS)
def list_reviews(access: Access) -> Any:
    """List annual reviews you may read, across students.

    `standing` is the result for today. After a conference afternoon, take ids and
    versions from here and `hold` up to fifty in one `POST /reviews/actions`.
    """
    return access.select(Review)


@blueprint.route("/students/<uuid:student_id>/reviews")
@blueprint.requires(Permission.REVIEWS_READ, Student)
@blueprint.lists(ReviewSchema, REVIEWS)
def list_reviews_of_student(access: Access, student: Student) -> Any:
    """List the annual reviews of one student, one for each cycle.

    `standing` is worked out for today, never stored. Cycles that are over stay in the
    list.
    """
    return access.select(Review).where(Review.student_id == student.id)


@blueprint.route("/reviews/<uuid:review_id>")
@blueprint.requires(Permission.REVIEWS_READ, Review)
@blueprint.response(200, ReviewSchema)
def get_review(access: Access, review: Review) -> Review:
    """Get an annual review.

    `standing` is worked out for today, never stored. A parent finds another parent
    among the participants by role alone.
    """
    return review


ATTEMPTS = Listing(
    filters={
        "role": one_of(OutreachAttempt.role, SignerRole, "Only attempts to reach these."),
        "person_id": same_id(OutreachAttempt.person_id, "Only attempts to reach this person."),
        "mode": one_of(OutreachAttempt.mode, OutreachMode, "Only attempts by these means."),
        "outcome": one_of(OutreachAttempt.outcome, OutreachOutcome, "Only with these outcomes."),
        "updated_since": since(OutreachAttempt.logged_at),
    },
    sorts={"tried_on": OutreachAttempt.tried_on, "logged_at": OutreachAttempt.logged_at},
)


@blueprint.route("/reviews/<uuid:review_id>/outreach-attempts")
@blueprint.requires(Permission.OUTREACH_READ, Review)
@blueprint.lists(OutreachAttemptSchema, ATTEMPTS)
def list_outreach_attempts(access: Access, review: Review) -> Any:
    """List the attempts to reach a parent or the student. Never shown to the family.

    Staff who are family of the student see none either. The attempts of all
    participants are in one list.
    """
    return access.select(OutreachAttempt).where(OutreachAttempt.review_id == review.id)


@blueprint.route("/reviews/<uuid:review_id>/outreach-attempts", methods=["POST"])
@blueprint.requires(Permission.OUTREACH_WRITE, Review)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(OutreachAttemptSchema)
@blueprint.response(201, OutreachAttemptSchema)
def log_outreach_attempt(access: Access, review: Review, fields: dict[str, Any]) -> OutreachAttempt:
    """Log an attempt to reach a parent or the student.

    Once the district's number of attempts (`outreach_attempts_needed`) was
    logged since the version came into force, an advisor may except a signer who
    does not answer. Attempts with `wrong_address`, or to reach a parent whose
    relationship has ended, do not count.
    """
    return actions.log_outreach(review, access, **fields)


blueprint.actions("/reviews", Review, ReviewSchema, ReviewActionFieldsSchema)
serve_comments(
    blueprint,
    "/reviews",
    Review,
    read=Permission.REVIEWS_READ,
    write=Permission.REVIEWS_COMMENT,
)
