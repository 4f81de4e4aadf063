"""Sparse answers: `fields=id,title` keeps only these members of a resource, or of a list's items.

Every GET that answers with a resource, or with a page of them, takes the parameter. The
names are the top-level members of the resource, a closed set; `id` and `version` always
stay, so that the client can name the row and change it. A sparse answer is cut after it
was shaped: what a reader may not see is never in it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import marshmallow as ma
from flask import g, request
from werkzeug.datastructures import MultiDict

from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.rest.fields import listed

PARAMETER = "fields"
ALWAYS = ("id", "version")
NEXT = frozenset({"next_cursor", "next_after"})
"""What the answers with pages have, by one name or the other: where the next page begins."""


@dataclass(frozen=True)
class Shape:
    """The members of a resource that may be asked for; `is_page`: they are those of its items."""

    name: str
    members: tuple[str, ...]
    is_page: bool


@dataclass(frozen=True)
class Asked:
    """The members that a request asks for."""

    members: frozenset[str]
    is_page: bool


def shape_of(schema: Any) -> Shape | None:
    """The shape of a schema's resource; None for what is no resource: it has no `id`."""
    if not isinstance(schema, type) or not issubclass(schema, ma.Schema):
        return None
    return _shape_of(schema)


@cache
def _shape_of(schema: type[ma.Schema]) -> Shape | None:
    shown = schema().dump_fields
    items: Any = shown.get("items")
    is_page = bool(shown.keys() & NEXT) and isinstance(items.inner, ma.fields.Nested)
    if is_page:
        resource: Any = items.inner.schema
        schema, shown = type(resource), resource.dump_fields
    members = tuple(field.data_key or name for name, field in shown.items())
    name = schema.__name__.removesuffix("Schema")
    return Shape(name, members, is_page) if "id" in members else None


def begin(shape: Shape | None) -> None:
    """Note the members that the request asks for. Raises Problem(validation_failed)."""
    g.sparse = None
    is_offered = shape is not None and request.method in ("GET", "HEAD")
    if shape is None or not is_offered or PARAMETER not in request.args:
        return
    names = frozenset(listed(request.args.getlist(PARAMETER)))
    if not names.issubset(shape.members):
        detail = f"Must be one of: {', '.join(shape.members)}."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter=PARAMETER)])
    g.sparse = Asked(names, shape.is_page)


def asked() -> Asked | None:
    """What the request asks for; None for whole resources."""
    found: Asked | None = g.get("sparse")
    return found


def other_parameters() -> MultiDict[str, str]:
    """The query parameters of the request without this one, where it was read already."""
    if asked() is None:
        return request.args
    pairs = request.args.items(multi=True)
    return MultiDict((name, value) for name, value in pairs if name != PARAMETER)


def wants(member: str) -> bool:
    """Whether the answer will have this member, if the resource has it."""
    wanted = asked()
    return wanted is None or member in wanted.members


def cut(document: Any) -> Any:
    """The document of a resource or page with only the members that the request asks for."""
    wanted = asked()
    if wanted is None:
        return document
    kept = wanted.members.union(ALWAYS)
    if not wanted.is_page:
        return _only(document, kept)
    return {**document, "items": [_only(item, kept) for item in document["items"]]}


def _only(resource: dict[str, Any], kept: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name in kept}
