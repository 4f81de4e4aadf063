"""Our own fields, where marshmallow's accept values a database cannot store, or document badly."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, cast

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields, validate

from plp_api.foundation import clock, db, mail, texts
from plp_api.foundation.rest import shapes

LONGEST = 10_000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(fields.String):
    """A string of at most `longest` characters that a database can store; blank only if allowed.

    It is brought into Unicode's form NFC, and white space at both ends is removed. Control
    characters are refused, but for tabs and line ends in texts of several lines (`foundation.texts`
    has the rules).
    """

    default_error_messages = {
        "unstorable": "Contains a NUL byte or a lone surrogate.",
        str(texts.Fault.CONTROL): "Must not contain control characters.",
        str(texts.Fault.INVISIBLE): "Must not be blank.",
    }

    def __init__(self, *, longest: int = LONGEST, blank: bool = False, **kwargs: Any) -> None:
        self.blank = blank
        self.has_lines = longest > texts.LONGEST_LINE
        limit = validate.Length(min=0 if blank else 1, max=longest)
        kwargs.setdefault("validate", []).append(limit)
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not db.storable(text):
            raise self.make_error("unstorable")
        text = texts.normal(text)
        fault = texts.fault_of(text, has_lines=self.has_lines)
        if fault is None or (self.blank and fault is texts.Fault.INVISIBLE):
            return text
        raise self.make_error(str(fault))


class Sha256(fields.String):
    """A SHA-256 in hexadecimal digits."""

    def __init__(self, **kwargs: Any) -> None:
        digits = validate.Regexp(r"\A[0-9a-f]{64}\Z", error="Must be 64 hexadecimal digits.")
        super().__init__(validate=[digits], **kwargs)


class Email(Text):
    """The address of a mailbox, as `foundation.mail` sends to it."""

    def __init__(self, **kwargs: Any) -> None:
        shape = validate.Regexp(mail.ADDRESS, error="Must be an e-mail address at a name.")
        super().__init__(validate=[shape], **kwargs)


class LanguageTag(Text):
    """A language tag (BCP 47), like `en` or `pt-BR`."""

    def __init__(self, **kwargs: Any) -> None:
        shape = r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
        tag = validate.Regexp(shape, error="Must be a language tag (BCP 47), like `en`.")
        super().__init__(longest=16, validate=[tag], **kwargs)


@cache
def _fields_of(schema: type[ma.Schema]) -> Mapping[str, fields.Field[Any]]:
    return schema().fields


def loaded(schema: type[ma.Schema], name: str, value: Any) -> Any:
    """The value as a body of that schema would bring it in; None where one is left out.

    For values that come in another way than by a body. Raises ValueError: a body is refused.
    """
    field = _fields_of(schema)[name]
    if value is None and not field.required:
        return None
    try:
        return field.deserialize(value)
    except ma.ValidationError as error:
        raise ValueError(f"{name}: {error.messages}") from error


def enum_of(name: str, words: Iterable[str]) -> type[StrEnum]:
    """An enum for a Choice whose words are no enum of the code: grades, actions."""
    return cast("type[StrEnum]", StrEnum(name, {word: word for word in words}))


class Choice(fields.String):
    """One word of an enum: a closed set in requests, an open set in responses.

    Documented as `anyOf: [named enum, string]`, so that a generated client accepts a
    word that is added later. The name is the enum's, unless `called` gives another.
    """

    def __init__(self, choices: type[StrEnum], *, called: str | None = None, **kwargs: Any) -> None:
        self.choices = choices
        self.called = called or choices.__name__
        words = [str(choice) for choice in choices]
        kwargs["validate"] = validate.OneOf(words, error=f"Must be one of: {', '.join(words)}.")
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Date(fields.Date):
    """A calendar date, only in the form `YYYY-MM-DD`: clients compare dates as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        if isinstance(value, str) and not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """A moment (RFC 3339); in responses in UTC with `Z`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return clock.iso(value)


class Key(fields.String):
    """A permanent name: small letters, digits and underscores, a letter first."""

    def __init__(self, longest: int = 40, **kwargs: Any) -> None:
        words = "Use small letters, digits and _; start with a letter."
        rule = validate.Regexp(rf"\A[a-z][a-z0-9_]{{0,{longest - 1}}}\Z", error=words)
        super().__init__(validate=rule, **kwargs)


class Words(fields.List[str]):
    """A set of words from an enum; sorted in responses."""

    def __init__(self, choices: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(Choice(choices), **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str] | None:
        return None if value is None else sorted(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return frozenset(super()._deserialize(value, attr, data, **kwargs))


def listed(values: Iterable[str]) -> list[str]:
    """The words of a parameter whose words are repeated, or separated by commas."""
    return [word.strip() for value in values for word in value.split(",")]


class Names(fields.List[str]):
    """Words of a closed set in a query, repeated or separated by commas: `expand=goals,steps`."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        error = f"Must be one of: {', '.join(words)}."
        super().__init__(fields.String(validate=validate.OneOf(words, error=error)), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[str | None]:
        given = [name for name in listed(value) if name]
        return super()._deserialize(given, attr, data, **kwargs)


class Schema(ma.Schema):
    """The shape of a body or query; unknown members are errors, and members keep their order.

    `sometimes` names the members that a response may lack; all others are `required` there.
    """

    sometimes: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = ma.RAISE


class ResourceSchema(Schema):
    """The members that every resource has."""

    id = fields.UUID(dump_only=True, metadata={"description": "UUIDv7."})
    version = fields.Integer(
        dump_only=True,
        metadata={"description": "Grows with each change; the part of the ETag before the dot."},
    )
    created_at = Instant(dump_only=True)
    updated_at = Instant(dump_only=True)


class GuardedMembers(Schema):
    """What has members that only some readers get.

    The schema's `shape` sets `disclosed` on a row: those of the `guarded` members
    that this reader gets. The others are left out; without `disclosed`, all are.
    """

    guarded: ClassVar[frozenset[str]] = frozenset()

    @ma.post_dump(pass_original=True)
    def leave_out(self, shown: dict[str, Any], row: Any, **_: Any) -> dict[str, Any]:
        """Leave out the members that this reader does not get."""
        withheld = self.guarded - getattr(row, "disclosed", frozenset())
        # A name is left out where its id is (`rest.people`).
        named = _named_by(type(self))
        return {
            name: value
            for name, value in shown.items()
            if name not in withheld and named.get(name) not in withheld
        }


class GuardedSchema(GuardedMembers, ResourceSchema):
    """A resource with members that only some readers get."""


@cache
def _named_by(schema: type[ma.Schema]) -> dict[str, str]:
    """The members with the name of somebody, and the members with their ids."""
    declared = schema._declared_fields.items()  # noqa: SLF001 - marshmallow has no other way
    return {name: field.of for name, field in declared if hasattr(field, "of")}


def noun_of(schema: type[ma.Schema]) -> str:
    """The name of a resource: that of the schema which declares the life cycle."""
    declaring = next(each for each in reversed(schema.__mro__) if "life" in vars(each))
    return declaring.__name__.removesuffix("Schema")


def actions_of(schema: type[ma.Schema]) -> type[StrEnum]:
    """The actions of a schema's life cycle, as an enum."""
    noun = noun_of(schema)
    actions = enum_of(f"{noun}ActionName", schema.life.actions)  # type: ignore[attr-defined]
    actions.__doc__ = f"An action of the life cycle of {noun}."
    return actions


def document_fields(plugin: MarshmallowPlugin) -> None:
    """Document in OpenAPI what our schemas know beyond marshmallow's.

    A Choice and `available_actions` become a named enum or a string, and
    `x-sometimes` marks members that a response may lack (`rest.shapes` reads it).
    """

    def choice(converter: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not isinstance(field, Choice):
            return {}
        for key in ("type", "enum"):
            ret.pop(key, None)
        null = [{"type": "null"}] if field.allow_none else []
        return {"anyOf": [*_open_enum(plugin, field.called, field.choices), *null]}

    def actions(converter: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        schema = type(field.parent)
        if field.name != "available_actions" or not hasattr(schema, "life"):
            return {}
        enum = actions_of(schema)
        return {"items": {"anyOf": _open_enum(plugin, enum.__name__, enum)}}

    def sometimes(converter: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        schema = field.parent
        lacking = {*getattr(schema, "sometimes", ()), *getattr(schema, "guarded", ())}
        # A name is missing where its id is.
        return {"x-sometimes": True} if lacking & {field.name, getattr(field, "of", None)} else {}

    for function in (choice, actions, sometimes):
        plugin.converter.add_attribute_function(function)  # type: ignore[union-attr]


def _open_enum(plugin: MarshmallowPlugin, name: str, choices: type[StrEnum]) -> list[Any]:
    """`[named enum, string]`; adds the named enum to the document."""
    components = plugin.spec.components  # type: ignore[union-attr]
    words = [str(choice) for choice in choices]
    known = components.schemas.get(name)
    if known is None:
        described = (choices.__doc__ or "").strip()
        enum = {"type": "string", "enum": words, "description": described}
        components.schema(name, enum)
    elif known.get("enum") != words:
        raise ValueError(f"two schemas have the name {name}: give the Choice another by `called`")
    return shapes.open_enum(name)
