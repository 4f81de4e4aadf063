"""Routes of raised hands."""

from typing import Any

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.interests import actions, listings
from plp_api.learning.interests.listings import INTERESTS, INTERESTS_OF_STUDENT
from plp_api.learning.interests.models import Interest
from plp_api.learning.interests.schemas import InterestActionFieldsSchema, InterestSchema

blueprint = Blueprint(
    "Interests", __name__, "A student's raised hands for opportunities, and the seats held."
)


@blueprint.route("/students/<uuid:student_id>/interests")
@blueprint.requires(Permission.INTERESTS_READ, Student)
@blueprint.lists(InterestSchema, INTERESTS_OF_STUDENT)
def list_interests_of_student(access: Access, student: Student) -> Any:
    """List the raised hands of a student, also those answered or withdrawn.

    The oldest comes first. A court order may deny the kind `interests` to a parent.
    """
    return access.select(Interest).where(Interest.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/interests", methods=["POST"])
@blueprint.requires(Permission.INTERESTS_RAISE, Student)
@blueprint.refuses(Code.OPPORTUNITY_CLOSED, Code.OPPORTUNITY_NOT_OFFERED, Code.INTEREST_EXISTS)
@blueprint.arguments(InterestSchema)
@blueprint.response(201, InterestSchema)
def raise_hand(access: Access, student: Student, fields: dict[str, Any]) -> Interest:
    """Raise your hand for an opportunity.

    Only the student may. A hand may be raised while every seat is taken: it waits for
    a coordinator's answer. Where a seat was held until a day that is over, that hand
    is released, and this one waits anew.
    """
    return actions.raise_hand(student, access, **fields)


@blueprint.route("/interests")
@blueprint.requires(Permission.INTERESTS_READ)
@blueprint.lists(InterestSchema, INTERESTS)
def list_interests(access: Access) -> Any:
    """List the raised hands you may read, across students.

    A coordinator lists those that wait with `status=raised`, and the seats that become
    free soon with `holds_seat=true&last_day_by=`; `POST /interests/actions` answers
    many at once.
    """
    return access.select(Interest)


@blueprint.route("/opportunities/<uuid:opportunity_id>/interests")
@blueprint.requires(Permission.OPPORTUNITIES_READ, Opportunity, also=Permission.INTERESTS_READ)
@blueprint.lists(InterestSchema, INTERESTS)
def list_interests_in_opportunity(access: Access, opportunity: Opportunity) -> Any:
    """List who raised a hand for an opportunity, of the students you may see.

    The seats that others hold count in the opportunity's `seats_left`, whoever reads.
    """
    return access.select(Interest).where(Interest.opportunity_id == opportunity.id)


@blueprint.route("/partners/<uuid:partner_id>/interests")
@blueprint.requires(Permission.PARTNERS_READ, Partner, also=Permission.INTERESTS_READ)
@blueprint.lists(InterestSchema, INTERESTS)
def list_interests_at_partner(access: Access, partner: Partner) -> Any:
    """List a partner's history with students: who raised a hand for what it offers.

    It shows the students whom you reach, and also hands that were declined, withdrawn
    or released.
    """
    return listings.at_partner(partner, access)


@blueprint.route("/interests/<uuid:interest_id>")
@blueprint.requires(Permission.INTERESTS_READ, Interest)
@blueprint.response(200, InterestSchema)
def get_interest(access: Access, interest: Interest) -> Interest:
    """Get a raised hand, whether a seat is held today, and the actions you may take now.

    The reason of a decline or release is a comment on it
    (`/interests/{id}/comments`).
    """
    return interest


blueprint.actions("/interests", Interest, InterestSchema, InterestActionFieldsSchema)
serve_comments(
    blueprint,
    "/interests",
    Interest,
    read=Permission.INTERESTS_READ,
    write=Permission.INTERESTS_COMMENT,
)
