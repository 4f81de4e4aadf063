"""What a problem tells beyond its code: the row that is in the way, and who may.

A problem never tells of a row that the caller could not read with a GET.
"""

from typing import Any
from uuid import UUID

from flask import current_app, g
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission, holders
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Existing, Problem
from plp_api.foundation.rest.tokens import API_PATH


def address(model: Any, key: UUID) -> str | None:
    """The URL path of a row, if it has one; the collection is named like the table."""
    path = f"{API_PATH}/{model.__tablename__.replace('_', '-')}/{key}"
    return path if current_app.url_map.bind("").test(path, "GET") else None


def complete(problem: Problem, access: Access | None) -> None:
    """Add what the problem may tell this caller: `existing`, and `allowed_roles` in words too.

    A problem with an existing row needs the caller, and a transaction of their districts.
    """
    if problem.existing is not None and access is not None:
        problem.extra.update(_existing(problem.existing, access))
    asked: tuple[Permission, ...] = g.get("asked", ())
    if problem.code.value.is_for_others and asked:
        problem.extra.setdefault("allowed_roles", holders(*asked))
    roles = problem.extra.get("allowed_roles")
    if isinstance(roles, list) and roles and problem.detail is None:
        names = ", ".join(str(role).replace("_", " ") for role in roles)
        problem.detail = f"The roles that may: {names}."


def _existing(existing: Existing, access: Access) -> dict[str, Any]:
    """The member `existing`, of such a row, if the caller may read it."""
    model = existing.model
    criteria = [getattr(model, name) == value for name, value in existing.values.items()]
    if existing.condition is not None:
        criteria.append(existing.condition)
    key = db.session().scalar(select(model.id).where(*criteria).limit(1))
    row = None if key is None else access.readable(model, key)
    if row is None or (path := address(model, row.id)) is None:
        return {}
    told = {name: getattr(row, name) for name in existing.tells}
    return {"existing": {"id": str(key), "href": path, **told}}
