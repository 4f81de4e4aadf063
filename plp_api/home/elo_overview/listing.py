"""The list of ELOs for a page: the filters of `/elos`, and one statement for the first page."""

from typing import Any

from sqlalchemy import Select, select

from plp_api.foundation import db
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.blueprint import page_schema
from plp_api.foundation.rest.first_page import FirstPage, is_first
from plp_api.home.elo_overview import presenters, statements
from plp_api.home.elo_overview.schemas import EloSummarySchema
from plp_api.learning.elos.listings import ELOS
from plp_api.learning.elos.models import Elo

QUERY = ELOS.query_schema("EloSummaryListQuery")
PAGE = page_schema("EloSummary", EloSummarySchema)
FIRST = FirstPage(Elo, Permission.ELOS_READ, ELOS, statements.heads)


def page(access: Access, query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """One page as a JSON document, and its headers.

    The first page without filters, on which coordinators open, is one statement; any other
    page selects ids first.
    """
    if is_first(query):
        return _first_page(access, query)
    ids = paging.page(_ids(access), ELOS, query, access, load=access.rows)
    (heads,) = db.fetch(
        statements.HEADS(
            ids=[row.id for row in ids.items], today=access.caller.today, **access.caller.naming
        )
    )
    by_id = {head["id"]: head for head in heads}
    shown = presenters.summaries(access, [by_id[row.id] for row in ids.items if row.id in by_id])
    document: dict[str, Any] = {"items": shown, "next_cursor": ids.next_cursor}
    if ids.total_count is not None:
        document["total_count"] = ids.total_count
    return document, ids.headers


def ask(caller: Caller, *, limit: int | None) -> db.Ahead:
    """The queries of the first page, to run ahead; `limit` is None if the request has filters."""
    if limit is None or not caller.may(Permission.ELOS_READ):
        return db.Ahead()
    return _ask_first(caller, FIRST.usual_sort, limit)


def _ask_first(caller: Caller, sort: str, limit: int) -> db.Ahead:
    # Those who do not read every log need another query: their reach to each student.
    is_last = Role.PARENT not in caller.roles and Role.TEACHER not in caller.roles
    return db.Ahead([FIRST.query(caller, sort, limit)], is_last=is_last)


def _first_page(access: Access, query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    ahead = _ask_first(access.caller, query["sort"], query["limit"])
    (rows,) = access.answered() or db.fetch(*ahead.queries, is_last=ahead.is_last)
    found = paging.cut(rows, ELOS, query)
    shown = presenters.summaries(access, found.items)
    return {"items": shown, "next_cursor": found.next_cursor}, found.headers


def _ids(access: Access) -> Select[Any]:
    """A select of ids with the columns to sort by."""
    wanted: Any = select(Elo.id, Elo.updated_at, Elo.created_at, Elo.waiting_since)
    statement: Select[Any] = wanted.where(visible(Elo, access.caller, Permission.ELOS_READ))
    return statement
