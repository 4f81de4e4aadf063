"""Routes of scales."""

from typing import Any

from plp_api.catalog.scales import actions
from plp_api.catalog.scales.models import Scale, ScaleStatus
from plp_api.catalog.scales.schemas import (
    ScaleActionFieldsSchema,
    ScalePatchSchema,
    ScaleSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since

blueprint = Blueprint("Scales", __name__, "Levels by which work is rated, lowest first.")

SCALES = Listing(
    filters={
        "status": one_of(Scale.status, ScaleStatus, "Only scales in these states."),
        "updated_since": since(Scale.updated_at),
    },
    sorts={"created_at": Scale.created_at, "updated_at": Scale.updated_at},
)


@blueprint.route("/scales")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(ScaleSchema, SCALES)
def list_scales(access: Access) -> Any:
    """List the scales of the district, the retired ones too.

    Every district begins with one of four levels, which is its default.
    """
    return access.select(Scale)


@blueprint.route("/scales", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE, district_wide=True)
@blueprint.arguments(ScaleSchema)
@blueprint.response(201, ScaleSchema)
def add_scale(access: Access, fields: dict[str, Any]) -> Scale:
    """Add a scale.

    It is offered at once. It needs an office for the whole district, as every change
    of a scale does.
    """
    return actions.add(access, **fields)


@blueprint.route("/scales/<uuid:scale_id>")
@blueprint.requires(Permission.SETTINGS_READ, Scale)
@blueprint.response(200, ScaleSchema)
def get_scale(access: Access, scale: Scale) -> Scale:
    """Get a scale with its levels.

    A retired scale stays readable: ratings and rubrics that were written in it keep it.
    """
    return scale


@blueprint.route("/scales/<uuid:scale_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, Scale)
@blueprint.arguments(ScalePatchSchema)
@blueprint.response(200, ScaleSchema)
def edit_scale(access: Access, scale: Scale, fields: dict[str, Any]) -> Scale:
    """Change the titles and descriptions of a scale and its levels.

    Ratings and rubrics hold the keys of levels, so keys and their order stay: to judge
    in other levels, add another scale.
    """
    return actions.edit(scale, access, fields)


blueprint.actions("/scales", Scale, ScaleSchema, ScaleActionFieldsSchema)
