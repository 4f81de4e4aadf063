"""Reading a body: before the transaction, strictly, no deeper or larger than a database holds."""

import itertools
import json
import math
from collections.abc import Iterator
from typing import Any

from flask import g, request

from plp_api.foundation import db
from plp_api.foundation.problems import Code, FieldError, Problem

DEEPEST = 32
GREATEST = 2**63 - 1
# Keys and plain values in one body. The largest batch (2,000 rows) has a quarter of them.
MOST_VALUES = 50_000
MOST_ERRORS = 100
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def receive() -> None:
    """Take the body in while no transaction is open: a slow sender must not hold a lock.

    What is wrong with it is raised by `refuse_unreadable`, in the order of checks. Uploads
    are left to their views, which first check who sends them.
    """
    if request.method not in WITH_BODY or request.mimetype == "multipart/form-data":
        return
    try:
        request.get_data()
    except Exception as error:  # noqa: BLE001 - raised again where the body is asked for
        g.body_error = error


def refuse_unreadable() -> None:
    """Raise what `receive` met: a body too large, broken off, or badly chunked."""
    if (error := g.get("body_error")) is not None:
        raise error


def parse(raw: bytes) -> Any:
    """The value of a JSON text (RFC 8259), which must be UTF-8.

    Raises Problem: request_malformed for what is not JSON, `NaN` and `Infinity`
    included, or is nested deeper than any resource; validation_failed, pointing
    at the place, for a text or a number that no database can hold.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Problem(Code.REQUEST_MALFORMED, "The body is not valid JSON.") from error
    wrongs = (
        FieldError(pointer, wrong) for pointer, one in _places(value) if (wrong := _wrong(one))
    )
    if errors := list(itertools.islice(wrongs, MOST_ERRORS)):
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> Problem:
    return Problem(Code.REQUEST_MALFORMED, f"The body is nested deeper than {DEEPEST} levels.")


def _places(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and every plain value, with its JSON Pointer (RFC 6901); a key has its object's."""
    waiting, count = [("", value, 0)], 0
    while waiting:
        pointer, one, depth = waiting.pop()
        count += 1
        if count + len(waiting) > MOST_VALUES:
            raise Problem(Code.BODY_TOO_LARGE, f"At most {MOST_VALUES} values are taken.")
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(one, dict):
            yield from ((pointer, key) for key in one)
            waiting += ((f"{pointer}/{token(key)}", inner, depth + 1) for key, inner in one.items())
        elif isinstance(one, list):
            waiting += ((f"{pointer}/{i}", inner, depth + 1) for i, inner in enumerate(one))
        else:
            yield pointer, one


def token(key: object) -> str:
    """One reference token of a JSON Pointer, escaped as RFC 6901 asks."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _wrong(value: Any) -> str | None:
    """What is wrong with a plain value, if anything."""
    if isinstance(value, str) and not db.storable(value):
        return "Contains a NUL byte or a lone surrogate."
    if isinstance(value, float) and not math.isfinite(value):
        return "The number is too large."
    if isinstance(value, int) and abs(value) > GREATEST:
        return "The number is too large."
    return None
