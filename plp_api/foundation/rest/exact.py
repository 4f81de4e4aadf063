"""Accept a value only in the type that the OpenAPI document names.

marshmallow is lenient: `"yes"` is a boolean to it, `"5"` and `5.5` are integers, `true` is a
number, and an object is a list of its keys. A client that sends these has a mistake, and the
document forbids them. `receive_json`, `receive_text` and `receive_form` make every field of a
schema exact, and `Blueprint.arguments` calls one of them for each schema, so that no field can
forget it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import marshmallow as ma
from marshmallow import fields

UUID_FORM = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
INTEGER_FORM = re.compile(r"-?[0-9]+")


def receive_json(schema: ma.Schema) -> None:
    """Make the schema take values of the JSON types that the document names."""
    for field in _every_field(schema):
        if isinstance(field, fields.Boolean):
            _require(field, lambda value: isinstance(value, bool))
        elif isinstance(field, fields.Integer):
            field.strict = False
            _require(field, _is_integer)
        elif isinstance(field, fields.Number):
            _require(field, _is_number)
        elif isinstance(field, fields.UUID):
            _require(field, _is_uuid, "invalid_uuid")
        elif isinstance(field, fields.List):
            _require(field, lambda value: isinstance(value, list))
        elif isinstance(field, fields.Nested) and field.many:
            _require(field, lambda value: isinstance(value, list), "type")


def receive_form(schema: ma.Schema) -> None:
    """As `receive_text`, but a boolean may be `True` or `False`, as Python's clients write it."""
    receive_text(schema)
    for field in _every_field(schema):
        if isinstance(field, fields.Boolean):
            field.truthy, field.falsy = {"true", "True"}, {"false", "False"}


def receive_text(schema: ma.Schema) -> None:
    """Make the schema of a query string or form take numbers and booleans as JSON writes them.

    A boolean is `true` or `false`.
    """
    for field in _every_field(schema):
        if isinstance(field, fields.Boolean):
            field.truthy, field.falsy = {"true"}, {"false"}
        elif isinstance(field, fields.Integer):
            _require(field, lambda value: INTEGER_FORM.fullmatch(str(value)) is not None)
        elif isinstance(field, fields.UUID):
            _require(field, _is_uuid, "invalid_uuid")


def _every_field(schema: ma.Schema) -> Iterator[fields.Field[Any]]:
    for field in schema.load_fields.values():
        yield from _within(field)


def _within(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    """The field, and all fields inside it."""
    yield field
    if isinstance(field, fields.List):
        yield from _within(field.inner)
    elif isinstance(field, fields.Mapping):
        for part in (field.key_field, field.value_field):
            if part is not None:
                yield from _within(part)
    elif isinstance(field, fields.Nested):
        yield from _every_field(field.schema)


def _require(
    field: fields.Field[Any], is_right: Callable[[Any], bool], message: str = "invalid"
) -> None:
    """Refuse other values with the field's own message; null is checked by the field."""

    def check(value: Any) -> Any:
        if value is None or is_right(value):
            return value
        raise field.make_error(message, input=value)

    # A new list: marshmallow's copies of a field share the old one.
    field.pre_load = [check, *field.pre_load]


def _is_integer(value: Any) -> bool:
    """Whether JSON Schema calls it an integer: 5.0 is one, for JSON does not tell it from 5."""
    return _is_number(value) and value == int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and UUID_FORM.fullmatch(value) is not None
