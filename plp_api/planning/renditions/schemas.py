"""Schemas of renditions."""

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import GuardedSchema, Instant, LanguageTag, Schema, Sha256, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.renditions.presenters import GUARDED, shape

LONGEST_TEXT = 20_000
MOST = 200


class RenderedSectionSchema(Schema):
    title = Text(required=True, longest=300, metadata={"example": "Sobre mí"})
    body = Text(required=True, longest=LONGEST_TEXT, blank=True)


class RenderedGoalSchema(Schema):
    sometimes = frozenset({"specific", "measurable", "achievable", "relevant"})

    title = Text(required=True, longest=300)
    specific = Text(longest=LONGEST_TEXT, blank=True)
    measurable = Text(longest=LONGEST_TEXT, blank=True)
    achievable = Text(longest=LONGEST_TEXT, blank=True)
    relevant = Text(longest=LONGEST_TEXT, blank=True)


class RenderedElementSchema(Schema):
    sometimes = frozenset({"location", "term"})

    title = Text(required=True, longest=300, metadata={"example": "Introducción a la enfermería"})
    location = Text(longest=300, blank=True)
    term = Text(longest=300, blank=True)


class RenditionSchema(GuardedSchema):
    """The text of a frozen version in another language, with its translator."""

    guarded = GUARDED
    shape = staticmethod(shape)

    plan_version_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    snapshot_sha256 = Sha256(
        required=True,
        metadata={"description": "The `snapshot_sha256` of the version that was translated."},
    )
    language = LanguageTag(
        required=True,
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
        metadata={"description": "By the goal's id. Left out if you may not read goals."},
    )
    pathway_elements = fields.Dict(
        keys=fields.UUID(),
        values=fields.Nested(RenderedElementSchema),
        load_default=dict,
        validate=validate.Length(max=MOST),
        metadata={"description": "By the element's id. Left out if you may not read elements."},
    )
    translator_name = Text(required=True, longest=200)
    translator_qualification = Text(
        longest=300, allow_none=True, load_default=None, metadata={"example": "Court interpreter"}
    )
    is_certified = fields.Boolean(load_default=False)
    supplied_by = fields.UUID(
        attribute="shown_supplier",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null for a parent if another parent did, in home study."},
    )
    supplied_by_name = name_of("supplied_by")
    superseded_at = Instant(dump_only=True, allow_none=True)
