"""Routes of profiles."""

from typing import Any

from plp_api.catalog.elo_profiles import actions
from plp_api.catalog.elo_profiles.models import EloProfile, EloType
from plp_api.catalog.elo_profiles.schemas import EloProfilePatchSchema, EloProfileSchema
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since

blueprint = Blueprint(
    "ELO profiles", __name__, "A district's rules for each type of ELO: signers, states, parts."
)

PROFILES = Listing(
    filters={
        "type": one_of(EloProfile.type, EloType, "Only the profiles of these types."),
        "updated_since": since(EloProfile.updated_at),
    },
    sorts={"type": EloProfile.type, "updated_at": EloProfile.updated_at},
)


@blueprint.route("/elo-profiles")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(EloProfileSchema, PROFILES)
def list_elo_profiles(access: Access) -> Any:
    """List the profiles of the district, one for each type of ELO.

    A proposal form reads here what a type asks for. Every district has all ten from its
    first day.
    """
    return access.select(EloProfile)


@blueprint.route("/elo-profiles/<uuid:elo_profile_id>")
@blueprint.requires(Permission.SETTINGS_READ, EloProfile)
@blueprint.response(200, EloProfileSchema)
def get_elo_profile(access: Access, profile: EloProfile) -> EloProfile:
    """Get a profile.

    An ELO that was accepted before a change keeps its own copy: read `profile` there.
    """
    return profile


@blueprint.route("/elo-profiles/<uuid:elo_profile_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, EloProfile)
@blueprint.arguments(EloProfilePatchSchema)
@blueprint.response(200, EloProfileSchema)
def change_elo_profile(access: Access, profile: EloProfile, fields: dict[str, Any]) -> EloProfile:
    """Change a profile, for ELOs that are accepted from now on.

    It needs an office for the whole district. The student always signs; a mentor only where
    `needs_partner`; with `agreement_pending` skipped nobody does (422 at `/signers`).
    """
    return actions.change(profile, access, fields)
