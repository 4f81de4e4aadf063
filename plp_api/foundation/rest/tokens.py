"""Access tokens: what they say, and the caller they name.

An access token is short-lived and says only whom it names and where: person,
session, district and the district's time zone (so that "today" needs no query).
Whether the session still holds and what the person may do is read afresh each
request. A refresh token names a session and the key of its next renewal.

Browsers may choose cookies that no script reads; then every change needs the
CSRF token of a second cookie in `X-CSRF-TOKEN` (double submit).
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask, Response, after_this_request, current_app, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
    get_jwt,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
    verify_jwt_in_request,
)
from jwt import ExpiredSignatureError

from plp_api.foundation import clock
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.settings import Settings

REASON_HEADER = "X-Access-Reason"
LONGEST_REASON, FEWEST_WORDS, FEWEST_LETTERS = 500, 2, 6
WORD = re.compile(r"\w+")
REMEMBERED = 4096
API_PATH = "/api/v1"
REFRESH_PATH = f"{API_PATH}/auth"


class Manager(JWTManager):
    """flask-jwt-extended without its own error answers: `rest.errors` renders every refusal."""

    def _set_error_handler_callbacks(self, app: Flask) -> None:
        """Leave the exceptions alone."""


def register(app: Flask, settings: Settings) -> None:
    """Set up how tokens are signed and where they travel."""
    app.config.update(
        JWT_SECRET_KEY=settings.secret_key,
        JWT_ALGORITHM="HS256",
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_lifetime),
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_ACCESS_COOKIE_PATH=API_PATH,
        JWT_REFRESH_COOKIE_PATH=REFRESH_PATH,
        JWT_COOKIE_SECURE=settings.is_production,
        JWT_COOKIE_SAMESITE="Strict",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_SESSION_COOKIE=True,
    )
    Manager(app)
    app.extensions["plp_verified"] = lru_cache(REMEMBERED)(decode_token)


def issue(person_id: UUID, session_id: UUID, district_id: UUID, zone: str) -> str:
    """A signed access token for one person in one session."""
    claims = {"sid": str(session_id), "district": str(district_id), "zone": zone}
    return create_access_token(identity=str(person_id), additional_claims=claims)


def issue_refresh(session_id: UUID, key: str, expires_at: datetime) -> str:
    """A signed refresh token: good for one renewal of the session, until the session expires."""
    return create_refresh_token(
        identity=str(session_id),
        additional_claims={"key": key},
        expires_delta=expires_at - clock.now(),
    )


@dataclass(frozen=True)
class Renewal:
    """What a refresh token asks for; one that came in the cookie is answered there."""

    session_id: UUID
    key: str
    is_cookie: bool


def renewal(token: str | None) -> Renewal:
    """The refresh token given, or else the cookie's, with its CSRF token.

    Raises flask-jwt-extended's refusals, and Problem(token_invalid).
    """
    if token is None:
        verify_jwt_in_request(refresh=True, locations=["cookies"])
        claims = get_jwt()
    else:
        claims = decode_token(token)
    if claims["type"] != "refresh":
        raise Problem(Code.TOKEN_INVALID, "Send a refresh token.")
    return Renewal(UUID(claims["sub"]), claims["key"], token is None)


def put_in_cookies(access: str, refresh: str) -> None:
    """Send both tokens in cookies that no script reads, and their CSRF tokens in readable ones."""

    @after_this_request
    def put(response: Response) -> Response:
        if response.status_code < 400:
            set_access_cookies(response, access)
            set_refresh_cookies(response, refresh)
        return response


def put_cookie(name: str, value: str, seconds: int, path: str) -> None:
    """Send a cookie that no script reads, and that goes to these addresses of the API alone."""

    @after_this_request
    def put(response: Response) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=API_PATH + path,
            secure=current_app.config["JWT_COOKIE_SECURE"],
            httponly=True,
            samesite="Strict",
        )
        return response


def drop_cookies() -> None:
    """Take back every token cookie."""

    @after_this_request
    def drop(response: Response) -> Response:
        unset_jwt_cookies(response)
        return response


def signed_in(ask: callers.AskAhead | None = None) -> Access:
    """The access of whoever sent the request, with what was asked ahead.

    Raises flask-jwt-extended's refusals, and Problem(session_ended).
    """
    claims = _claims()
    try:
        person, session, district = (UUID(claims[name]) for name in ("sub", "sid", "district"))
        zone = claims["zone"]
    except (KeyError, ValueError) as error:
        raise Problem(Code.TOKEN_INVALID) from error
    return Access(*callers.load(person, session, district, zone, _reason(), ask))


def _claims() -> dict[str, Any]:
    """The claims of the request's token, verified.

    What a header carries is verified once and remembered, while it lasts:
    decoding took a third of a fast read. Whether its session holds is asked
    of the database each time all the same.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        verify_jwt_in_request()
        return get_jwt()
    claims: dict[str, Any] = current_app.extensions["plp_verified"](token)
    if claims["exp"] <= time.time():
        raise ExpiredSignatureError
    if claims["type"] != "access":
        raise Problem(Code.TOKEN_INVALID, "Send an access token.")
    return claims


def _reason() -> str | None:
    """Why a record is opened that needs a reason (product.md, `R*`); see `check_reason`."""
    return request.headers.get(REASON_HEADER, "").strip() or None


def check_reason() -> None:
    """Refuse a reason that cannot be kept, in its turn: after the checks that come before 422.

    What it opened and noted until then is rolled back. Raises Problem(validation_failed).
    """
    reason = _reason()
    if reason is None:
        return
    is_kept = len(reason) <= LONGEST_REASON and reason.isprintable()
    # Whoever reads the trail must learn something: "x", "..." and "a b" say nothing.
    letters = sum(character.isalpha() for character in reason)
    says_why = len(WORD.findall(reason)) >= FEWEST_WORDS and letters >= FEWEST_LETTERS
    if not is_kept or not says_why:
        detail = f"Say why in {FEWEST_WORDS} words or more, at most {LONGEST_REASON} characters."
        raise Problem(
            Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter=REASON_HEADER)]
        )
