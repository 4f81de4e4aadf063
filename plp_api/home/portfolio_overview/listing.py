"""The list of artifacts for a page: the filters of `/artifacts`, and few statements."""

from typing import Any

from sqlalchemy import Select, select

from plp_api.foundation import db
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.blueprint import page_schema
from plp_api.foundation.rest.first_page import FirstPage, is_first
from plp_api.home.portfolio_overview import presenters, statements
from plp_api.home.portfolio_overview.schemas import ArtifactSummarySchema
from plp_api.learning.artifacts.listings import ARTIFACTS
from plp_api.learning.artifacts.models import Artifact

QUERY = ARTIFACTS.query_schema("ArtifactSummaryListQuery")
PAGE = page_schema("ArtifactSummary", ArtifactSummarySchema)
READ = Permission.ARTIFACTS_READ
FIRST = FirstPage(Artifact, READ, ARTIFACTS, statements.heads)


def page(access: Access, query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """One page as a JSON document, and its headers.

    The first page without filters, on which people open, is one statement and those of the
    links; any other page selects ids first.
    """
    if is_first(query):
        return _first_page(access, query)
    ids = paging.page(_ids(access), ARTIFACTS, query, access, load=access.rows)
    wanted = [row.id for row in ids.items]
    (heads,) = db.fetch(statements.HEADS(ids=wanted, **access.caller.naming))
    by_id = {head["id"]: head for head in heads}
    shown = presenters.summaries(access, [by_id[key] for key in wanted if key in by_id])
    document: dict[str, Any] = {"items": shown, "next_cursor": ids.next_cursor}
    if ids.total_count is not None:
        document["total_count"] = ids.total_count
    return document, ids.headers


def ask(caller: Caller, *, limit: int | None) -> db.Ahead:
    """The query of the first page, to run ahead; `limit` is None if the request has filters."""
    if limit is None or not caller.may(READ):
        return db.Ahead()
    return _ask_first(caller, FIRST.usual_sort, limit)


def _ask_first(caller: Caller, sort: str, limit: int) -> db.Ahead:
    return db.Ahead([FIRST.query(caller, sort, limit)])


def _first_page(access: Access, query: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    ahead = _ask_first(access.caller, query["sort"], query["limit"])
    (rows,) = access.answered() or db.fetch(*ahead.queries)
    found = paging.cut(rows, ARTIFACTS, query)
    shown = presenters.summaries(access, found.items)
    return {"items": shown, "next_cursor": found.next_cursor}, found.headers


def _ids(access: Access) -> Select[Any]:
    """A select of ids with the columns to sort by."""
    wanted: Any = select(Artifact.id, Artifact.updated_at, Artifact.created_at, Artifact.made_on)
    statement: Select[Any] = wanted.where(visible(Artifact, access.caller, READ))
    return statement
