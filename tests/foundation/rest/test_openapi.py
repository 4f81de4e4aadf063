"""The document says what the server does: valid, complete, with fitting examples, committed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from tests.foundation.access.operations import OPERATIONS, idle_app

DOCUMENT: dict[str, Any] = json.loads(json.dumps(idle_app().extensions["plp_openapi"]))
COMMITTED = Path(__file__).parents[3] / "openapi" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
REGISTRY = Registry().with_resource(
    "urn:document", Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)


def operations() -> list[Any]:
    return [
        pytest.param(path, method, path_item[method], id=f"{method.upper()} {path}")
        for path, path_item in sorted(DOCUMENT["paths"].items())
        for method in METHODS
        if method in path_item
    ]


each = pytest.mark.parametrize(("path", "method", "operation"), operations())


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return resolved(found)


def wrong(value: Any, schema: dict[str, Any]) -> list[str]:
    """The errors of a value against a schema of the document."""
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
    validator = OAS31Validator(
        absolute, registry=REGISTRY, format_checker=OAS31Validator.FORMAT_CHECKER
    )
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)]


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every body of an operation: its place, media type and description."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", kind, media
    for status, response in operation["responses"].items():
        for kind, media in resolved(response).get("content", {}).items():
            yield status, kind, media


def test_the_document_is_valid() -> None:
    found = [str(one) for one in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()]
    assert found == []
    assert DOCUMENT["openapi"].startswith("3.1")


def test_the_document_holds_every_operation_of_the_server() -> None:
    served = {f"{one.method} {one.rule}" for one in OPERATIONS if one.rule.startswith("/api/v1/")}
    documented = {
        f"{method.upper()} {path}"
        for path, path_item in DOCUMENT["paths"].items()
        for method in METHODS
        if method in path_item
    }
    assert {_plain(one) for one in served} == {_plain(one) for one in documented}


def _plain(operation: str) -> str:
    """Flask's `<uuid:goal_id>` and OpenAPI's `{goal_id}` alike."""
    parts = operation.replace("<", "{").replace(">", "}").split("/")
    return "/".join("{" + one.split(":")[1] if ":" in one else one for one in parts)


def test_operation_ids_are_unique() -> None:
    names = [one.values[2]["operationId"] for one in operations()]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


@each
def test_an_operation_says_what_it_does(path: str, method: str, operation: dict[str, Any]) -> None:
    summary = operation.get("summary", "")
    assert summary.endswith("."), "the docstring's first line, a sentence"
    assert len(summary) <= 100
    assert operation["tags"]
    assert {one["name"] for one in DOCUMENT["tags"] if one.get("description")} >= set(
        operation["tags"]
    )
    for parameter in operation.get("parameters", []):
        if parameter["in"] != "path":
            assert parameter.get("description"), f"what {parameter['name']} is for"


@each
def test_an_operation_says_more_than_its_summary(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    described = operation.get("description", "")
    assert described.strip().endswith((".", ")", ":")), "the rest of the docstring, in sentences"


@each
def test_an_operation_says_who_may(path: str, method: str, operation: dict[str, Any]) -> None:
    if operation["security"]:
        assert operation["security"] == [{"bearer": []}, {"cookie": []}]
        assert operation["x-permission"] in {*Permission}
    else:
        assert "x-permission" not in operation


@each
def test_an_operation_names_the_problems_it_answers_with(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    wanted = {"429", "default"}
    if operation["security"]:
        wanted |= {"401", "403"}
        if "{" in path:
            wanted.add("404")
        if method == "post" and _header(operation, "Idempotency-Key"):
            wanted |= {"409", "422"}
        if _header(operation, "If-Match"):
            wanted |= {"412", "428"}
    if "requestBody" in operation:
        wanted |= {"400", "413", "415", "422"}
    if any(one["in"] == "query" for one in operation.get("parameters", [])):
        wanted.add("422")
    assert wanted <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if status == "default" or int(status) >= 400:
            assert list(resolved(response)["content"]) == ["application/problem+json"]


def _header(operation: dict[str, Any], name: str) -> bool:
    return any(one["name"] == name for one in operation.get("parameters", []))


@each
def test_every_body_has_an_example_that_fits(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    for which, kind, media in bodies(operation):
        if media["schema"].get("format") == "binary":
            continue  # A file: text cannot be an example of one.
        values = [one["value"] for one in media.get("examples", {}).values()]
        values += [media["example"]] if "example" in media else []
        assert values, f"{which} ({kind}): give a field of it `metadata={{'example': …}}`"
        for value in values:
            if kind.endswith("json"):
                assert wrong(value, media["schema"]) == [], which


@each
def test_what_is_sent_says_how_much_of_it_is_taken(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    """Without bounds, a number can exceed the database's range, and a text can fill the disk."""
    found = [
        f"{parameter['name']}{where}"
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
        for where in _unbounded(parameter["schema"])
    ]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        found += _unbounded(media["schema"])
    assert found == [], "bound them: `Text(longest=…)`, `validate.Range(…)`, `validate.Length(…)`"


def _unbounded(schema: dict[str, Any], where: str = "", seen: frozenset[int] = frozenset()) -> Any:
    schema = resolved(schema)
    if schema.get("readOnly") or id(schema) in seen:
        return []
    seen |= {id(schema)}
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    bound = {"integer": "maximum", "number": "maximum", "string": "maxLength"}
    known = {"enum", "format", "pattern", "const", "x-choices"} & set(schema)
    found = [where for kind in kinds & set(bound) if bound[kind] not in schema and not known]
    if "array" in kinds and where and "maxItems" not in schema and not _is_closed(schema["items"]):
        found.append(f"{where}[]")
    for name, one in schema.get("properties", {}).items():
        found += _unbounded(one, f"{where}/{name}", seen)
    if isinstance(schema.get("items"), dict) and not _is_closed(schema["items"]):
        found += _unbounded(schema["items"], f"{where}/*", seen)
    return found


def _is_closed(schema: dict[str, Any]) -> bool:
    """Whether only values of a closed set are accepted (documented as open for readers)."""
    return any("enum" in resolved(one) for one in schema.get("anyOf", [schema]))


# Not lists, on purpose: events go by position without gaps; signatures come whole, because items,
# requirements and declines together show who has signed; the inbox has one order over many tables;
# the evidence for an item is computed for each student, and has no day of its last change, and
# neither has who may judge a work today.
NO_LISTS = {"/api/v1/events", "/api/v1/me/inbox", "/api/v1/plan-versions/{version_id}/signatures"}
NO_LISTS |= {"/api/v1/framework-items/{item_id}/evidence"}
NO_LISTS |= {"/api/v1/artifact-reviews/{artifact_review_id}/evaluators"}


def test_every_collection_is_read_as_every_other() -> None:
    asked = {"limit", "cursor", "sort", "count", "updated_since"}
    otherwise = {
        path
        for path, operation in _collections()
        if not asked <= {one["name"] for one in operation.get("parameters", [])}
    }
    assert otherwise == NO_LISTS, "decorate the view with `blueprint.lists(…)`"


def _collections() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every GET that returns items."""
    for path, path_item in DOCUMENT["paths"].items():
        if "get" in path_item:
            for media in path_item["get"]["responses"]["200"].get("content", {}).values():
                if "items" in resolved(media["schema"]).get("properties", {}):
                    yield path, path_item["get"]


def test_every_code_can_be_looked_up_in_the_document() -> None:
    listed = DOCUMENT["components"]["schemas"]["ProblemCode"]["enum"]
    assert listed == [code.wire for code in Code]


def test_a_change_of_the_api_is_committed_with_it() -> None:
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, "run `make openapi` and read the diff"


def test_the_document_is_the_same_each_time() -> None:
    again = json.dumps(idle_app().extensions["plp_openapi"], sort_keys=True)
    assert again == json.dumps(DOCUMENT, sort_keys=True)
