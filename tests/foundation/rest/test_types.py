"""A value is taken in the types that the document names, and in no other.

The tests walk every operation that takes a body: each member of it is replaced by a value of each
JSON type, and the server must accept and refuse as a validator of the document does.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import marshmallow as ma
import pytest

from tests.client import Client, pointers
from tests.foundation.access.operations import OPERATIONS, idle_app
from tests.foundation.rest.test_openapi import DOCUMENT, resolved, wrong
from tests.world import World

VALUES: list[Any] = [
    *("yes", "true", "on", "5", "", True, False, 0, 1, 5, -7, 5.0, 5.5, 1e300),
    *([], {}, [1], [True], ["yes"], {"a": 1}, [{}], [[]], None),
]
VIEWS = idle_app().view_functions
JSON = "application/json"


def _taking(location: str) -> Iterator[Any]:
    """Every operation that takes arguments there, with the schema that parses them."""
    for operation in OPERATIONS:
        documented = getattr(VIEWS[operation.endpoint], "_apidoc", {})
        for argument in documented.get("arguments", {}).get("parameters", []):
            if argument["in"] == location:
                yield pytest.param(operation, argument["schema"], id=str(operation))


def described(operation: Any) -> dict[str, Any]:
    path = operation.rule
    for name, _ in operation.arguments:
        before, after = path[: path.index("<")], path[path.index(">") + 1 :]
        path = f"{before}{{{name}}}{after}"
    described: dict[str, Any] = DOCUMENT["paths"][path][operation.method.lower()]
    return described


def examples(media: dict[str, Any]) -> Iterator[Any]:
    yield from [media["example"]] if "example" in media else []
    yield from (one["value"] for one in media.get("examples", {}).values())


def replaced(
    body: Any, schema: dict[str, Any], path: tuple[Any, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """The body with each value, in turn, in the place of each of its members, at any depth."""
    schema = resolved(schema)
    for name, part in schema.get("properties", {}).items():
        if not resolved(part).get("readOnly"):
            yield from _at(body, (*path, name), part)
    if "items" in schema:
        yield from _at(body, (*path, 0), schema["items"])


def _at(body: Any, path: tuple[Any, ...], schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    *outer, last = path
    for value in VALUES:
        changed = deepcopy(body)
        place = changed
        for name in outer:
            place = _entered(place, name)
        if isinstance(place, list) and not place:
            place.append(value)
        elif isinstance(place, dict | list):
            place[last] = value
        yield f"/{'/'.join(map(str, path))} = {value!r}", changed
    yield from replaced(body, schema, path)


def _entered(place: Any, name: Any) -> Any:
    """The member of that name; made where the example has none."""
    if isinstance(place, dict):
        return place.setdefault(name, {})
    return place[0] if isinstance(place, list) and place else {}


@pytest.mark.parametrize(("operation", "schema"), [*_taking("json")])
def test_a_body_is_taken_as_the_document_says(operation: Any, schema: ma.Schema) -> None:
    media = described(operation)["requestBody"]["content"][JSON]
    otherwise = set()
    for example in examples(media):
        assert not schema.validate(example)
        for what, body in replaced(example, media["schema"]):
            refused_by_document = bool(wrong(body, media["schema"]))
            # A text may break a rule of our own: a closed set of words is open in the document.
            value = str(what.split(" = ")[1])
            if refused_by_document != bool(schema.validate(body)) and (
                refused_by_document or value[0] not in "'[{"
            ):
                otherwise.add(f"{what}: refused by {'document' if refused_by_document else 'us'}")
    assert otherwise == set()


BOOLEANS = ["yes", "TRUE", "on", "1", "0", "t", "", "null", " true"]
INTEGERS = ["5.0", "1_0", "+5", " 5", "٥", "five", "", "true", "0x5", "1e1"]


@pytest.mark.parametrize(("operation", "schema"), [*_taking("query")])
def test_a_parameter_is_taken_as_the_document_writes_it(operation: Any, schema: ma.Schema) -> None:
    assert_exact(schema, booleans=["true", "false"])


@pytest.mark.parametrize(("operation", "schema"), [*_taking("form")])
def test_a_form_takes_booleans_as_python_clients_write_them(
    operation: Any, schema: ma.Schema
) -> None:
    assert_exact(schema, booleans=["true", "false", "True", "False"])


def assert_exact(schema: ma.Schema, *, booleans: list[str]) -> None:
    """The schema takes these booleans, and neither other ones nor odd numbers."""
    for name, field in schema.load_fields.items():
        key = field.data_key or name
        words = ["true", "false", "True", "False", *BOOLEANS]
        if isinstance(field, ma.fields.Boolean):
            assert [text for text in words if key not in schema.validate({key: text})] == booleans
        elif isinstance(field, ma.fields.Integer):
            assert [text for text in INTEGERS if key not in schema.validate({key: text})] == []


def test_whether_an_interpreter_is_needed_is_true_or_false(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    named = {"given_name": "Robin", "family_name": "Lake"}
    wrong_types: list[Any] = ["yes", "true", 1, 0, [], {}]
    for value in wrong_types:
        body: dict[str, Any] = {**named, "needs_interpreter": value}
        assert pointers(registrar.post("/people", body)) == {"/needs_interpreter"}
    body = {**named, "needs_interpreter": True}
    assert registrar.made("/people", body)["needs_interpreter"] is True


def test_a_list_is_counted_on_true_and_no_other_word(client: Client, world: World) -> None:
    advisor = client.as_(world.home.advisor)
    assert "total_count" in advisor.read("/goals?count=true")
    assert "total_count" not in advisor.read("/goals?count=false")
    for word in ("yes", "1", "True"):
        assert pointers(advisor.get(f"/goals?count={word}")) == {"count"}
    assert pointers(advisor.get("/goals?limit=1_0")) == {"limit"}
