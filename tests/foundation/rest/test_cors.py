"""Front ends on other origins: those that are listed use the whole API, all others none of it."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock, patch

import pytest
from environs import EnvError
from sqlalchemy.exc import OperationalError

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.access import caller as callers
from plp_api.foundation.rest import cors
from plp_api.foundation.settings import Settings
from plp_api.server.app import Application, create_app
from tests import databases
from tests.client import Client, Response, code
from tests.foundation.access.operations import OPERATIONS
from tests.foundation.rest.test_openapi import DOCUMENT, resolved
from tests.world import World

LISTED, OTHER, UNLISTED = "http://app.example:5173", "https://app.example", "https://evil.example"
NEVER = [
    UNLISTED,
    "null",
    "http://app.example",
    "https://app.example:5173",
    "https://APP.example",
    "https://app.example.evil.example",
    "https://app.example/",
    "",
]
API = tuple(one for one in OPERATIONS if one.rule.startswith("/api/v1/"))
OUTSIDE = tuple(one for one in OPERATIONS if one not in API and one.rule != "/docs/<path:name>")
IN_READ = "Access-Control-Allow-Origin"


@pytest.fixture(scope="session")
def cors_app(settings: Settings, shared_database: databases.Isolated) -> Application:
    listed = replace(settings, cors_origins=(LISTED, OTHER), cors_credentials=True)
    return create_app(listed, shared_database)


@pytest.fixture
def client(cors_app: Application, database: databases.Isolated) -> Client:
    return Client(cors_app)


def cors_headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers if name.startswith("Access-Control-")}


def is_readable(response: Response, origin: str = LISTED) -> bool:
    """Whether a browser shows this answer to a script of the origin."""
    assert "Origin" in response.vary
    return response.headers.get(IN_READ) == origin


def preflight(client: Client, operation: Any, origin: str) -> Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": operation.method,
        "Access-Control-Request-Headers": "authorization,content-type,if-match",
    }
    return client.send("OPTIONS", f"/{operation.path(None)}", headers=asked)


@pytest.mark.parametrize("operation", API, ids=str)
def test_every_operation_is_open_to_a_listed_origin_and_to_no_other(
    client: Client, operation: Any
) -> None:
    allowed = preflight(client, operation, LISTED)
    assert (allowed.status_code, allowed.data) == (204, b"")
    assert is_readable(allowed)
    assert operation.method in allowed.headers["Access-Control-Allow-Methods"].split(", ")
    named = allowed.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match"} <= set(named)
    refused = preflight(client, operation, UNLISTED)
    assert cors_headers(refused) == {}
    assert "Origin" in refused.vary

    sent = client.send(operation.method, f"/{operation.path(None)}", headers={"Origin": LISTED})
    assert is_readable(sent)
    assert sent.headers["Access-Control-Allow-Credentials"] == "true"
    assert "ETag" in sent.headers["Access-Control-Expose-Headers"].split(", ")
    other = client.send(operation.method, f"/{operation.path(None)}", headers={"Origin": UNLISTED})
    assert cors_headers(other) == {}
    assert "Origin" in other.vary


@pytest.mark.parametrize("origin", NEVER)
def test_an_origin_matches_whole_or_not_at_all(client: Client, origin: str) -> None:
    assert cors_headers(client.get("/me", headers={"Origin": origin})) == {}
    assert cors_headers(preflight(client, API[0], origin)) == {}


@pytest.mark.parametrize("operation", OUTSIDE, ids=str)
def test_what_is_outside_the_api_is_open_to_no_other_origin(client: Client, operation: Any) -> None:
    for method in (operation.method, "OPTIONS"):
        answer = client.send(
            method,
            f"/{operation.path(None)}",
            headers={"Origin": LISTED, "Access-Control-Request-Method": operation.method},
        )
        assert cors_headers(answer) == {}


def test_without_the_setting_no_answer_has_such_a_header(app: Application) -> None:
    for method in ("GET", "OPTIONS"):
        answer = Client(app).send(method, "/me", headers={"Origin": LISTED})
        assert cors_headers(answer) == {}
        assert "Origin" not in answer.vary


def test_without_credentials_no_cookie_is_taken_along(
    settings: Settings, database: databases.Isolated
) -> None:
    app = create_app(replace(settings, cors_origins=(LISTED,)), database)
    answer = Client(app).get("/me", headers={"Origin": LISTED})
    assert is_readable(answer)
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_needs_neither_database_nor_token_and_is_not_counted(
    settings: Settings,
) -> None:
    limited = replace(settings, cors_origins=(LISTED,), rate_limit="1/minute")
    database = Mock(db.Database)
    client = Client(create_app(limited, database))
    for _ in range(5):
        answer = preflight(client, API[0], LISTED)
        assert is_readable(answer)
        assert "RateLimit" not in answer.headers
    assert database.mock_calls == []


def test_a_problem_of_any_status_can_be_read(
    settings: Settings, client: Client, world: World, database: databases.Isolated
) -> None:
    student = client.as_(world.home.student)
    goal, headers = f"/goals/{world.home.student.goal_id}", {"Origin": LISTED}
    stale = {**headers, "If-Match": '"0"'}
    json: dict[str, Any] = {"json": {"title": "New"}, "headers": headers}
    answers = [
        client.get("/me", headers=headers),
        student.get("/goals", headers=headers),
        student.get("/no-such-thing", headers=headers),
        student.get("/goals?typo=1", headers=headers),
        student.send("PUT", goal, headers=headers),
        student.send("PATCH", goal, **json),
        student.send("PATCH", goal, **{**json, "headers": stale}),
        student.send("PATCH", goal, data=b"{", headers={**stale, "If-Match": "*"}),
        student.get(goal, headers={**headers, "If-None-Match": student.etag(goal)}),
        student.get(goal, headers={**headers, "Accept": "image/png"}),
    ]
    failures = (RuntimeError("a bug"), OperationalError("SELECT", {}, Exception("it is gone")))
    for failure in failures:
        with patch.object(callers, "load", side_effect=failure):
            answers.append(student.get("/me", headers=headers))
    limited = replace(settings, cors_origins=(LISTED,), rate_limit="1/minute")
    last = Client(create_app(limited, database), student.token)
    answers += [last.get("/me", headers=headers) for _ in range(2)]

    statuses = [one.status_code for one in answers]
    assert statuses == [401, 200, 404, 422, 405, 428, 412, 415, 304, 406, 500, 503, 200, 429]
    assert all(is_readable(one) for one in answers)
    assert code(answers[-1]) == "rate_limited"


# A browser shows these to every script.
SAFE = {"cache-control", "content-language", "content-length", "content-type", "vary", "date"}
# Nobody's business but the browser's.
UNSEEN = {"x-content-type-options", "content-security-policy", "set-cookie"}


def test_the_headers_that_the_document_names_are_allowed_and_exposed() -> None:
    allowed = {name.lower() for name in cors.ALLOWED_HEADERS}
    exposed = {name.lower() for name in cors.EXPOSED_HEADERS} | SAFE
    for path in DOCUMENT["paths"].values():
        for operation in filter(lambda one: isinstance(one, dict), path.values()):
            named = operation.get("parameters", [])
            sent = {one["name"].lower() for one in named if one.get("in") == "header"}
            assert sent <= allowed
            for response in operation["responses"].values():
                assert {name.lower() for name in resolved(response).get("headers", {})} <= exposed


def test_every_header_of_an_answer_can_be_read(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    goals = f"/plans/{world.home.student.plan_id}/goals"
    key = {"Origin": LISTED, "Idempotency-Key": "the same twice"}
    goal = {"title": "Learn to weld", "domain": "career"}
    answers = [
        *(student.post(goals, goal, headers=key) for _ in range(2)),
        student.get("/goals?limit=1", headers=key),
        client.as_(world.home.district_admin).get(
            "/reports/coverage", headers={**key, "Accept": "text/csv"}
        ),
    ]
    known = {name.lower() for name in cors.EXPOSED_HEADERS} | SAFE | UNSEEN
    for answer in answers:
        assert answer.status_code < 300, answer.json
        names = {name.lower() for name, _ in answer.headers}
        assert {name for name in names if not name.startswith("access-control-")} <= known


@pytest.mark.parametrize(
    "given",
    [
        *("*", "null", "app.example", "//app.example", "https://", "https://app.example/"),
        *("https://app.example/app", "https://app.example?x", "https://App.example"),
        *("https://app.example:443", "http://app.example:80", "https://a b.example"),
        *(
            "ftp://app.example",
            "https://user@app.example",
            "https://*.example",
            "https://é.example",
        ),
        *("https://app.example:port", "https://ok.example,https://app.example/", "https://[::1"),
    ],
)
def test_what_is_no_origin_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("PLP_CORS_ORIGINS", given)
    with pytest.raises(EnvError, match="PLP_CORS_ORIGINS") as refused:
        settings_module.read()
    assert "\n" not in str(refused.value)


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLP_CORS_ORIGINS", f"{LISTED}, {OTHER},http://[::1]:3000,http://127.0.0.1")
    read = settings_module.read()
    assert read.cors_origins == (LISTED, OTHER, "http://[::1]:3000", "http://127.0.0.1")
    assert read.cors_credentials is False
    monkeypatch.setenv("PLP_CORS_ORIGINS", "")
    assert settings_module.read().cors_origins == ()


def test_who_signs_in_by_cookie_from_another_origin_is_told_the_csrf_tokens(
    cors_app: Application, client: Client, world: World
) -> None:
    """A script cannot read the cookies of another host, so the answer has their values."""
    from tests.people.identity.conftest import PASSWORD, give_password

    give_password(cors_app, world.home, world.home.student)
    browser: Any = cors_app.test_client()
    body = {"username": "student", "password": PASSWORD, "district": "tamarack"}
    origin = {"Origin": LISTED}
    bearer = browser.post("/api/v1/auth/login", json=body, headers=origin).json
    assert (bearer["csrf_access_token"], bearer["csrf_refresh_token"]) == (None, None)
    by_cookie = {**body, "transport": "cookie"}
    signed_in = browser.post("/api/v1/auth/login", json=by_cookie, headers=origin).json
    csrf = {**origin, "X-CSRF-TOKEN": signed_in["csrf_refresh_token"]}
    renewed = browser.post("/api/v1/auth/refresh", json={}, headers=csrf)
    assert renewed.status_code == 200
    csrf = {**origin, "X-CSRF-TOKEN": renewed.json["csrf_access_token"]}
    assert browser.post("/api/v1/auth/logout", headers=csrf).status_code == 204
