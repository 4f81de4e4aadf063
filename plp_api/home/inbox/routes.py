"""Routes of the inbox."""

from typing import Any

from flask import Response, request

from plp_api.foundation import clock
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import plain
from plp_api.foundation.rest.paging import Page
from plp_api.home.inbox import actions, places, presenters
from plp_api.home.inbox.presenters import Wanted
from plp_api.home.inbox.schemas import (
    InboxCountSchema,
    InboxPageSchema,
    InboxQuerySchema,
    MarkReadSchema,
)

blueprint = Blueprint("Inbox", __name__, "What waits for you, and what is new for you.")


def _ask(caller: Caller) -> Any:
    """The queries that `list_inbox` runs ahead if the request has no parameters."""
    return presenters.ask(caller, is_plain=not request.args)


@blueprint.route("/me/inbox")
@blueprint.requires(Permission.SELF_MANAGE, ahead=_ask)
@blueprint.arguments(InboxQuerySchema, location="query")
@blueprint.response(200, InboxPageSchema)
def list_inbox(access: Access, query: dict[str, Any]) -> Response:
    """List what waits for you and what is new for you.

    What waits comes first: what has a due day by that day, then the newest. It stays
    until it is done. What is new stays until it is read, for at most 60 days. Every
    item is about a row that you may read now.
    """
    cursor = query.pop("cursor", None)
    kinds, groups = query.pop("kind", ()), query.pop("group", ())
    after = None if cursor is None else places.named_by(cursor)
    page = presenters.page(access, Wanted(kinds=kinds, groups=groups, after=after, **query))
    return plain(page, headers=Page((), page["next_cursor"]).headers)


@blueprint.route("/me/inbox/count")
@blueprint.requires(Permission.SELF_MANAGE)
@blueprint.response(200, InboxCountSchema)
def count_inbox(access: Access) -> dict[str, Any]:
    """Count the items of your inbox, for a badge.

    No number is greater than 100, which means 100 or more.
    """
    return presenters.counted(access)


@blueprint.route("/me/inbox/actions", methods=["POST"])
@blueprint.requires(Permission.SELF_MANAGE)
@blueprint.arguments(MarkReadSchema)
@blueprint.response(200, InboxCountSchema)
def act_on_inbox(access: Access, fields: dict[str, Any]) -> dict[str, Any]:
    """Mark items as read: by `ids`, or everything that happened until an instant.

    What is new then leaves the inbox; what waits stays, and is no longer unread until
    something happens to it again. The answer has the numbers for the badge.
    """
    ids, until = fields.get("ids", ()), fields.get("until")
    actions.mark_read(access, ids, until if ids or until else clock.now())
    return presenters.counted(access)
