"""The headers of responses in the OpenAPI document: what the server sends, with what meaning."""

from typing import Any

from plp_api.foundation.rest import shapes

Json = dict[str, Any]

# Header: its meaning, its example, and whether each response that declares it has it.
HEADERS: dict[str, tuple[str, str, bool]] = {
    "ETag": ("Send it in `If-Match` to change this.", '"3.9f86d081884c7d65"', True),
    "Location": ("The address of the new resource.", "/api/v1/goals/0199b2c4-…", True),
    "Link": ('The next page, as `rel="next"`; none on the last.', '<…>; rel="next"', False),
    "Idempotency-Replayed": ("`true` on the response to a repeated request.", "true", False),
    "Retry-After": ("How many seconds to wait.", "30", True),
    "RateLimit": ("What is left: requests `r`, seconds `t`.", '"default";r=0;t=30', False),
    "RateLimit-Policy": ("The limit: `q` requests in `w` seconds.", '"default";q=600;w=60', False),
    "WWW-Authenticate": ("How to sign in.", "Bearer", False),
}
OF_STATUS = {
    "UNAUTHORIZED": ("WWW-Authenticate",),
    "NOT_MODIFIED": ("ETag",),
    "TOO_MANY_REQUESTS": ("Retry-After", "RateLimit", "RateLimit-Policy"),
    "SERVICE_UNAVAILABLE": ("Retry-After",),
}


def declare(responses: Json, name: str) -> None:
    """Declare that the successful responses have the header."""
    for status, response in responses.items():
        if status.startswith("2") and "$ref" not in response:
            response.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}


def add(spec: Json) -> None:
    """Add the headers that follow from a response's status or schema."""
    components = spec["components"]
    components["headers"] = {name: _header(*header) for name, header in HEADERS.items()}
    for name, response in components["responses"].items():
        for header in OF_STATUS.get(name, ()):
            response.setdefault("headers", {})[header] = {"$ref": f"#/components/headers/{header}"}
    singles = [path["get"] for name, path in spec["paths"].items() if _is_of_one(name, path)]
    addressed = {shown(operation["responses"].get("200", {})) for operation in singles}
    for _, _, operation in shapes.operations_of(spec):
        responses = operation["responses"]
        if shown(responses.get("200", {})).endswith("Page"):
            declare(responses, "Link")
        for status in ("201", "202"):
            if shown(responses.get(status, {})) in addressed - {""}:
                declare(responses, "Location")


def _is_of_one(name: str, path: Json) -> bool:
    """Whether the path is `/api/v1/goals/{goal_id}`, with a GET."""
    return "get" in path and name.endswith("_id}") and name.count("/") == 4


def shown(response: Json) -> str:
    """The name of the schema that the response shows, or nothing."""
    media = response.get("content", {}).get("application/json", {})
    reference: str = media.get("schema", {}).get("$ref", "")
    return reference.rsplit("/", 1)[-1]


def _header(description: str, example: str, is_required: bool) -> Json:
    schema = {"type": "string", "example": example}
    return {"description": description, "required": is_required, "schema": schema}
