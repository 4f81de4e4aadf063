"""Access tokens: what they say, and the caller they name.

A token is short-lived and says only whom it names and where: person, session,
district and the district's time zone (so that "today" needs no query). Whether
the session still holds and what the person may do is read afresh each request.
"""

from datetime import timedelta
from uuid import UUID

from flask import Flask, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt,
    verify_jwt_in_request,
)

from plp_api.access import caller as callers
from plp_api.access.rows import Access
from plp_api.problems import Code, FieldError, Problem
from plp_api.settings import Settings

REASON_HEADER = "X-Access-Reason"
LONGEST_REASON = 500


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
        JWT_COOKIE_SECURE=settings.is_production,
        JWT_COOKIE_SAMESITE="Strict",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_SESSION_COOKIE=True,
    )
    Manager(app)


def issue(person_id: UUID, session_id: UUID, district_id: UUID, zone: str) -> str:
    """A signed access token for one person in one session."""
    claims = {"sid": str(session_id), "district": str(district_id), "zone": zone}
    return create_access_token(identity=str(person_id), additional_claims=claims)


def signed_in() -> Access:
    """The access of whoever sent the request.

    Raises flask-jwt-extended's refusals, and Problem(session_ended).
    """
    verify_jwt_in_request()
    claims = get_jwt()
    try:
        person, session, district = (UUID(claims[name]) for name in ("sub", "sid", "district"))
        zone = claims["zone"]
    except (KeyError, ValueError) as error:
        raise Problem(Code.TOKEN_INVALID) from error
    return Access(callers.load(person, session, district, zone, _reason()))


def _reason() -> str | None:
    """Why a record is opened that needs a reason (product.md, `R*`)."""
    reason = request.headers.get(REASON_HEADER, "").strip()
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        detail = f"Must be printable, and at most {LONGEST_REASON} characters."
        raise Problem(
            Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter=REASON_HEADER)]
        )
    return reason or None
