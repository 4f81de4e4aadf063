"""Tokens in any form that a client may send: the right ones get in, all others get a 401."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.client import Client, code
from tests.people.identity.conftest import log_in, refresh
from tests.world import World

pytestmark = pytest.mark.usefixtures("student")

INVALID = {"token_invalid", "token_expired"}
WRONG: list[Any] = [None, True, 7, 7.5, float("inf"), 10**400, "", "yes", "99999999999", [], {}]
OTHER_KEY = "another key, which is as long as it has to be"
# No request reads these; a token without them is as good as one with them.
UNREAD = {"iat", "nbf", "jti", "fresh", "csrf"}


@pytest.fixture
def signed_in(client: Client) -> Any:
    """The answer to a sign-in."""
    return log_in(client).json


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(client: Client, claims: dict[str, Any], **options: Any) -> str:
    """A token with these claims and the server's own signature."""
    return jwt.encode(claims, client.app.settings.secret_key, **{"algorithm": "HS256", **options})


def changed(claims: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The claims with one of them missing, or of another type; and what was changed."""
    for name, right in claims.items():
        yield f"no {name}", {key: value for key, value in claims.items() if key != name}
        for value in WRONG:
            if type(value) is not type(right):
                yield f"{name}={str(value)[:20]}", {**claims, name: value}
    yield "a time zone of nowhere", {**claims, "zone": "Mars/Olympus", "key": 5}
    yield "a time zone outside", {**claims, "zone": "../../etc/passwd", "key": []}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
@pytest.mark.parametrize("spaces", [" ", "   "])
def test_the_name_of_the_scheme_has_no_case(
    signed_in: Any, client: Client, scheme: str, spaces: str
) -> None:
    headers = {"Authorization": f"{scheme}{spaces}{signed_in['access_token']}"}
    assert client.get("/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "sent", ["", " ", ",", "Bearer", "Bearer ", "Basic YTpi", "x", "Bearer a b", "Bearer,Bearer"]
)
def test_another_authorization_is_a_401(client: Client, sent: str) -> None:
    refused = client.get("/me", headers={"Authorization": sent})
    assert code(refused) in {"token_invalid", "token_missing"}
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_access_token_with_any_claim_missing_or_wrong_is_a_401(
    client: Client, signed_in: Any
) -> None:
    right = claims_of(signed_in["access_token"])
    assert Client(client.app, signed(client, right)).get("/me").status_code == 200
    for what, claims in changed(right):
        answer = Client(client.app, signed(client, claims)).get("/me")
        if what.removeprefix("no ") in UNREAD or what == "no type":
            assert answer.status_code == 200, what
        elif what.split("=")[0] not in UNREAD or answer.status_code != 200:
            assert (answer.status_code, what) == (401, what)
            assert code(answer) in INVALID, what


def test_a_refresh_token_with_any_claim_missing_or_wrong_is_a_401(
    client: Client, signed_in: Any
) -> None:
    right = claims_of(signed_in["refresh_token"])
    for what, claims in changed(right):
        if what.removeprefix("no ").split("=")[0] in UNREAD:
            continue
        answer = refresh(client, signed(client, claims))
        assert (answer.status_code, what) == (401, what)
        assert code(answer) in INVALID, what
    assert refresh(client, signed(client, right)).status_code == 200, "none of them was used"


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_a_cookie_with_any_claim_missing_or_wrong_is_a_401(
    client: Client, signed_in: Any, kind: str
) -> None:
    right = {**claims_of(signed_in[f"{kind}_token"]), "csrf": "the same"}
    path = "/auth/refresh" if kind == "refresh" else "/auth/logout"
    for what, claims in changed(right):
        if what.removeprefix("no ").split("=")[0] in UNREAD - {"csrf"} or what == "no type":
            continue
        answer = with_cookie(client, kind, signed(client, claims), path)
        assert (answer.status_code, what) == (401, what)
    assert with_cookie(client, kind, signed(client, right), path).status_code in {200, 204}


def with_cookie(client: Client, kind: str, token: str, path: str, csrf: str = "the same") -> Any:
    headers = {"Cookie": f"{kind}_token_cookie={token}", "X-CSRF-TOKEN": csrf}
    return client.post(path, {}, headers=headers)


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_a_csrf_token_of_any_characters_is_refused(
    client: Client, signed_in: Any, kind: str
) -> None:
    path = "/auth/refresh" if kind == "refresh" else "/auth/logout"
    answer = with_cookie(client, kind, signed_in[f"{kind}_token"], path, csrf="é")
    assert answer.status_code == 401


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_a_token_signed_otherwise_is_a_401(client: Client, signed_in: Any) -> None:
    right = claims_of(signed_in["access_token"])
    head, body, signature = signed_in["access_token"].split(".")
    others = [
        jwt.encode(right, "", algorithm="none"),
        jwt.encode(right, OTHER_KEY, algorithm="HS256"),
        signed(client, right, algorithm="HS512"),
        signed(client, right, headers={"crit": ["unknown"], "unknown": 1}),
        signed(client, {**right, "exp": int(time.time()) - 1}),
        signed(client, {**right, "nbf": int(time.time()) + 3600}),
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature[::-1]}",
        f".{body}.{signature}",
        "e30.e30.e30",
        "null.null.null",
    ]
    for token in others:
        assert code(Client(client.app, token).get("/me")) in INVALID, token
        assert refresh(client, token).status_code == 401, token


def test_the_key_s_name_in_a_token_chooses_no_other_key(
    client: Client, world: World, signed_in: Any
) -> None:
    claims = claims_of(signed_in["access_token"])
    for name in ("unknown", "../../dev/null", ""):
        token = jwt.encode(claims, OTHER_KEY, algorithm="HS256", headers={"kid": name})
        assert code(Client(client.app, token).get("/me")) == "token_invalid"
