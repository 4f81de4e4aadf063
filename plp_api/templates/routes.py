"""Routes of plan templates."""

from typing import Any

from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.rest.blueprint import Blueprint
from plp_api.rest.paging import Listing
from plp_api.templates.models import PlanTemplate
from plp_api.templates.schemas import PlanTemplateSchema

blueprint = Blueprint("Plan templates", __name__, "What a plan is written in.")

TEMPLATES = Listing(filters={}, sorts={"created_at": PlanTemplate.created_at})


@blueprint.route("/plan-templates")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(PlanTemplateSchema, TEMPLATES)
def list_plan_templates(access: Access) -> Any:
    """List the district's plan templates."""
    return access.select(PlanTemplate)


@blueprint.route("/plan-templates/<uuid:template_id>")
@blueprint.requires(Permission.SETTINGS_READ, PlanTemplate)
@blueprint.response(200, PlanTemplateSchema)
def get_plan_template(access: Access, template: PlanTemplate) -> PlanTemplate:
    """Get a plan template: the sections, what they ask, and who writes them."""
    return template
