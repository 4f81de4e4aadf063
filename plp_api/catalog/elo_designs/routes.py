"""Routes of design templates."""

from typing import Any
from uuid import UUID

from plp_api.catalog.elo_designs import actions
from plp_api.catalog.elo_designs.listings import TEMPLATES
from plp_api.catalog.elo_designs.models import DesignTemplate
from plp_api.catalog.elo_designs.schemas import (
    DesignTemplateActionFieldsSchema,
    DesignTemplateCopySchema,
    DesignTemplatePatchSchema,
    DesignTemplateSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint

READ, WRITE = Permission.SETTINGS_READ, Permission.DESIGNS_WRITE

blueprint = Blueprint(
    "Design templates", __name__, "Designs of ELOs, written once and given to many students."
)


@blueprint.route("/design-templates")
@blueprint.requires(READ)
@blueprint.lists(DesignTemplateSchema, TEMPLATES)
def list_design_templates(access: Access) -> Any:
    """List the design templates of the district and its schools, archived ones too.

    Students read them too, to see what is done elsewhere. `status=active` leaves out the
    archived ones; `POST /design-templates/{id}/elos` gives one to students.
    """
    return access.select(DesignTemplate)


@blueprint.route("/design-templates", methods=["POST"])
@blueprint.requires(WRITE)
@blueprint.refuses(Code.FRAMEWORK_ITEM_RETIRED)
@blueprint.arguments(DesignTemplateSchema)
@blueprint.response(201, DesignTemplateSchema)
def write_design_template(access: Access, fields: dict[str, Any]) -> DesignTemplate:
    """Write a design template.

    A coordinator or admin of a school names that school; without a school it is the
    district's, and needs an office for the whole district.
    """
    return actions.write(access, fields.pop("school_id"), fields)


@blueprint.route("/design-templates/<uuid:design_template_id>")
@blueprint.requires(READ, DesignTemplate)
@blueprint.response(200, DesignTemplateSchema)
def get_design_template(access: Access, template: DesignTemplate) -> DesignTemplate:
    """Get a design template, with the words of its framework items.

    Retired items stay in it; they do not come along to a student.
    """
    return template


@blueprint.route("/design-templates/<uuid:design_template_id>", methods=["PATCH"])
@blueprint.requires(WRITE, DesignTemplate)
@blueprint.refuses(Code.DESIGN_TEMPLATE_ARCHIVED, Code.FRAMEWORK_ITEM_RETIRED)
@blueprint.arguments(DesignTemplatePatchSchema)
@blueprint.response(200, DesignTemplateSchema)
def edit_design_template(
    access: Access, template: DesignTemplate, fields: dict[str, Any]
) -> DesignTemplate:
    """Edit a design template, for students who get it from now on.

    ELOs keep what they copied.
    """
    return actions.edit(template, access, fields)


@blueprint.route("/design-templates/<uuid:design_template_id>", methods=["DELETE"])
@blueprint.requires(WRITE, DesignTemplate)
@blueprint.refuses(Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_design_template(access: Access, template: DesignTemplate) -> None:
    """Delete a design template that was given to nobody; archive any other."""
    actions.delete(template, access)


@blueprint.route("/design-templates/<uuid:design_template_id>/copies", methods=["POST"])
@blueprint.requires(READ, DesignTemplate, also=WRITE)
@blueprint.refuses(Code.FRAMEWORK_ITEM_RETIRED)
@blueprint.arguments(DesignTemplateCopySchema)
@blueprint.response(201, DesignTemplateSchema)
def copy_design_template(
    access: Access, template: DesignTemplate, fields: dict[str, UUID | None]
) -> DesignTemplate:
    """Copy a design template for a school, which makes it its own.

    403 for whoever may not write that school's templates. An archived one may be copied
    too; the copy does not follow it.
    """
    return actions.copy(template, access, fields["school_id"])


blueprint.actions(
    "/design-templates", DesignTemplate, DesignTemplateSchema, DesignTemplateActionFieldsSchema
)
