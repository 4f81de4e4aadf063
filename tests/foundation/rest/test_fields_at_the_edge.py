"""Malformed values that clients send by mistake are refused, and the field is named."""

from io import BytesIO
from typing import Any

import pytest

from plp_api.foundation import db
from tests.client import Client, pointers
from tests.world import World


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
