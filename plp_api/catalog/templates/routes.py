"""Routes of plan templates."""

from typing import Any

from plp_api.catalog.templates import actions
from plp_api.catalog.templates.models import PlanTemplate, meant_for
from plp_api.catalog.templates.schemas import (
    PlanTemplateActionFieldsSchema,
    PlanTemplatePatchSchema,
    PlanTemplateSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.editions import edition_filters
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    repeatable,
    same_id,
    since,
    word_of,
)
from plp_api.foundation.roster.models import GRADES_WITH_PLANS

blueprint = Blueprint("Plan templates", __name__, "The sections of a plan, edition by edition.")

TEMPLATES = Listing(
    filters={
        **edition_filters(PlanTemplate),
        "school_id": same_id(PlanTemplate.school_id, "Only templates of this school."),
        "grade": Filter(
            repeatable(word_of(GRADES_WITH_PLANS, "Only templates for this grade.")), meant_for
        ),
        "updated_since": since(PlanTemplate.updated_at),
    },
    sorts={"created_at": PlanTemplate.created_at, "updated_at": PlanTemplate.updated_at},
)


@blueprint.route("/plan-templates")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(PlanTemplateSchema, TEMPLATES)
def list_plan_templates(access: Access) -> Any:
    """List the plan templates of the district and its schools, every edition.

    `status=published` lists the templates of new plans. A student gets the template
    of their plan's home school for their grade, else the district's for that grade,
    else the default. The list also has drafts and retired editions.
    """
    return access.select(PlanTemplate)


@blueprint.route("/plan-templates", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.arguments(PlanTemplateSchema)
@blueprint.response(201, PlanTemplateSchema)
def add_plan_template(access: Access, fields: dict[str, Any]) -> PlanTemplate:
    """Begin a plan template, as a draft.

    A school admin names their school. Without a school the template is for the whole
    district, and needs a district admin. No plan uses it before it is published.
    """
    return actions.draft(access, fields)


@blueprint.route("/plan-templates/<uuid:template_id>")
@blueprint.requires(Permission.SETTINGS_READ, PlanTemplate)
@blueprint.response(200, PlanTemplateSchema)
def get_plan_template(access: Access, template: PlanTemplate) -> PlanTemplate:
    """Get one edition of a plan template: its sections, their questions and writers.

    An edition that was published never changes: to change a template, publish its next
    edition. Plan versions keep the edition they were written in.
    """
    return template


@blueprint.route("/plan-templates/<uuid:template_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, PlanTemplate)
@blueprint.refuses(Code.TEMPLATE_FROZEN)
@blueprint.arguments(PlanTemplatePatchSchema)
@blueprint.response(200, PlanTemplateSchema)
def edit_plan_template(
    access: Access, template: PlanTemplate, fields: dict[str, Any]
) -> PlanTemplate:
    """Edit a draft.

    A published edition never changes, because plans use it: begin the next edition
    (`/plan-templates/{id}/editions`) and edit that.
    """
    return actions.edit(template, access, fields)


@blueprint.route("/plan-templates/<uuid:template_id>", methods=["DELETE"])
@blueprint.requires(Permission.SETTINGS_WRITE, PlanTemplate)
@blueprint.refuses(Code.TEMPLATE_FROZEN)
@blueprint.response(204)
def discard_plan_template(access: Access, template: PlanTemplate) -> None:
    """Discard a draft; a published edition is retired instead."""
    actions.discard(template, access)


@blueprint.route("/plan-templates/<uuid:template_id>/editions", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE, PlanTemplate, media=None)
@blueprint.refuses(Code.TEMPLATE_DRAFT_OPEN)
@blueprint.response(201, PlanTemplateSchema)
def draft_plan_template_edition(access: Access, template: PlanTemplate) -> PlanTemplate:
    """Begin the next edition of a plan template, as a draft that starts from this one.

    Send no body. Once published, the new edition replaces this one for new plans;
    existing plans keep theirs until somebody moves their draft (`change_template`
    on the plan version).
    """
    return actions.draft_edition(template, access)


blueprint.actions(
    "/plan-templates", PlanTemplate, PlanTemplateSchema, PlanTemplateActionFieldsSchema
)
