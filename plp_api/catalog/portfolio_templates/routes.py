"""Routes of portfolio templates."""

from typing import Any

from plp_api.catalog.portfolio_templates import actions
from plp_api.catalog.portfolio_templates.listings import TEMPLATES
from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.catalog.portfolio_templates.schemas import (
    NewPortfolioTemplateSchema,
    PortfolioTemplateActionFieldsSchema,
    PortfolioTemplatePatchSchema,
    PortfolioTemplateSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint

blueprint = Blueprint(
    "Portfolio templates", __name__, "The slots of portfolios, and the prompts for reflections."
)


@blueprint.route("/portfolio-templates")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(PortfolioTemplateSchema, TEMPLATES)
def list_portfolio_templates(access: Access) -> Any:
    """List the portfolio templates of the district and its schools, every edition.

    A student chooses from `status=published&school_id=…&for_grade=…`, and begins a
    portfolio by one at `/students/{id}/portfolios`.
    """
    return access.select(PortfolioTemplate)


@blueprint.route("/portfolio-templates", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.refuses(Code.FRAMEWORK_ITEM_RETIRED)
@blueprint.arguments(NewPortfolioTemplateSchema)
@blueprint.response(201, PortfolioTemplateSchema)
def add_portfolio_template(access: Access, fields: dict[str, Any]) -> PortfolioTemplate:
    """Begin a portfolio template, as a draft.

    A school admin names their school. Without a school the template is for the whole
    district, and needs a district admin.
    """
    return actions.draft(access, fields)


@blueprint.route("/portfolio-templates/<uuid:template_id>")
@blueprint.requires(Permission.SETTINGS_READ, PortfolioTemplate)
@blueprint.response(200, PortfolioTemplateSchema)
def get_portfolio_template(access: Access, template: PortfolioTemplate) -> PortfolioTemplate:
    """Get one edition of a portfolio template, with its slots in their order.

    An edition that was published never changes, even if an item of a slot is retired.
    """
    return template


@blueprint.route("/portfolio-templates/<uuid:template_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, PortfolioTemplate)
@blueprint.refuses(Code.PORTFOLIO_TEMPLATE_FROZEN, Code.FRAMEWORK_ITEM_RETIRED)
@blueprint.arguments(PortfolioTemplatePatchSchema)
@blueprint.response(200, PortfolioTemplateSchema)
def edit_portfolio_template(
    access: Access, template: PortfolioTemplate, fields: dict[str, Any]
) -> PortfolioTemplate:
    """Edit a draft.

    A published edition never changes, because portfolios are kept by it: begin the next
    edition (`/portfolio-templates/{id}/editions`) and edit that.
    """
    return actions.edit(template, access, fields)


@blueprint.route("/portfolio-templates/<uuid:template_id>", methods=["DELETE"])
@blueprint.requires(Permission.SETTINGS_WRITE, PortfolioTemplate)
@blueprint.refuses(Code.PORTFOLIO_TEMPLATE_FROZEN)
@blueprint.response(204)
def discard_portfolio_template(access: Access, template: PortfolioTemplate) -> None:
    """Discard a draft; a published edition is retired instead."""
    actions.discard(template, access)


@blueprint.route("/portfolio-templates/<uuid:template_id>/editions", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE, PortfolioTemplate, media=None)
@blueprint.refuses(Code.PORTFOLIO_TEMPLATE_DRAFT_OPEN)
@blueprint.response(201, PortfolioTemplateSchema)
def draft_portfolio_template_edition(
    access: Access, template: PortfolioTemplate
) -> PortfolioTemplate:
    """Begin the next edition of a portfolio template, as a draft that starts from this one.

    Send no body. Portfolios stay with the edition they were begun by, until their student
    moves them.
    """
    return actions.draft_edition(template, access)


blueprint.actions(
    "/portfolio-templates",
    PortfolioTemplate,
    PortfolioTemplateSchema,
    PortfolioTemplateActionFieldsSchema,
)
