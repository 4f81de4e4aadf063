"""Routes of clearances."""

from typing import Any

from plp_api.catalog.clearances import actions
from plp_api.catalog.clearances.listings import CLEARANCES, OF_PARTNER
from plp_api.catalog.clearances.models import Clearance
from plp_api.catalog.clearances.schemas import (
    ClearanceActionFieldsSchema,
    ClearanceSchema,
    PartnerClearanceSchema,
)
from plp_api.catalog.partners.models import Partner
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint

READ, WRITE = Permission.CLEARANCES_READ, Permission.CLEARANCES_WRITE

blueprint = Blueprint("Clearances", __name__, "Whether checks of partners and mentors were passed.")


@blueprint.route("/partners/<uuid:partner_id>/clearances")
@blueprint.requires(READ, Partner)
@blueprint.lists(ClearanceSchema, OF_PARTNER)
def list_partner_clearances(access: Access, partner: Partner) -> Any:
    """List the clearances of a partner and its mentors, the withdrawn ones too.

    Advisors, teachers and counselors get 403, whether there are any or not.
    """
    return access.select(Clearance).where(Clearance.partner_id == partner.id)


@blueprint.route("/partners/<uuid:partner_id>/clearances", methods=["POST"])
@blueprint.requires(WRITE, Partner)
@blueprint.arguments(ClearanceSchema)
@blueprint.response(201, ClearanceSchema)
def record_clearance(access: Access, partner: Partner, fields: dict[str, Any]) -> Clearance:
    """Record the outcome of a check of a partner or of one of its mentors.

    Record only whether it was passed. There is no member for what was found, no note and
    no file, on purpose: criminal records are confidential (16 V.S.A. 253). A clearance
    never changes; a new check is a new clearance, and a mistake is withdrawn. You are
    shown as `recorded_by`.
    """
    return actions.record(partner, access, **fields)


@blueprint.route("/partners/<uuid:partner_id>/clearance-status")
@blueprint.requires(READ, Partner)
@blueprint.response(200, PartnerClearanceSchema)
def get_partner_clearance_status(access: Access, partner: Partner) -> Any:
    """Get how a partner and its mentors stand today to the checks that the district requires.

    The district's setting `required_clearances` says which kinds are required; by default
    none is, and then everybody is complete. `site_safety` is asked of the partner, every
    other kind of each mentor. The newest check counts: one that was not passed is not
    outweighed by an older one.
    """
    return actions.status_of(partner, access)


@blueprint.route("/clearances")
@blueprint.requires(READ)
@blueprint.lists(ClearanceSchema, CLEARANCES)
def list_clearances(access: Access) -> Any:
    """List the clearances of the district's partners and their mentors.

    `expires_by=2027-06-30&is_current=true` lists those that must be renewed by then.
    """
    return access.select(Clearance)


@blueprint.route("/clearances/<uuid:clearance_id>")
@blueprint.requires(READ, Clearance)
@blueprint.response(200, ClearanceSchema)
def get_clearance(access: Access, clearance: Clearance) -> Clearance:
    """Get a clearance.

    For everybody who may not read clearances it is 404.
    """
    return clearance


blueprint.actions("/clearances", Clearance, ClearanceSchema, ClearanceActionFieldsSchema)
