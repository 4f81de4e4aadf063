"""ETags: identify the version a client read, and check it before a change (RFC 9110, 13.1)."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

from plp_api.foundation.access.rows import Access
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest import sparse


def tag(row: Any, access: Access, body: bytes = b"") -> str:
    """`<version>.<hash>`: the row's version, and a hash of caller, date, query string and reach.

    `body` is hashed too where the response shows more than the row, because the
    row's version does not change with the rest.
    """
    caller = access.caller
    student = _student_of(row)
    reached = access.reached(student) if student is not None else caller.roles
    seen_by = f"{caller.person_id}|{caller.today}|{_query()}|{rights(reached)}"
    return f"{row.version}.{hashlib.sha256(seen_by.encode() + body).hexdigest()[:16]}"


def look_up(row: Any, access: Access) -> None:
    """Load the reach that `tag` needs, while the transaction lasts."""
    student = _student_of(row)
    if student is not None:
        access.reached(student)


def _query() -> str:
    return request.query_string.decode("latin-1") if request.method in ("GET", "HEAD") else ""


def _student_of(row: Any) -> Any:
    ownership = getattr(row, "__ownership__", None)
    return getattr(row, ownership.column) if isinstance(ownership, OwnedByStudent) else None


def rights(reached: Any) -> list[str]:
    """The arms that reach a student, each with the words it is denied, sorted."""
    if isinstance(reached, dict):
        return sorted(f"{arm} {sorted(denied)}" for arm, denied in reached.items())
    return sorted(map(str, reached))


def facts_tag(facts: Any, access: Access) -> str:
    """A weak tag: a hash of the facts that the response is built from, caller, date and query."""
    caller = access.caller
    seen_by = [str(caller.person_id), str(caller.today), _query()]
    return hashlib.sha256(orjson.dumps([seen_by, facts], default=str)).hexdigest()[:32]


def polls() -> bool:
    """Whether the request has If-None-Match."""
    return bool(request.if_none_match)


def unchanged(value: str) -> Response | None:
    """A 304 response if the client already has the tag, else None."""
    if not has_already(value):
        return None
    response = Response(status=304)
    response.set_etag(value, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def plain(
    document: Any, *, tag: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response from plain dicts, without the schema that documents it (hot reads).

    Of a resource or page it has only the members that `fields` asks for.
    """
    body = orjson.dumps(sparse.cut(document), option=orjson.OPT_UTC_Z)
    response = Response(body, mimetype="application/json")
    response.headers.update(headers or {})
    if tag is not None:
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def matches(row: Any) -> bool:
    """Whether If-Match names the row's version.

    Only the part before the dot counts, and `W/` is ignored: proxies weaken tags.
    Raises Problem(precondition_required) without the header.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem(Code.PRECONDITION_REQUIRED)
    if header.strip() == "*":
        return True
    versions = {
        part.strip().removeprefix("W/").strip('"').split(".")[0] for part in header.split(",")
    }
    return str(row.version) in versions


def not_modified(response: Response, value: str) -> Response:
    """Set the tag on the response, and make it a 304 if the client already has the tag."""
    response.set_etag(value)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.method in ("GET", "HEAD") and has_already(value):
        response.status_code = 304
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
    return response


def has_already(value: str) -> bool:
    """Whether If-None-Match names the tag."""
    return request.if_none_match.contains_weak(value)
