"""Routes of plan templates."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.templates import actions
from plp_api.catalog.templates.models import PlanTemplate, TemplateStatus, meant_for
from plp_api.catalog.templates.schemas import (
    PlanTemplateActionFieldsSchema,
    PlanTemplatePatchSchema,
    PlanTemplateSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Filter, Listing, one_of, same_id, since
from plp_api.foundation.roster.models import GRADES_WITH_PLANS

blueprint = Blueprint("Plan templates", __name__, "What a plan is written in.")

TEMPLATES = Listing(
    filters={
        "status": one_of(PlanTemplate.status, TemplateStatus, "Only editions in these states."),
        "school_id": same_id(PlanTemplate.school_id, "Only this school's own."),
        "line_id": same_id(PlanTemplate.line_id, "Only editions of this template."),
        "grade": Filter(
            fields.String(
                validate=validate.OneOf(GRADES_WITH_PLANS),
                metadata={"description": "Only those meant for this grade."},
            ),
            meant_for,
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

    `status=published` lists what new plans are written in: a student's is their
    plan home school's for their grade, else the district's for it, else the
    default. Beside it stand drafts of editions to come and what was retired.
    """
    return access.select(PlanTemplate)


@blueprint.route("/plan-templates", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.arguments(PlanTemplateSchema)
@blueprint.response(201, PlanTemplateSchema)
def add_plan_template(access: Access, fields: dict[str, Any]) -> PlanTemplate:
    """Begin a plan template, as a draft.

    A school admin names their school; without one it is the district's, and
    its admin's to write. Nothing is written in it before it is published.
    """
    return actions.draft(access, fields)


@blueprint.route("/plan-templates/<uuid:template_id>")
@blueprint.requires(Permission.SETTINGS_READ, PlanTemplate)
@blueprint.response(200, PlanTemplateSchema)
def get_plan_template(access: Access, template: PlanTemplate) -> PlanTemplate:
    """Get one edition of a plan template: the sections, what they ask, and who writes them.

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

    What was published never changes, for plans are written in it: begin its
    next edition (`/plan-templates/{id}/editions`) and edit that.
    """
    return actions.edit(template, access, fields)


@blueprint.route("/plan-templates/<uuid:template_id>", methods=["DELETE"])
@blueprint.requires(Permission.SETTINGS_WRITE, PlanTemplate)
@blueprint.refuses(Code.TEMPLATE_FROZEN)
@blueprint.response(204)
def discard_plan_template(access: Access, template: PlanTemplate) -> None:
    """Discard a draft; what was published is retired instead."""
    actions.discard(template, access)


@blueprint.route("/plan-templates/<uuid:template_id>/editions", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE, PlanTemplate, media=None)
@blueprint.refuses(Code.TEMPLATE_DRAFT_OPEN)
@blueprint.response(201, PlanTemplateSchema)
def draft_plan_template_edition(access: Access, template: PlanTemplate) -> PlanTemplate:
    """Begin the next edition of a plan template, as a draft that starts from this one.

    No body is sent. Once published it takes this one's place for new plans;
    plans already written go on as they are until somebody moves their draft
    (`change_template` on the plan version).
    """
    return actions.draft_edition(template, access)


blueprint.actions(
    "/plan-templates", PlanTemplate, PlanTemplateSchema, PlanTemplateActionFieldsSchema
)
