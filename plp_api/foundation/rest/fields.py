"""Our own fields, where marshmallow's accept values a database cannot store, or document badly."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields, validate

from plp_api.foundation import clock, db

LONGEST = 10_000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(fields.String):
    """A string of at most `longest` characters that a database can store; blank only if allowed.

    White space at both ends is removed.
    """

    default_error_messages = {
        "unstorable": "Contains a NUL byte or a lone surrogate.",
        "blank": "Must not be blank.",
    }

    def __init__(self, *, longest: int = LONGEST, blank: bool = False, **kwargs: Any) -> None:
        self.blank = blank
        limit = validate.Length(min=0 if blank else 1, max=longest)
        kwargs.setdefault("validate", []).append(limit)
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not db.storable(text):
            raise self.make_error("unstorable")
        text = text.strip()
        if not self.blank and not any(map(_is_seen, text)):
            raise self.make_error("blank")
        return text


def _is_seen(character: str) -> bool:
    """Whether the character is visible: not Unicode's Z or C, except private use (Co)."""
    category = unicodedata.category(character)
    return category == "Co" or category[0] not in "ZC"


class Sha256(fields.String):
    """A SHA-256 in hexadecimal digits."""

    def __init__(self, **kwargs: Any) -> None:
        digits = validate.Regexp(r"\A[0-9a-f]{64}\Z", error="Must be 64 hexadecimal digits.")
        super().__init__(validate=[digits], **kwargs)


class LanguageTag(Text):
    """A language tag (BCP 47), like `en` or `pt-BR`."""

    def __init__(self, **kwargs: Any) -> None:
        shape = r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
        tag = validate.Regexp(shape, error="Must be a language tag (BCP 47), like `en`.")
        super().__init__(longest=16, validate=[tag], **kwargs)


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


class Words(fields.List[str]):
    """A set of words from an enum; sorted in responses."""

    def __init__(self, choices: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(Choice(choices), **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str] | None:
        return None if value is None else sorted(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return frozenset(super()._deserialize(value, attr, data, **kwargs))


class Schema(ma.Schema):
    """The shape of a body or query; unknown members are errors, and members keep their order."""

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


class GuardedSchema(ResourceSchema):
    """A resource with members that only some readers get.

    The schema's `shape` sets `disclosed` on a row: those of the `guarded` members
    that this reader gets. The others are left out; without `disclosed`, all are.
    """

    guarded: frozenset[str] = frozenset()

    @ma.post_dump(pass_original=True)
    def leave_out(self, shown: dict[str, Any], row: Any, **_: Any) -> dict[str, Any]:
        """Leave out the members that this reader does not get."""
        withheld = self.guarded - getattr(row, "disclosed", frozenset())
        return {name: value for name, value in shown.items() if name not in withheld}


def document_choices(plugin: MarshmallowPlugin) -> None:
    """Document every Choice in OpenAPI as a named enum or a string."""

    def choice(converter: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not isinstance(field, Choice):
            return {}
        name = field.called
        schemas = plugin.spec.components.schemas  # type: ignore[union-attr]
        words = [str(choice) for choice in field.choices]
        if schemas.get(name, {}).get("enum", words) != words or "properties" in schemas.get(
            name, {}
        ):
            raise ValueError(
                f"two schemas have the name {name}: give the Choice another by `called`"
            )
        if name not in schemas:
            described = {
                "type": "string",
                "enum": words,
                "description": (field.choices.__doc__ or "").strip(),
            }
            plugin.spec.components.schema(name, described)  # type: ignore[union-attr]
        reference = {"$ref": f"#/components/schemas/{name}"}
        null = [{"type": "null"}] if field.allow_none else []
        for key in ("type", "enum"):
            ret.pop(key, None)
        return {"anyOf": [reference, {"type": "string"}, *null]}

    plugin.converter.add_attribute_function(choice)  # type: ignore[union-attr]
