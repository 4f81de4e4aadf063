"""Routes of the change feed."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.integrations.events import actions
from plp_api.integrations.events.schemas import EventQuerySchema, EventsSchema

blueprint = Blueprint("Events", __name__, "What happened, in order, without gaps.")


@blueprint.route("/events")
@blueprint.requires(Permission.AUDIT_READ)
@blueprint.arguments(EventQuerySchema, location="query")
@blueprint.response(200, EventsSchema)
def list_events(access: Access, asked: dict[str, Any]) -> dict[str, Any]:
    """List events after a position.

    Keep `next_after` and send it as `after`: nothing is ever skipped, and
    nothing comes twice. A school admin sees the events about the students of
    their school, a district admin all of the district; neither sees those about
    a child of their own, nor what a family keeps in home study.
    """
    events = actions.after(access, asked["after"], asked["limit"])
    last = events[-1].position if events else asked["after"]
    return {"items": events, "next_after": last}
