"""Examples in the OpenAPI document, made from the schemas so that they are never out of date.

A field's own `metadata={"example": …}` comes first; other fields get a plausible
value by name, type and format. The result is always the same.
"""

import hashlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from plp_api.foundation.problems import Code

Json = dict[str, Any]
DEEPEST = 6
NUMBERS = {"expires_in": 900, "percent": 40, "progress_percent": 40, "status": 200}
BY_NAME: dict[str, Any] = {
    "body": "I wrote to the clinic and have an answer.",
    "code": "PLUM-4TWK-9QRA",
    "comment": "Tell me more about the second step.",
    "display_name": "Maya Tremblay",
    "district_name": "Tamarack Union",
    "email": "maya@example.org",
    "family_name": "Tremblay",
    "given_name": "Maya",
    "grade": "10",
    "language": "en",
    "name": "Tamarack High School",
    "next_cursor": None,
    "password": "three quiet otters swim",
    "person_name": "Maya Tremblay",
    "phone": "802-555-0142",
    "preferred_family_name": "Tremblay",
    "preferred_given_name": "May",
    "pronouns": "she/her",
    "reflection": "I asked more questions than I had written down.",
    "school_name": "Tamarack High School",
    "slug": "tamarack",
    "snapshot_sha256": hashlib.sha256(b"").hexdigest(),
    "student_name": "Maya Tremblay",
    "time_zone": "America/New_York",
    "title": "Shadow a nurse",
    "username": "maya.t",
}
DATES = {"birth_date": "2010-05-14", "starts_on": "2026-08-26", "ends_on": "2027-06-18"}
ID_OF_REQUEST = "b3e1f0a7c2d94c5e8f6a1d2b3c4e5f60"


def add(spec: Json) -> None:
    """Add an example to every JSON body of the document, in requests and responses."""
    schemas = spec["components"]["schemas"]
    for path in spec["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                _add_to_operation(operation, schemas)
    for name, response in spec["components"]["responses"].items():
        _add_problems(name, response)


def _add_to_operation(operation: Json, schemas: Json) -> None:
    for media in _media(operation.get("requestBody", {})):
        media.setdefault("example", _Example(schemas, "readOnly").of(media["schema"]))
    for response in operation["responses"].values():
        for media in _media(response):
            media.setdefault("example", _Example(schemas, "writeOnly").of(media["schema"]))


def _media(body: Json) -> Iterator[Json]:
    for kind, media in body.get("content", {}).items():
        if kind.endswith(("json", "form-data")) and media.get("schema"):
            yield media


def _add_problems(name: str, response: Json) -> None:
    """Add every problem with this status as an example, by its code."""
    phrase = response["description"].lower()
    for media in response.get("content", {}).values():
        media["examples"] = {
            code.wire: {"summary": code.value.title, "value": _problem(code)}
            for code in Code
            if _phrase(code) == phrase or (name == "DEFAULT_ERROR" and code is Code.INTERNAL_ERROR)
        }
        if not media["examples"]:
            del media["examples"]


def _phrase(code: Code) -> str:
    return HTTPStatus(code.value.status).phrase.lower()


def _problem(code: Code) -> Json:
    return {
        "type": f"/problems/{code.wire}",
        "title": code.value.title,
        "status": code.value.status,
        "code": code.wire,
        "request_id": ID_OF_REQUEST,
    }


class _Example:
    """Builds the example of a schema, without members marked `hidden` (`readOnly`, `writeOnly`)."""

    def __init__(self, schemas: Json, hidden: str) -> None:
        self.schemas = schemas
        self.hidden = hidden

    def of(self, schema: Json, name: str = "", depth: int = 0) -> Any:
        """An example of the schema, as the value of the member `name`."""
        if "$ref" in schema:
            name_of_schema = schema["$ref"].rsplit("/", 1)[1]
            return self.of(self.schemas[name_of_schema], name, depth)
        for key in ("example", "const"):
            if key in schema:
                return schema[key]
        if schema.get("default"):
            return schema["default"]
        if "enum" in schema:
            return schema["enum"][0]
        if parts := schema.get("allOf"):
            return self.of({**schema, **_merged(parts), "allOf": []}, name, depth)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self.of(choices[0], name, depth)
        return self._plain(schema, name, depth)

    def _plain(self, schema: Json, name: str, depth: int) -> Any:
        kinds = schema.get("type", [])
        kind = kinds if isinstance(kinds, str) else next(iter(kinds), "object")
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                # Available actions depend on the resource and the reader, so none is an example.
                deeper = depth < DEEPEST and "items" in schema and name != "available_actions"
                return [self.of(schema["items"], name, depth + 1)] if deeper else []
            case "integer" | "number":
                return NUMBERS.get(name, _number(schema))
            case "boolean":
                return True
            case "string":
                return _words(schema, name)
        return None

    def _object(self, schema: Json, depth: int) -> Json:
        wanted = schema.get("properties", {})
        if "action" in wanted:
            # Each action has its own further fields.
            wanted = {key: wanted[key] for key in wanted if key in schema.get("required", ())}
        return {
            key: self.of(one, key, depth + 1)
            for key, one in wanted.items()
            if not one.get(self.hidden)
        }


def _merged(parts: list[Json]) -> Json:
    return {key: value for part in parts for key, value in part.items()}


def _number(schema: Json) -> int | float:
    least: int | float = schema.get("minimum") or 0
    most: int | float = schema.get("maximum", 1)
    return max(least, 1) if most >= 1 else most


def _words(schema: Json, name: str) -> str | None:
    match schema.get("format"):
        case "uuid":
            return _id(name)
        case "date":
            return DATES.get(name, "2026-10-05")
        case "date-time":
            return "2026-10-05T14:30:00Z"
        case "binary":
            return "(the bytes of a file)"
    words: str | None = BY_NAME.get(name, name.replace("_", " ").capitalize())
    return words and words[: schema.get("maxLength")]


def _id(name: str) -> str:
    """A UUIDv7 that is always the same for the same name."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"0199b2c4-5f00-7{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"
