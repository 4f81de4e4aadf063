"""Routes of opportunities."""

from typing import Any

from plp_api.catalog.opportunities import actions
from plp_api.catalog.opportunities.listings import OPPORTUNITIES
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.opportunities.schemas import (
    OpportunityActionFieldsSchema,
    OpportunityPatchSchema,
    OpportunitySchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint

blueprint = Blueprint(
    "Opportunities", __name__, "What a student may take up: site visits, internships, courses."
)


@blueprint.route("/opportunities")
@blueprint.requires(Permission.OPPORTUNITIES_READ)
@blueprint.lists(OpportunitySchema, OPPORTUNITIES)
def list_opportunities(access: Access) -> Any:
    """List the opportunities of the district and its schools, also closed ones.

    `is_open=true&has_seats=true` lists those that a student may still get. A student
    passes their own `school_id` and `grade`; what is for the whole district, or for
    all grades, is found too. `seats_left` tells how many seats are free, and nobody
    learns here who holds the others.
    """
    return access.select(Opportunity)


@blueprint.route("/opportunities", methods=["POST"])
@blueprint.requires(Permission.OPPORTUNITIES_WRITE)
@blueprint.refuses(Code.PARTNER_ARCHIVED)
@blueprint.arguments(OpportunitySchema)
@blueprint.response(201, OpportunitySchema)
def offer_opportunity(access: Access, fields: dict[str, Any]) -> Opportunity:
    """Offer an opportunity, which students may raise a hand for at once.

    An office of a school names that school. Without a school it is for the students
    of the whole district, and needs an office for the whole district.
    """
    return actions.offer(access, fields)


@blueprint.route("/opportunities/<uuid:opportunity_id>")
@blueprint.requires(Permission.OPPORTUNITIES_READ, Opportunity)
@blueprint.response(200, OpportunitySchema)
def get_opportunity(access: Access, opportunity: Opportunity) -> Opportunity:
    """Get an opportunity, with the seats that are left today.

    `is_open` tells whether a hand may be raised today. Seats become free by date
    alone, so `seats_left` may change without a new `version`.
    """
    return opportunity


@blueprint.route("/opportunities/<uuid:opportunity_id>", methods=["PATCH"])
@blueprint.requires(Permission.OPPORTUNITIES_WRITE, Opportunity)
@blueprint.arguments(OpportunityPatchSchema)
@blueprint.response(200, OpportunitySchema)
def revise_opportunity(
    access: Access, opportunity: Opportunity, fields: dict[str, Any]
) -> Opportunity:
    """Revise an opportunity.

    `seats` may not be less than the seats held today (422 at `/seats`), and `ends_on`
    comes after the last day of those (422 at `/ends_on`): release them first. The school
    and the partner stay: elsewhere it is another opportunity.
    """
    return actions.revise(opportunity, access, fields)


@blueprint.route("/opportunities/<uuid:opportunity_id>", methods=["DELETE"])
@blueprint.requires(Permission.OPPORTUNITIES_WRITE, Opportunity)
@blueprint.refuses(Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_opportunity(access: Access, opportunity: Opportunity) -> None:
    """Delete an opportunity for which nobody ever raised a hand; close any other."""
    actions.delete(opportunity, access)


blueprint.actions("/opportunities", Opportunity, OpportunitySchema, OpportunityActionFieldsSchema)
