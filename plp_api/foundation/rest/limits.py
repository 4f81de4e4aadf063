"""Rate limit: how many requests a person (signed out: an address) may send.

Uses `limits`, the library under Flask-Limiter. Flask-Limiter itself counts before
any view runs, when the caller is not known yet (401 comes before 429).
"""

import time
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, WindowStats, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.settings import Settings

# Bytes allowed for the parts of a multipart body around the file.
ENVELOPE = 64 << 10


@dataclass(frozen=True)
class Limits:
    """The allowed rate, and the counter."""

    allowed: RateLimitItem
    counter: FixedWindowRateLimiter


def register(app: Flask, settings: Settings) -> None:
    """Set the limit (none if the setting is empty), and send clients the remaining quota."""
    if not settings.rate_limit:
        return
    counter = FixedWindowRateLimiter(storage_from_string(settings.rate_limit_storage_url))
    app.extensions["plp_limits"] = Limits(parse(settings.rate_limit), counter)
    app.after_request(_announce)


def check() -> None:
    """Count this request, once if it runs again. Raises Problem(rate_limited) above the limit."""
    limits: Limits | None = current_app.extensions.get("plp_limits")
    if limits is None or "limit_left" in g:
        return
    whose = _whose()
    is_within = limits.counter.hit(limits.allowed, whose)
    g.limit_left = limits.counter.get_window_stats(limits.allowed, whose)
    if not is_within:
        raise Problem(Code.RATE_LIMITED, headers={"Retry-After": str(_seconds(g.limit_left))})


def _whose() -> str:
    """The caller's id if known, else the address the request comes from."""
    access = g.get("access")
    return str(access.caller.person_id) if access else str(request.remote_addr)


def _seconds(left: WindowStats) -> int:
    return max(1, int(left.reset_time - time.time()))


def _announce(response: Response) -> Response:
    """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11)."""
    left: WindowStats | None = g.get("limit_left")
    if left is None:
        return response
    allowed = current_app.extensions["plp_limits"].allowed
    policy = f'"default";q={allowed.amount};w={allowed.get_expiry()}'
    response.headers["RateLimit-Policy"] = policy
    response.headers["RateLimit"] = f'"default";r={left.remaining};t={_seconds(left)}'
    return response


def allow_scans() -> None:
    """Allow a scanned paper to be larger than other bodies; for a blueprint's `before_request`."""
    if request.method == "POST" and request.mimetype == "multipart/form-data":
        # This runs before the view's transaction, which sets `settings.current()`.
        limit = current_app.settings.scan_limit  # type: ignore[attr-defined]  # an Application
        request.max_content_length = limit + ENVELOPE
