"""Sessions: renewed, replayed, listed, ended; in headers and in cookies."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from flask.testing import FlaskClient

from plp_api.foundation.roster.models import Account, LoginSession, Person, PersonStatus
from plp_api.people.identity import upkeep
from plp_api.server.app import Application
from tests.client import Client, code, pointers
from tests.people.identity.conftest import ANOTHER, PASSWORD, bearer, events, log_in, refresh
from tests.world import Somebody, World, writing

pytestmark = pytest.mark.usefixtures("student")


def test_each_refresh_gives_the_next_token(client: Client) -> None:
    first = log_in(client).json
    second = refresh(client, first["refresh_token"])
    third = refresh(client, second.json["refresh_token"])
    assert third.json["session_id"] == first["session_id"]
    assert bearer(client, third).get("/me").status_code == 200


def test_a_replayed_refresh_token_ends_the_session_for_good(
    client: Client, app: Application, world: World
) -> None:
    stolen = log_in(client).json["refresh_token"]
    renewed = refresh(client, stolen)
    own = bearer(client, renewed)
    assert own.get("/me").status_code == 200

    assert code(refresh(client, stolen)) == "refresh_token_reused"
    assert code(own.get("/me")) == "session_ended"
    assert code(refresh(client, renewed.json["refresh_token"])) == "session_ended"
    assert code(refresh(client, stolen)) == "session_ended"
    assert events(app, world.home)[-2:] == ["refresh_token.replayed", "session.ended"]


def test_a_replay_ends_no_other_session(client: Client) -> None:
    other = bearer(client, log_in(client))
    stolen = log_in(client).json["refresh_token"]
    refresh(client, stolen)
    refresh(client, stolen)
    assert other.get("/me").status_code == 200


def test_an_access_token_refreshes_nothing(client: Client) -> None:
    first = log_in(client).json
    assert code(refresh(client, first["access_token"])) == "token_invalid"
    assert code(Client(client.app, first["refresh_token"]).get("/me")) == "token_invalid"


@pytest.mark.parametrize("token", ["x", "a.b.c", "ä"])
def test_what_is_no_token_is_refused(client: Client, token: str) -> None:
    assert code(refresh(client, token)) == "token_invalid"


def test_no_token_at_all_is_missing(client: Client) -> None:
    assert code(client.post("/auth/refresh", {})) == "token_missing"


def test_an_access_token_expires_and_is_refreshed(client: Client) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        first = log_in(client)
        own = bearer(client, first)
        traveller.shift(timedelta(seconds=first.json["expires_in"] + 1))
        assert code(own.get("/me")) == "token_expired"
        renewed = refresh(client, first.json["refresh_token"])
        assert bearer(client, renewed).get("/me").status_code == 200


def test_a_session_lasts_two_weeks_refreshed_or_not(client: Client) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        token = log_in(client).json["refresh_token"]
        traveller.shift(timedelta(days=13))
        token = refresh(client, token).json["refresh_token"]
        traveller.shift(timedelta(days=1, seconds=1))
        assert code(refresh(client, token)) == "token_expired"


def test_logging_out_ends_access_and_refresh(client: Client) -> None:
    first = log_in(client)
    own = bearer(client, first)
    answer = own.post("/auth/logout")
    assert (answer.status_code, answer.data) == (204, b"")
    assert code(own.get("/me")) == "session_ended"
    assert code(refresh(client, first.json["refresh_token"])) == "session_ended"


def test_a_disabled_persons_tokens_stop_at_once(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    first = log_in(client)
    with writing(app.database, world.home) as session:
        session.get_one(Person, student.id).status = PersonStatus.DISABLED
    assert code(bearer(client, first).get("/me")) == "session_ended"
    assert code(refresh(client, first.json["refresh_token"])) == "session_ended"


def test_a_disabled_account_refreshes_nothing(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    first = log_in(client)
    with writing(app.database, world.home) as session:
        session.get_one(Account, student.account_id).is_disabled = True
    assert code(bearer(client, first).get("/me")) == "session_ended"
    assert code(refresh(client, first.json["refresh_token"])) == "session_ended"


# The list of own sessions.


def test_a_person_lists_and_ends_own_sessions(client: Client, world: World) -> None:
    lost = bearer(client, log_in(client))
    own = bearer(client, log_in(client))
    client.as_(world.home.parent)
    items = own.read("/auth/sessions")["items"]
    assert [one["is_current"] for one in items] == [False, True]

    ended = own.send("DELETE", f"/auth/sessions/{items[0]['id']}")
    assert (ended.status_code, ended.data) == (204, b"")
    assert code(lost.get("/me")) == "session_ended"
    assert own.send("DELETE", f"/auth/sessions/{items[0]['id']}").status_code == 204
    assert [one["id"] for one in own.read("/auth/sessions")["items"]] == [items[1]["id"]]


def test_sessions_are_found_since_when_they_were_seen(client: Client) -> None:
    bearer(client, log_in(client))
    own = bearer(client, log_in(client))
    seen = own.read("/auth/sessions?sort=-seen_at&count=true")
    assert seen["total_count"] == 2
    latest = seen["items"][0]
    assert latest["is_current"]
    found = own.read(f"/auth/sessions?updated_since={latest['seen_at']}")["items"]
    assert [one["id"] for one in found] == [latest["id"]]


def test_nobody_ends_another_persons_session(client: Client, world: World) -> None:
    own = bearer(client, log_in(client))
    session_id = own.read("/me")["session_id"]
    for other in (world.home.parent, world.home.district_admin, world.away.student):
        answer = client.as_(other).send("DELETE", f"/auth/sessions/{session_id}")
        assert code(answer) == "not_found"
    assert own.get("/me").status_code == 200


def test_sessions_long_over_are_forgotten(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    log_in(client)
    log_in(client, password=ANOTHER)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=105)):
        with app.database.transaction():
            upkeep.forget()
        with writing(app.database, world.home) as session:
            assert session.query(LoginSession).filter_by(person_id=student.id).count() == 0


def test_ending_a_session_is_documented_without_if_match(app: Application) -> None:
    document = app.extensions["plp_openapi"]
    ending = document["paths"]["/api/v1/auth/sessions/{session_id}"]["delete"]
    assert "If-Match" not in str(ending)
    assert "428" not in ending["responses"]
    changing = document["paths"]["/api/v1/auth/password"]["post"]
    assert "Idempotency-Key" not in str(changing)
    assert "x-without" not in str(document)


# Passwords.


def change(client: Client, current: str, new: str) -> Any:
    return client.post("/auth/password", {"current_password": current, "new_password": new})


def test_changing_the_password_ends_every_other_session(
    client: Client, app: Application, world: World
) -> None:
    other = bearer(client, log_in(client))
    first = log_in(client)
    own = bearer(client, first)
    assert change(own, PASSWORD, ANOTHER).status_code == 204
    assert code(other.get("/me")) == "session_ended"
    assert own.get("/me").status_code == 200
    assert refresh(client, first.json["refresh_token"]).status_code == 200
    assert code(log_in(client)) == "credentials_invalid"
    assert log_in(client, password=ANOTHER).status_code == 200
    assert "password.changed" in events(app, world.home)


def test_guessing_the_current_password_is_throttled(client: Client) -> None:
    own = bearer(client, log_in(client))
    with patch("plp_api.people.identity.throttle.FREE", 100):
        for _ in range(10):
            assert pointers(change(own, ANOTHER, ANOTHER)) == {"/current_password"}
        assert code(change(own, PASSWORD, ANOTHER)) == "login_throttled"
        assert code(log_in(client)) == "login_throttled"


@pytest.mark.parametrize(
    "weak",
    [
        "short words",
        "password1234",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "student student",
        "studentSTUDENT",
        "iloveyou1234",
    ],
)
def test_a_weak_password_is_refused_with_advice(client: Client, weak: str) -> None:
    own = bearer(client, log_in(client))
    answer = change(own, PASSWORD, weak)
    assert code(answer) == "password_weak"
    assert answer.json["errors"][0]["pointer"] == "/new_password"
    assert len(answer.json["errors"][0]["detail"]) > 10
    assert log_in(client).status_code == 200


@pytest.mark.parametrize(
    "fine",
    [
        "drei Ziegen üben Seiltanz",
        "три козы на крыше дома",
        "🦌 moose 🦫 beaver 🦆 duck",
        "x9" + "Ω≈ç√∫˜µ≤≥÷" * 100,
        "correct\u00a0horse\u3000battery staple",
    ],
)
def test_a_password_may_hold_any_characters(client: Client, fine: str) -> None:
    own = bearer(client, log_in(client))
    assert change(own, PASSWORD, fine).status_code == 204
    assert log_in(client, password=fine).status_code == 200


@pytest.mark.parametrize("unusable", ["", "x" * 1025, "tab\tseparated words here", 12, None])
def test_what_cannot_be_a_password_names_its_field(client: Client, unusable: Any) -> None:
    own = bearer(client, log_in(client))
    answer = change(own, PASSWORD, unusable)
    assert code(answer) == "validation_failed"
    assert pointers(answer) == {"/new_password"}


def test_nothing_of_a_password_is_kept_for_repeats(client: Client) -> None:
    own = bearer(client, log_in(client))
    key = {"Idempotency-Key": "one"}
    body = {"current_password": PASSWORD, "new_password": ANOTHER}
    assert own.post("/auth/password", body, headers=key).status_code == 204
    again = own.post("/auth/password", body, headers=key)
    assert "Idempotency-Replayed" not in again.headers
    assert pointers(again) == {"/current_password"}


# Cookies.


class Browser:
    """A browser: keeps cookies, and reads those that scripts may."""

    def __init__(self, app: Application) -> None:
        self.client: FlaskClient = app.test_client()

    def cookie(self, name: str, path: str = "/") -> Any:
        return self.client.get_cookie(name, path=path)

    def send(self, method: str, path: str, csrf: str | None = None, **options: Any) -> Any:
        headers = {}
        if csrf:
            headers["X-CSRF-TOKEN"] = self.cookie(csrf).value
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)


@pytest.fixture
def browser(app: Application) -> Browser:
    browser = Browser(app)
    body = {
        "username": "student",
        "password": PASSWORD,
        "district": "tamarack",
        "transport": "cookie",
    }
    answer = browser.send("POST", "/auth/login", json=body)
    assert answer.status_code == 200
    assert (answer.json["access_token"], answer.json["refresh_token"]) == (None, None)
    return browser


def test_token_cookies_are_closed_to_scripts_and_go_no_further_than_needed(
    browser: Browser,
) -> None:
    access = browser.cookie("access_token_cookie", "/api/v1")
    renewal = browser.cookie("refresh_token_cookie", "/api/v1/auth")
    for one in (access, renewal):
        assert one.http_only
        assert one.same_site == "Strict"
    for name in ("csrf_access_token", "csrf_refresh_token"):
        assert not browser.cookie(name).http_only


def test_cookies_alone_read_but_change_nothing(browser: Browser) -> None:
    assert browser.send("GET", "/me").status_code == 200
    refused = browser.send("POST", "/auth/logout")
    assert code(refused) == "csrf_invalid"
    assert browser.send("GET", "/me").status_code == 200


def test_a_wrong_csrf_token_is_refused(browser: Browser) -> None:
    assert code(browser.send("POST", "/auth/logout", "csrf_refresh_token")) == "csrf_invalid"
    assert code(browser.send("POST", "/auth/refresh", json={})) == "csrf_invalid"
    assert (
        code(browser.send("POST", "/auth/refresh", "csrf_access_token", json={})) == "csrf_invalid"
    )


def test_a_browser_refreshes_and_logs_out_by_cookies(browser: Browser) -> None:
    before = browser.cookie("refresh_token_cookie", "/api/v1/auth").value
    answer = browser.send("POST", "/auth/refresh", "csrf_refresh_token", json={})
    assert answer.status_code == 200
    assert answer.json["access_token"] is None
    assert browser.cookie("refresh_token_cookie", "/api/v1/auth").value != before
    assert browser.send("GET", "/me").status_code == 200
    assert browser.send("POST", "/auth/logout", "csrf_access_token").status_code == 204
    assert browser.cookie("access_token_cookie", "/api/v1") is None
    assert code(browser.send("GET", "/me")) == "token_missing"


def test_cookies_are_for_tls_alone_in_production(app: Application) -> None:
    assert app.config["JWT_COOKIE_SECURE"] is app.settings.is_production
