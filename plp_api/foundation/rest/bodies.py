"""Reads request bodies: before the transaction opens, and only values that a database can store."""

import itertools
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from flask import g, request

from plp_api.foundation import aside, db
from plp_api.foundation.problems import MOST_ERRORS, Code, FieldError, Problem

DEEPEST = 32
GREATEST = 2**63 - 1
# Keys and plain values in one body. The largest batch (2,000 rows) has a quarter of that.
MOST_VALUES = 50_000
MULTIPART = "multipart/form-data"
WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def receive() -> None:
    """Read the body while no transaction is open: a slow sender must not hold a lock.

    `refuse_unreadable` raises any error later, in the order of checks. Files are
    read after the caller is checked (`receive_files`).
    """
    if request.method in WITH_BODY and request.mimetype != MULTIPART:
        _read(request.get_data)


def receive_files() -> None:
    """Read the files of the request, large as they may be, while no transaction is open."""
    if request.method in WITH_BODY and request.mimetype == MULTIPART:
        with aside.once("files", lambda _made: _read(lambda: request.files)):
            refuse_unreadable()


def _read(part: Callable[[], Any]) -> None:
    try:
        part()
    except Exception as error:  # noqa: BLE001 - raised again by refuse_unreadable
        g.body_error = error


def refuse_unreadable() -> None:
    """Raise the error of reading: a body too large, cut off, or badly chunked."""
    if (error := g.get("body_error")) is not None:
        raise error


def parse(raw: bytes) -> Any:
    """The value of a JSON text (RFC 8259), which must be UTF-8.

    Raises Problem: request_malformed if it is not JSON (`NaN` and `Infinity` are
    not) or nested too deep; validation_failed, with a pointer to the value, for a
    string or number that a database cannot store.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Problem(Code.REQUEST_MALFORMED, "The body is not valid JSON.") from error
    found = (
        FieldError(pointer, detail) for pointer, part in _places(value) if (detail := _wrong(part))
    )
    if errors := list(itertools.islice(found, MOST_ERRORS)):
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> Problem:
    return Problem(Code.REQUEST_MALFORMED, f"The body is nested deeper than {DEEPEST} levels.")


def _places(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and plain value with its JSON Pointer (RFC 6901); a key has that of its object."""
    waiting, count = [("", value, 0)], 0
    while waiting:
        pointer, part, depth = waiting.pop()
        count += 1
        if count + len(waiting) > MOST_VALUES:
            raise Problem(Code.BODY_TOO_LARGE, f"The limit is {MOST_VALUES} values.")
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(part, dict):
            yield from ((pointer, key) for key in part)
            waiting += (
                (f"{pointer}/{token(key)}", inner, depth + 1) for key, inner in part.items()
            )
        elif isinstance(part, list):
            waiting += ((f"{pointer}/{i}", inner, depth + 1) for i, inner in enumerate(part))
        else:
            yield pointer, part


def token(key: object) -> str:
    """One reference token of a JSON Pointer, escaped by RFC 6901."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _wrong(value: Any) -> str | None:
    """The error of a plain value, or None."""
    if isinstance(value, str) and not db.storable(value):
        return "Contains a NUL byte or a lone surrogate."
    if isinstance(value, float) and not math.isfinite(value):
        return "The number is too large."
    if isinstance(value, int) and abs(value) > GREATEST:
        return "The number is too large."
    return None
