"""Routes of the change feed."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.integrations.events import actions
from plp_api.integrations.events.schemas import EventQuerySchema, EventsSchema

blueprint = Blueprint("Events", __name__, "All changes, in order and without gaps.")


@blueprint.route("/events")
@blueprint.requires(Permission.AUDIT_READ)
@blueprint.arguments(EventQuerySchema, location="query")
@blueprint.response(200, EventsSchema)
def list_events(access: Access, query: dict[str, Any]) -> dict[str, Any]:
    """List events after a position.

    Store `next_after` and send it as `after` in the next request: no event is skipped
    or sent twice. A school admin sees the events about the students of their school, a
    district admin all events of the district. Neither sees events about a child of
    their own, or about rows that a family keeps in home study.
    """
    events = actions.after(access, query["after"], query["limit"])
    last = events[-1].position if events else query["after"]
    return {"items": events, "next_after": last}
