"""Routes of renditions."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.fields import LanguageTag
from plp_api.foundation.rest.paging import Listing, equals, since, yes_or_no
from plp_api.planning.plans import presenters
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.renditions import actions
from plp_api.planning.renditions.models import Rendition
from plp_api.planning.renditions.schemas import RenditionSchema

blueprint = Blueprint(
    "Renditions", __name__, "The text of a version in another language, translated by people."
)

RENDITIONS = Listing(
    filters={
        "language": equals(
            Rendition.language,
            LanguageTag(metadata={"description": "Only in this language.", "example": "es"}),
        ),
        "is_current": yes_or_no(
            Rendition.superseded_at.is_(None), "Only current renditions, or only superseded ones."
        ),
        "updated_since": since(Rendition.updated_at),
    },
    sorts={"created_at": Rendition.created_at, "updated_at": Rendition.updated_at},
)


@blueprint.route("/plan-versions/<uuid:version_id>/renditions")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.refuses(Code.VERSION_SEALED)
@blueprint.lists(RenditionSchema, RENDITIONS)
def list_renditions(access: Access, version: PlanVersion) -> Any:
    """List the texts of a version in other languages, including superseded ones."""
    presenters.require_unsealed(version, access)
    presenters.require_whole(version, access)
    return access.beneath(version, Rendition)


@blueprint.route("/plan-versions/<uuid:version_id>/renditions", methods=["POST"])
@blueprint.requires(Permission.PLANS_RENDER, PlanVersion)
@blueprint.refuses(
    Code.ACTION_UNAVAILABLE, Code.VERSION_SEALED, Code.SNAPSHOT_MISMATCH, Code.ACTOR_IS_FAMILY
)
@blueprint.arguments(RenditionSchema)
@blueprint.response(201, RenditionSchema)
def supply_rendition(access: Access, version: PlanVersion, fields: dict[str, Any]) -> Rendition:
    """Supply the text of a frozen version in another language.

    Send the `snapshot_sha256` of the snapshot that was translated. People still
    sign the version's own snapshot: a rendition is not part of its hash. A newer
    rendition in the same language supersedes the last. The answer is 409 before
    the version is in force. Staff supply renditions; in home study, the family
    that keeps the plan does. Texts that you leave out are shown in the original
    language on the signing page and in prints.
    """
    return actions.supply(version, access, **fields)


@blueprint.route("/renditions/<uuid:rendition_id>")
@blueprint.requires(Permission.PLANS_READ, Rendition)
@blueprint.refuses(Code.VERSION_SEALED)
@blueprint.response(200, RenditionSchema)
def get_rendition(access: Access, rendition: Rendition) -> Rendition:
    """Get the text of a version in another language."""
    actions.require_readable(rendition, access)
    return rendition
