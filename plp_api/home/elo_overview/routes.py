"""Routes of the overview of ELOs."""

from typing import Any
from uuid import UUID

from flask import Response

from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import facts_tag, plain, unchanged
from plp_api.foundation.rest.first_page import limit_asked
from plp_api.home.elo_overview import listing, presenters
from plp_api.home.elo_overview.schemas import EloOverviewSchema
from plp_api.learning.elos.models import Elo

blueprint = Blueprint("ELO overview", __name__, "ELOs with all that a front end's page shows.")


def _ask_elos(caller: Caller) -> Any:
    """The queries that `list_elo_overviews` runs ahead; with filters the page selects ids first."""
    return listing.ask(caller, limit=limit_asked())


def _ask_elo(caller: Caller, elo_id: UUID) -> Any:
    return presenters.ask(caller, elo_id)


@blueprint.route("/elos/overview")
@blueprint.requires(Permission.ELOS_READ, ahead=_ask_elos)
@blueprint.arguments(listing.QUERY, location="query")
@blueprint.response(200, listing.PAGE)
def list_elo_overviews(access: Access, query: dict[str, Any]) -> Response:
    """List ELOs for a page: where each stands, for whom it waits, and its hours.

    The same ELOs by the same filters as `/elos`, without the parts of their design and
    without `available_actions`, so that a coordinator's board of a hundred opens at once.
    """
    document, headers = listing.page(access, query)
    return plain(document, headers=headers)


@blueprint.route("/elos/<uuid:elo_id>/overview")
@blueprint.requires(Permission.ELOS_READ, Elo, ahead=_ask_elo)
@blueprint.response(200, EloOverviewSchema)
def get_elo_overview(access: Access, elo_id: UUID) -> Response:
    """Get an ELO with what its page draws: team, items, log, hours by week, agreement, credit.

    One call instead of six. The ETag is weak and covers everything shown: poll with
    If-None-Match. To change anything, read the part itself for its ETag.
    """
    head, parts = presenters.look(access, elo_id)
    shown = presenters.document(access, head, parts)
    tag = facts_tag(shown, access)
    return unchanged(tag) or plain(shown, tag=tag)
