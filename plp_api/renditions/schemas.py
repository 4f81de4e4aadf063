"""Renditions on the wire."""

from marshmallow import fields, validate

from plp_api.renditions.reads import GOALS, shape
from plp_api.rest.fields import GuardedSchema, Instant, Schema, Text

LONGEST_TEXT = 20_000
MOST = 200
LANGUAGE_TAG = validate.Regexp(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error="Not a language tag.")
SHA256 = validate.Regexp(r"\A[0-9a-f]{64}\Z", error="64 hexadecimal digits.")


class RenderedSectionSchema(Schema):
    title = Text(longest=300, metadata={"example": "Sobre mí"})
    body = Text(longest=LONGEST_TEXT, blank=True)


class RenderedGoalSchema(Schema):
    title = Text(longest=300)
    specific = Text(longest=LONGEST_TEXT, blank=True)
    measurable = Text(longest=LONGEST_TEXT, blank=True)
    achievable = Text(longest=LONGEST_TEXT, blank=True)
    relevant = Text(longest=LONGEST_TEXT, blank=True)


class RenditionSchema(GuardedSchema):
    """The text of a frozen version in another language, with who translated it."""

    guarded = GOALS
    shape = staticmethod(shape)

    plan_version_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    snapshot_sha256 = fields.String(
        required=True,
        validate=SHA256,
        metadata={"description": "Of the snapshot that was translated, as the version shows it."},
    )
    language = fields.String(
        required=True,
        validate=[validate.Length(max=16), LANGUAGE_TAG],
        metadata={"description": "A language tag (BCP 47).", "example": "es"},
    )
    sections = fields.Dict(
        keys=Text(longest=64),
        values=fields.Nested(RenderedSectionSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST),
        metadata={
            "description": "By the section's key, as in the snapshot.",
            "example": {"about_me": {"title": "Sobre mí", "body": "Me gusta desarmar cosas."}},
        },
    )
    goals = fields.Dict(
        keys=fields.UUID(),
        values=fields.Nested(RenderedGoalSchema),
        load_default=dict,
        validate=validate.Length(max=MOST),
        metadata={"description": "By the goal's id. Left out for who is denied goals."},
    )
    translator_name = Text(required=True, longest=200)
    translator_qualification = Text(
        longest=300, allow_none=True, load_default=None, metadata={"example": "Court interpreter"}
    )
    is_certified = fields.Boolean(load_default=False)
    supplied_by = fields.UUID(dump_only=True)
    superseded_at = Instant(dump_only=True, allow_none=True)
