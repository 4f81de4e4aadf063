"""Idempotency-Key: a POST that is sent twice runs once.

Follows draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
from uuid import UUID

from flask import Response, request

from plp_api.foundation import clock, db
from plp_api.foundation.audit.models import ANSWERS_KEPT, AnsweredRequest
from plp_api.foundation.problems import Code, FieldError, Problem

KEPT_HEADERS = ("Location", "ETag", "Content-Type")
LONGEST_KEY = 255


def key_of_request() -> str | None:
    """The key of the request, quoted or not; None if there is none.

    Raises Problem(validation_failed) for a key that is too long or not printable.
    """
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = header.strip().strip('"')
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        detail = f"Must hold 1 to {LONGEST_KEY} printable characters."
        raise Problem(
            Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="Idempotency-Key")]
        )
    return key


def replay(person_id: UUID, key: str) -> Response | None:
    """The stored response to the first request with this key, if any.

    Raises Problem: request_running while the first request runs, and
    idempotency_key_reused if the key came with another body.
    """
    if not db.lock_name(f"{person_id}/{_route()}/{key}", wait=False):
        raise Problem(Code.REQUEST_RUNNING, headers={"Retry-After": "1"})
    kept = db.session().get(AnsweredRequest, (person_id, key, _route()))
    if kept is None:
        return None
    if clock.now() - kept.answered_at > ANSWERS_KEPT:
        db.session().delete(kept)
        db.session().flush()
        return None
    if kept.fingerprint != _fingerprint():
        raise Problem(Code.IDEMPOTENCY_KEY_REUSED)
    response = Response(kept.body, status=kept.status)
    response.headers.update(kept.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def keep(person_id: UUID, key: str, response: Response) -> None:
    """Store a successful response, in the transaction of the request itself."""
    if not 200 <= response.status_code < 300:
        return
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    db.session().add(
        AnsweredRequest(
            person_id=person_id,
            key=key,
            route=_route(),
            fingerprint=_fingerprint(),
            status=response.status_code,
            headers=headers,
            body=response.get_data(as_text=True),
        )
    )


def _route() -> str:
    return f"{request.method} {request.path}"


def _fingerprint() -> str:
    return hashlib.sha256(request.query_string + b"\n" + request.get_data(cache=True)).hexdigest()
