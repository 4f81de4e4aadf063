"""Lets front ends on other origins use the API: those that the operator lists (CORS).

Every answer under `/api/v1` to a listed origin carries the headers, errors too: without them a
front end could not read the problem. A preflight is answered here, before any view: it needs no
token, opens no transaction and counts towards no limit. Why no library: docs/decisions/0047.
"""

from flask import Flask, Response, request
from werkzeug.datastructures import HeaderSet

from plp_api.foundation.rest.tokens import API_PATH, CSRF_HEADER, REASON_HEADER
from plp_api.foundation.settings import Settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
    CSRF_HEADER,
    REASON_HEADER,
)
# Whatever an answer may carry and a client may need; a browser hides every other header.
EXPOSED_HEADERS = (
    "Allow",
    "Content-Disposition",
    "Deprecation",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "WWW-Authenticate",
    "X-Request-ID",
)
# Two hours; Chromium keeps a preflight no longer.
PREFLIGHT_SECONDS = 7200


def register(app: Flask, settings: Settings) -> None:
    """Answer the listed origins; without any, no answer has a header of CORS."""
    origins = frozenset(settings.cors_origins)
    if not origins:
        return

    def allow(response: Response) -> Response:
        if not _is_api():
            return response
        # Also where the origin is not listed: a cache must not give that answer to a listed one.
        response.vary.add("Origin")
        if (origin := request.headers.get("Origin")) in origins:
            response.access_control_allow_origin = origin
            response.access_control_allow_credentials = settings.cors_credentials
            _say_what_is_allowed(response)
        return response

    app.before_request(_answer_preflight)
    app.after_request(allow)


def _is_api() -> bool:
    return request.path.startswith(f"{API_PATH}/")


def _is_preflight() -> bool:
    return request.method == "OPTIONS" and request.access_control_request_method is not None


def _answer_preflight() -> Response | None:
    """The answer to any preflight, known address or not; `allow` adds what is allowed."""
    return Response(status=204) if _is_api() and _is_preflight() else None


def _say_what_is_allowed(response: Response) -> None:
    if _is_preflight():
        response.access_control_allow_methods = HeaderSet(METHODS)
        response.access_control_allow_headers = HeaderSet(ALLOWED_HEADERS)
        response.access_control_max_age = PREFLIGHT_SECONDS
    else:
        response.access_control_expose_headers = HeaderSet(EXPOSED_HEADERS)
