"""Routes of the overview of artifacts."""

from typing import Any

from flask import Response

from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import plain
from plp_api.foundation.rest.first_page import limit_asked
from plp_api.home.portfolio_overview import listing

blueprint = Blueprint(
    "Portfolio overview", __name__, "Artifacts with all that a front end's page shows."
)


def _ask_artifacts(caller: Caller) -> Any:
    """The query that the list runs ahead; with filters the page selects ids first."""
    return listing.ask(caller, limit=limit_asked())


@blueprint.route("/artifacts/overview")
@blueprint.requires(Permission.ARTIFACTS_READ, ahead=_ask_artifacts)
@blueprint.arguments(listing.QUERY, location="query")
@blueprint.response(200, listing.PAGE)
def list_artifact_overviews(access: Access, query: dict[str, Any]) -> Response:
    """List artifacts for a page: state, cover, and what each is evidence for.

    The same artifacts by the same filters as `/artifacts`, without their versions and
    `available_actions`, so that a wall of fifty opens at once. Of one student:
    `student_id`.
    """
    document, headers = listing.page(access, query)
    return plain(document, headers=headers)
