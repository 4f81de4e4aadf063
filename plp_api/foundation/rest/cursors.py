"""Cursors: a place in the order of a list, in a form that clients only send back."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson

from plp_api.foundation.problems import Code, FieldError, Problem

# A cursor holds a value of the sorted column: at most a few hundred characters of a title or name.
LONGEST = 2000
Place = TypeVar("Place")


def written(place: Sequence[Any]) -> str:
    """The cursor of a place, which is a list of plain values."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def read(cursor: str, parse: Callable[[Any], Place]) -> Place:
    """The place of a cursor, by `parse`, which raises what wrong values raise.

    Raises Problem(validation_failed).
    """
    try:
        return parse(orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        errors = [FieldError("", "Not a cursor of this list.", parameter="cursor")]
        raise Problem(Code.VALIDATION_FAILED, errors=errors) from error
