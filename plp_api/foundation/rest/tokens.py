"""Access and refresh tokens, and the caller that a request's token names.

An access token is short-lived and holds only ids: person, session, district; and
the district's time zone, so that "today" needs no query. Every request reads from
the database whether the session is still valid and what the person may do. A
refresh token holds a session id and the key of the session's next renewal.

A browser may keep the tokens in cookies that scripts cannot read; then every
change needs the CSRF token of a second cookie in `X-CSRF-TOKEN` (double submit).
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    get_csrf_token,
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
CSRF_HEADER = "X-CSRF-TOKEN"
LONGEST_REASON, FEWEST_WORDS, FEWEST_LETTERS = 500, 2, 6
WORD = re.compile(r"\w+")
REMEMBERED = 4096
API_PATH = "/api/v1"
REFRESH_PATH = f"{API_PATH}/auth"


class Manager(JWTManager):
    """flask-jwt-extended without its own error responses: `rest.errors` renders them."""

    def _set_error_handler_callbacks(self, app: Flask) -> None:
        """Register no handlers."""


def register(app: Flask, settings: Settings) -> None:
    """Configure how tokens are signed and where they are sent."""
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
        JWT_ACCESS_CSRF_HEADER_NAME=CSRF_HEADER,
        JWT_REFRESH_CSRF_HEADER_NAME=CSRF_HEADER,
        JWT_SESSION_COOKIE=True,
    )
    Manager(app)
    app.extensions["plp_read"] = lru_cache(REMEMBERED)(_read)


def issue(person_id: UUID, session_id: UUID, district_id: UUID, zone: str) -> str:
    """A signed access token for one person in one session."""
    claims = {"sid": str(session_id), "district": str(district_id), "zone": zone}
    token: str = create_access_token(identity=str(person_id), additional_claims=claims)
    return token


def issue_refresh(session_id: UUID, key: str, expires_at: datetime) -> str:
    """A signed refresh token for one renewal of the session, valid until the session expires."""
    token: str = create_refresh_token(
        identity=str(session_id),
        additional_claims={"key": key},
        expires_delta=expires_at - clock.now(),
    )
    return token


@dataclass(frozen=True)
class Renewal:
    """The content of a refresh token. If it came in a cookie, so do the new tokens."""

    session_id: UUID
    key: str
    is_cookie: bool


def renewal(token: str | None) -> Renewal:
    """The content of this refresh token, or of the cookie's, which needs its CSRF token.

    Raises flask-jwt-extended's exceptions, and Problem(token_invalid).
    """
    with _refusing_malformed():
        claims = _claims_of_cookie(refresh=True) if token is None else decode_token(token)
        if claims["type"] != "refresh":
            raise Problem(Code.TOKEN_INVALID, "Send a refresh token.")
        _check_types(claims, exp=int, key=str)
        return Renewal(UUID(claims["sub"]), claims["key"], token is None)


def put_in_cookies(access: str, refresh: str) -> None:
    """Set both tokens as cookies that scripts cannot read, and the CSRF tokens as readable ones."""

    @after_this_request
    def put(response: Response) -> Response:
        if response.status_code < 400:
            set_access_cookies(response, access)
            set_refresh_cookies(response, refresh)
        return response


def csrf_token(token: str) -> str:
    """The CSRF token that must accompany this token's cookie.

    A front end on another origin cannot read it from the readable cookie, so the
    answer to signing in holds it too.
    """
    found: str = get_csrf_token(token)
    return found


def put_cookie(name: str, value: str, seconds: int, path: str) -> None:
    """Set a cookie that scripts cannot read and that is sent only to this path of the API."""

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
    """Delete every token cookie."""

    @after_this_request
    def drop(response: Response) -> Response:
        unset_jwt_cookies(response)
        return response


def signed_in(ask: callers.AskAhead | None = None) -> Access:
    """The Access of the request's caller, with the results of the queries that `ask` returns.

    Raises flask-jwt-extended's exceptions, and Problem: token_invalid, session_ended.
    """
    claims = _claims()
    loaded = callers.load(
        claims.person_id, claims.session_id, claims.district_id, claims.zone, _reason(), ask
    )
    return Access(*loaded)


@dataclass(frozen=True)
class Claims:
    """The content of an access token."""

    person_id: UUID
    session_id: UUID
    district_id: UUID
    zone: str
    expires_at: int


def _claims() -> Claims:
    """The verified claims of the request's token: from the header, or else from the cookie.

    A token from the header is decoded once and cached until it expires, because
    decoding took a third of a fast read. The session is still checked in the
    database each time.
    """
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    # RFC 9110, 11.1: the name of a scheme has no case, and one or more spaces follow it.
    if scheme.lower() != "bearer":
        with _refusing_malformed():
            return _typed(_claims_of_cookie(refresh=False))
    claims: Claims = current_app.extensions["plp_read"](token.strip())
    if claims.expires_at <= time.time():
        raise ExpiredSignatureError
    return claims


def _read(token: str) -> Claims:
    """The claims of an access token. Raises PyJWT's exceptions, and Problem(token_invalid)."""
    with _refusing_malformed():
        return _typed(decode_token(token))


def _typed(claims: Mapping[str, Any]) -> Claims:
    if claims["type"] != "access":
        raise Problem(Code.TOKEN_INVALID, "Send an access token.")
    _check_types(claims, exp=int, zone=str)
    # An unknown time zone fails here, not in the middle of the request.
    clock.today(claims["zone"])
    person, session, district = (UUID(claims[name]) for name in ("sub", "sid", "district"))
    return Claims(person, session, district, claims["zone"], claims["exp"])


def _check_types(claims: Mapping[str, Any], **types: type) -> None:
    """Check the claims that no further step checks. Raises KeyError or TypeError."""
    for name, wanted in types.items():
        if type(claims[name]) is not wanted:
            raise TypeError(name)


def _claims_of_cookie(*, refresh: bool) -> dict[str, Any]:
    """The claims of the cookie's token; a change also needs the CSRF token that fits it."""
    verify_jwt_in_request(refresh=refresh, locations=["cookies"])
    return get_jwt()


@contextmanager
def _refusing_malformed() -> Iterator[None]:
    """Raise Problem(token_invalid) for a claim that is missing or has the wrong type.

    The signature does not exclude that: another program may have the key, or an older
    version may have issued the token. Libraries too stumble over such claims.
    """
    try:
        yield
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise Problem(Code.TOKEN_INVALID) from error


def _reason() -> str | None:
    """The reason for opening a record that needs one (product.md, `R*`); see `check_reason`."""
    return request.headers.get(REASON_HEADER, "").strip() or None


def check_reason() -> None:
    """Check that the reason is long enough and can be stored, when it is the turn of 422.

    The reason may already have opened and logged a record; that is rolled back.
    Raises Problem(validation_failed).
    """
    reason = _reason()
    if reason is None:
        return
    is_storable = len(reason) <= LONGEST_REASON and reason.isprintable()
    # A reader of the audit trail must learn something: "x", "..." and "a b" say nothing.
    letters = sum(character.isalpha() for character in reason)
    says_why = len(WORD.findall(reason)) >= FEWEST_WORDS and letters >= FEWEST_LETTERS
    if not is_storable or not says_why:
        detail = f"Say why in {FEWEST_WORDS} words or more, at most {LONGEST_REASON} characters."
        raise Problem(
            Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter=REASON_HEADER)]
        )
