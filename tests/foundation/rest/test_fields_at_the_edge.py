"""Malformed values that clients send by mistake are refused, and the field is named."""

import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from marshmallow import ValidationError, fields, validate

from plp_api.foundation import db, texts
from plp_api.foundation.rest.fields import Schema, Text
from plp_api.people.identity.schemas import Username
from plp_api.server import areas
from tests.client import Client, pointers
from tests.foundation.rest.test_openapi import DOCUMENT
from tests.world import World

# Neither is stored: a code and a token are compared by their hash, a password has its own rule.
NO_TEXT = {"RefreshSchema.refresh_token"}


@pytest.mark.parametrize("day", ["20260901", "2026-W36-2", "2026-9-1", "2026-09-01T00:00:00"])
def test_a_date_has_one_shape(client: Client, world: World, day: str) -> None:
    body = {"ends_on": day}
    registrar = client.as_(world.home.registrar)
    made = registrar.made(
        f"/advisories/{world.home.advisory_id}/members", {"student_id": str(world.home.senior.id)}
    )
    assert pointers(registrar.patch(f"/advisory-members/{made['id']}", body)) == {"/ends_on"}


@pytest.mark.parametrize(
    "name", ["r\u043ebin", "robin\u200b", "ro\u0131bin", "r bin", "robin\u2024l"]
)
def test_a_user_name_looks_like_no_other(client: Client, world: World, name: str) -> None:
    body = {"given_name": "Robin", "family_name": "Lake", "username": name}
    assert pointers(client.as_(world.home.registrar).post("/people", body)) == {"/username"}


@pytest.mark.parametrize("name", ["r.lake", "josé", "o'brien", "lake@example.org", "søren-æ_1+2"])
def test_a_user_name_may_have_marks_and_signs(client: Client, world: World, name: str) -> None:
    body = {"given_name": "Robin", "family_name": "Lake", "username": name}
    assert client.as_(world.home.registrar).made("/people", body)["username"] == name


@pytest.mark.parametrize("nothing", ["\u202e\u202e", "\u200b \u200b", "\u0007", "\u2060\u00a0"])
def test_words_that_nobody_sees_are_no_words(client: Client, world: World, nothing: str) -> None:
    body = {"given_name": nothing, "family_name": "Lake"}
    assert pointers(client.as_(world.home.registrar).post("/people", body)) == {"/given_name"}


@pytest.mark.parametrize("sign", ["\a", "\x1b", "\x7f", "\x9f", "\t", "\n"])
def test_a_name_holds_no_control_character(client: Client, world: World, sign: str) -> None:
    body = {"given_name": f"Ro{sign}bin", "family_name": "Lake"}
    assert pointers(client.as_(world.home.registrar).post("/people", body)) == {"/given_name"}


def test_a_name_may_hold_characters_that_join_letters(client: Client, world: World) -> None:
    body = {"given_name": "\u0646\u0627\u0632\u200c\u0646\u06cc\u0646", "family_name": "Lake"}
    made = client.as_(world.home.registrar).made("/people", body)
    assert made["given_name"] == body["given_name"]


def test_a_text_of_several_lines_keeps_them(client: Client, world: World) -> None:
    path = f"/goals/{world.home.student.goal_id}/comments"
    student = client.as_(world.home.student)
    assert student.made(path, {"body": "One.\r\n\tTwo."})["body"] == "One.\r\n\tTwo."
    assert pointers(student.post(path, {"body": "One.\aTwo."})) == {"/body"}


def test_text_is_stored_in_one_form(client: Client, world: World) -> None:
    body = {"given_name": "Zoe\u0308", "family_name": "A\u030angstro\u0308m"}
    made = client.as_(world.home.registrar).made("/people", body)
    assert (made["given_name"], made["family_name"]) == ("Zo\u00eb", "\u00c5ngstr\u00f6m")


def _texts(schema: Any, seen: set[type]) -> Iterator[tuple[str, fields.Field[Any]]]:
    """Every field of a schema that takes free text, through lists, maps and nested schemas."""
    if type(schema) in seen:
        return
    seen.add(type(schema))
    waiting = [(f"{type(schema).__name__}.{name}", one) for name, one in schema.load_fields.items()]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, fields.Nested):
            yield from _texts(one.schema, seen)
        elif isinstance(one, fields.List):
            waiting.append((name, one.inner))
        elif isinstance(one, fields.Dict):
            parts = (one.key_field, one.value_field)
            waiting += [(name, part) for part in parts if part is not None]
        elif type(one) is fields.String or isinstance(one, Text):
            yield name, one


def _request_schemas() -> Iterator[type[Schema]]:
    """The schemas of all bodies that the document names."""
    areas.load_routes()
    bodies = [
        str(media["schema"])
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for media in operation.get("requestBody", {}).get("content", {}).values()
    ]
    named = set(re.findall(r"#/components/schemas/(\w+)", " ".join(bodies)))
    waiting: list[type[Schema]] = [Schema]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__name__.removesuffix("Schema") in named:
            yield one


def _is_narrowed(field: fields.Field[Any]) -> bool:
    """Whether a closed list or a pattern admits no other characters."""
    return any(isinstance(rule, validate.OneOf | validate.Regexp) for rule in field.validators)


def test_every_free_text_of_every_schema_keeps_the_rules() -> None:
    seen: set[type] = set()
    told: list[str] = []
    for schema in _request_schemas():
        for name, field in _texts(schema(), seen):
            if field.dump_only or _is_narrowed(field):
                continue
            if not isinstance(field, Text):
                told.append(name)
                continue
            with pytest.raises(ValidationError):
                field.deserialize("a\ab")
            longest = next(one.max for one in field.validators if isinstance(one, validate.Length))
            if not isinstance(field, Username):
                with suppress(ValidationError):
                    assert field.deserialize("e\u0308") == "\u00eb", name
            assert field.has_lines is ((longest or 0) > texts.LONGEST_LINE), name
    assert len(seen) > 40
    assert set(told) <= NO_TEXT, "a text of requests is a Text"


def test_an_e_mail_ends_where_it_ends(client: Client, world: World) -> None:
    body = {"given_name": "Robin", "family_name": "Lake", "email": "r@example.org\nBcc: x@y.org"}
    assert pointers(client.as_(world.home.registrar).post("/people", body)) == {"/email"}


def test_of_very_many_errors_a_hundred_are_told(client: Client, world: World) -> None:
    body = {f"key{number}": 1 for number in range(5000)}
    refused = client.as_(world.home.registrar).post("/people", body)
    assert refused.status_code == 422
    assert len(refused.json["errors"]) == 100


def test_a_body_of_very_many_values_is_refused_unread(client: Client, world: World) -> None:
    refused = client.as_(world.home.registrar).post("/people", {"given_name": [1] * 60_000})
    assert (refused.status_code, refused.json["code"]) == (413, "body_too_large")


class Slow(BytesIO):
    """A body that records, while it is read, whether a transaction is open."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.open: set[bool] = set()

    def readinto(self, buffer: Any) -> int:
        self._note()
        return super().readinto(buffer)

    def read(self, *size: Any) -> Any:
        self._note()
        return super().read(*size)

    def _note(self) -> None:
        try:
            db.session()
        except LookupError:
            self.open.add(False)
        else:
            self.open.add(True)


@pytest.mark.parametrize("path", ["/auth/password", "/people", "/plan-versions/{version}/actions"])
def test_a_slow_body_comes_in_while_no_transaction_holds_a_lock(
    client: Client, world: World, path: str
) -> None:
    body = Slow(b'{"action": "submit"}')
    student = client.as_(world.home.student)
    student.app.test_client().post(
        "/api/v1" + path.format(version=world.home.student.version_id),
        input_stream=body,
        content_length=len(body.getvalue()),
        content_type="application/json",
        headers={"Authorization": f"Bearer {student.token}"},
    )
    assert body.open == {False}
