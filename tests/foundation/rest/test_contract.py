"""What generated clients live by, on every schema, operation and example of the document."""

from collections.abc import Iterator
from typing import Any

import pytest

from plp_api.foundation.rest.examples import OF_OPERATION
from tests.foundation.access.operations import OPERATIONS
from tests.foundation.rest.test_openapi import DOCUMENT, METHODS, operations, resolved

Json = dict[str, Any]
SCHEMAS: Json = DOCUMENT["components"]["schemas"]
each = pytest.mark.parametrize(("path", "method", "operation"), operations())
# These have no address of their own: their list, and what they belong to, show them.
WITHOUT_ADDRESS = {
    "decline_plan_version",
    # One for each student of the class: a filter of the list follows them.
    "export_class",
    "log_outreach_attempt",
    # The code is told once.
    "open_artifact_group",
    # Who raises a concern gets a receipt, and reads it no more.
    "raise_concern",
    # Several drafts, which who records them may not read.
    "record_artifacts",
    "request_password_reset",
    "sign_plan_version",
    "witness_mentor_link",
    "witness_signing_link",
}


def walk(node: Any, at: str = "", seen: tuple[str, ...] = ()) -> Iterator[tuple[str, Json]]:
    """Every schema that a part of the document holds, with its place."""
    if isinstance(node, list):
        for place, one in enumerate(node):
            yield from walk(one, f"{at}/{place}", seen)
    if not isinstance(node, dict):
        return
    if "$ref" in node and "schemas" in node["$ref"]:
        name = node["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            yield from walk(SCHEMAS[name], name, (*seen, name))
        return
    if "type" in node or "anyOf" in node:
        yield at, node
    for key, one in node.items():
        if key not in ("example", "examples", "default", "enum"):
            yield from walk(one, f"{at}/{key}", seen)


def sent(operation: Json) -> list[tuple[str, Json]]:
    return list(walk(operation.get("requestBody", {}).get("content", {}), "request"))


def answered(operation: Json) -> list[tuple[str, Json]]:
    content = [resolved(one).get("content", {}) for one in operation["responses"].values()]
    return list(walk(content, "response"))


def successes(operation: Json) -> Iterator[tuple[str, Json]]:
    return ((status, one) for status, one in operation["responses"].items() if status[0] == "2")


@each
def test_a_response_says_what_is_always_there(path: str, method: str, operation: Json) -> None:
    lacking = [
        at
        for at, schema in answered(operation)
        if schema.get("properties") and not schema.get("required")
    ]
    assert lacking == [], "`sometimes` names every member"


@each
def test_a_request_requires_nothing_that_has_a_default(
    path: str, method: str, operation: Json
) -> None:
    for at, schema in sent(operation):
        assert "default" not in schema, f"{at}: generators require from the sender what has one"
        assert not schema.get("readOnly"), at
    if method == "patch":
        for media in operation["requestBody"]["content"].values():
            assert not resolved(media["schema"]).get("required"), "a change sends what it changes"


@each
def test_every_enum_has_a_name_and_is_open(path: str, method: str, operation: Json) -> None:
    parameters = walk(operation.get("parameters", []), "parameter")
    for at, schema in (*sent(operation), *answered(operation), *parameters):
        if "enum" in schema and schema["type"] == "string":
            assert at in SCHEMAS, f"{at}: give its words a name, by Choice"
        for one in schema.get("anyOf", ()):
            if "enum" in resolved(one):
                assert {"type": "string"} in schema["anyOf"], f"{at}: it accepts no later word"
        holders = [schema, *schema.get("properties", {}).values()]
        holders += [one["items"] for one in holders if isinstance(one.get("items"), dict)]
        for one in holders:
            assert "enum" not in resolved(one) or at in SCHEMAS, f"{at}: it accepts no later word"


@each
def test_a_success_declares_its_headers(path: str, method: str, operation: Json) -> None:
    for status, response in successes(operation):
        headers = response.get("headers", {})
        media = response.get("content", {}).get("application/json", {})
        members = resolved(media.get("schema", {})).get("properties", {})
        if "version" in members:
            assert "ETag" in headers
        if status in ("201", "202") and operation["operationId"] not in WITHOUT_ADDRESS:
            assert "Location" in headers
        if "next_cursor" in members:
            assert "Link" in headers


def test_a_refusal_declares_when_to_come_back() -> None:
    responses = DOCUMENT["components"]["responses"]
    assert {*responses["TOO_MANY_REQUESTS"]["headers"]} >= {"Retry-After", "RateLimit"}
    assert "Retry-After" in responses["SERVICE_UNAVAILABLE"]["headers"]


def examples() -> Iterator[tuple[str, Any]]:
    for path in DOCUMENT["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                for bodies in (operation.get("requestBody", {}), *operation["responses"].values()):
                    for media in bodies.get("content", {}).values():
                        yield operation["operationId"], media.get("example")


def test_no_example_is_only_the_name_of_its_field() -> None:
    """A new field gets words in `foundation/rest/examples.py`, or `metadata={"example": …}`."""
    poor = {
        (name, text)
        for of, value in examples()
        for name, text in _texts(value, of)
        if _is(name, text)
    }
    assert poor == set()


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, str):
        yield name, value


def _is(name: str, text: str) -> bool:
    plain = name.replace("_", " ").lower()
    return len(text) > 1 and plain.startswith(text.lower()) and text not in _words()


def _words() -> set[str]:
    return {word for schema in SCHEMAS.values() for word in schema.get("enum", ())}


def test_every_example_of_a_request_is_taken_by_the_server_s_schema() -> None:
    """Not only by the document: the schema that parses the body takes it without an error."""
    bodies = {
        operation["operationId"]: media["example"]
        for path in DOCUMENT["paths"].values()
        for operation in (path[method] for method in METHODS if method in path)
        for kind, media in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
    }
    tried = 0
    for one in OPERATIONS:
        name = one.endpoint.split(".")[-1]
        documented = getattr(one.view, "_apidoc", {})
        name = documented.get("manual_doc", {}).get("operationId", name)
        for argument in documented.get("arguments", {}).get("parameters", []):
            if argument["in"] == "json":
                assert argument["schema"].validate(bodies[name]) == {}, name
                tried += 1
    assert tried == len(bodies)


def test_changing_name_and_password_in_the_example_signs_in() -> None:
    login = DOCUMENT["paths"]["/api/v1/auth/login"]["post"]["requestBody"]
    example = login["content"]["application/json"]["example"]
    assert example == OF_OPERATION["log_in"]
    assert {*example} == {"username", "password"}
