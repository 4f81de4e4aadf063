"""House fields: what marshmallow's own would let through to the database, or document badly."""

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
    """Words: at most `longest` characters, none that a database cannot hold, blank only if allowed.

    The wire value is trimmed of surrounding white space.
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
        words = super()._deserialize(value, attr, data, **kwargs)
        if not db.storable(words):
            raise self.make_error("unstorable")
        words = words.strip()
        if not self.blank and not any(map(_is_seen, words)):
            raise self.make_error("blank")
        return words


def _is_seen(character: str) -> bool:
    """Not white space, a control or a format character (Unicode's Z and C, but private use)."""
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
    """One word of a closed set on the way in, of an open set on the way out.

    Documented as `anyOf: [named enum, string]`, so that generated clients
    survive a word that is added later. The enum's name there is its own, unless
    `called` gives another.
    """

    def __init__(self, choices: type[StrEnum], *, called: str | None = None, **kwargs: Any) -> None:
        self.choices = choices
        self.called = called or choices.__name__
        words = [str(one) for one in choices]
        kwargs["validate"] = validate.OneOf(words, error=f"Must be one of: {', '.join(words)}.")
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Date(fields.Date):
    """A calendar date, `YYYY-MM-DD`, and no other shape: clients compare dates as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        if isinstance(value, str) and not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(fields.AwareDateTime):
    """A moment (RFC 3339); answered in UTC with `Z`."""

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


class Words(fields.List):
    """A set of words from a closed set; answered sorted."""

    def __init__(self, choices: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(Choice(choices), **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str] | None:
        return None if value is None else sorted(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return frozenset(super()._deserialize(value, attr, data, **kwargs))


class Schema(ma.Schema):
    """A wire shape: unknown members are refused, and members keep their order."""

    class Meta:
        unknown = ma.RAISE


class ResourceSchema(Schema):
    """What every resource shows of itself."""

    id = fields.UUID(dump_only=True, metadata={"description": "UUIDv7."})
    version = fields.Integer(
        dump_only=True,
        metadata={"description": "Grows with each change; the part of the ETag before the dot."},
    )
    created_at = Instant(dump_only=True)
    updated_at = Instant(dump_only=True)


class GuardedSchema(ResourceSchema):
    """A resource of which not every reader gets every member.

    A row says by `disclosed` which of the `guarded` members this reader gets
    (set in the schema's `shape`); the others are left out. A row that says
    nothing discloses none.
    """

    guarded: frozenset[str] = frozenset()

    @ma.post_dump(pass_original=True)
    def leave_out(self, shown: dict[str, Any], row: Any, **_: Any) -> dict[str, Any]:
        """The members this reader gets."""
        withheld = self.guarded - getattr(row, "disclosed", frozenset())
        return {name: value for name, value in shown.items() if name not in withheld}


def document_choices(plugin: MarshmallowPlugin) -> None:
    """Teach the OpenAPI document what a Choice is."""

    def choice(converter: Any, field: Any, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not isinstance(field, Choice):
            return {}
        name = field.called
        schemas = plugin.spec.components.schemas  # type: ignore[union-attr]
        words = [str(one) for one in field.choices]
        if schemas.get(name, {}).get("enum", words) != words or "properties" in schemas.get(
            name, {}
        ):
            raise ValueError(
                f"two things are called {name}: give the Choice another name, `called`"
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
