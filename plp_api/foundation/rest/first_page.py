"""The first page of a list, on which people open, as one prebuilt statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy import Integer, Select, bindparam

from plp_api.foundation import db
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import visible
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.paging import Listing

ALWAYS_THERE = {"sort", "limit", "count"}


def limit_asked() -> int | None:
    """The limit of a request that has no other parameter; None for any other request."""
    limit = request.args.get("limit", str(paging.DEFAULT_LIMIT))
    if request.args.keys() - {"limit"} or not limit.isdecimal():
        return None
    return int(limit) if 1 <= int(limit) <= paging.GREATEST_LIMIT else None


def is_first(query: Mapping[str, Any]) -> bool:
    """Whether the loaded query asks for the first page without filters or a count."""
    return query.keys() == ALWAYS_THERE and not query["count"]


@dataclass(frozen=True)
class FirstPage:
    """The statement of a list's first page for each shape of callers, built once.

    `heads` is the select of the list's rows without any criterion.
    """

    model: type[db.Base]
    permission: Permission
    listing: Listing
    heads: Callable[[], Select[Any]]
    _statements: dict[Any, db.Prepared] = field(default_factory=dict)

    @property
    def usual_sort(self) -> str:
        """The order of a request that names none."""
        return next(iter(self.listing.sorts))

    def query(self, caller: Caller, sort: str, limit: int, **binds: Any) -> db.Query:
        """The page and one row more, which tells whether there is a next page."""
        statement = self._statement(caller, sort)
        return statement(**{**caller.binds, **binds}, most=limit + 1)

    def _statement(self, caller: Caller, sort: str) -> db.Prepared:
        key = caller.shape, sort
        if key not in self._statements:
            seen = visible(self.model, caller, self.permission)
            ordered = self.heads().where(seen).order_by(*paging.order(self.listing, sort))
            limit = bindparam("most", type_=Integer())
            self._statements[key] = db.Prepared(ordered.limit(limit))
        return self._statements[key]
