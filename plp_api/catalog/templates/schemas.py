"""JSON schemas of templates."""

from marshmallow import fields, validate

from plp_api.catalog.templates.lifecycle import TEMPLATE
from plp_api.catalog.templates.models import Author, Sensitivity, Visibility
from plp_api.foundation.rest.editions import EditionSchema
from plp_api.foundation.rest.fields import Choice, Key, Schema, Text
from plp_api.foundation.rest.grades import Grades

LONGEST_TITLE, LONGEST_PROMPT = 200, 2000
MOST_SECTIONS = 50
AT_LEAST_ONE = validate.Length(1, 12)


class TemplateSectionSchema(Schema):
    """A section: its question, who writes it, and who reads it."""

    key = Key(
        longest=64,
        required=True,
        metadata={
            "description": "Its permanent name: the text follows the key into new editions.",
            "example": "scope_and_rigor",
        },
    )
    title = Text(required=True, longest=LONGEST_TITLE)
    prompt = Text(blank=True, longest=LONGEST_PROMPT, load_default="")
    is_required = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether a plan cannot be submitted without it."},
    )
    is_material = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether a change must be signed again."},
    )
    authors = fields.List(
        Choice(Author),
        required=True,
        validate=validate.Length(1, len(Author)),
        metadata={"example": ["student", "advisor"]},
    )
    source = Text(
        blank=True,
        longest=LONGEST_TITLE,
        load_default="",
        metadata={"description": "The law or rule that requires the section."},
    )
    sensitivity = Choice(
        Sensitivity,
        allow_none=True,
        load_default=None,
        dump_default=None,
        metadata={
            "description": "The area of 20 U.S.C. 1232h(b) that it asks about, if any. "
            "A section with a sensitivity is never required."
        },
    )
    visibility = Choice(
        Visibility,
        load_default=str(Visibility.EVERYONE_WITH_THE_PLAN),
        dump_default=str(Visibility.EVERYONE_WITH_THE_PLAN),
    )


class PlanTemplateSchema(EditionSchema):
    """One edition of a template."""

    life = TEMPLATE

    school_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: for the whole district."},
    )
    name = Text(required=True, longest=LONGEST_TITLE)
    grades = Grades(required=True, validate=AT_LEAST_ONE, metadata={"example": ["09", "10"]})
    is_default = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether it is for students for whom there is no other template."},
    )
    sections = fields.List(
        fields.Nested(TemplateSectionSchema),
        required=True,
        validate=validate.Length(1, MOST_SECTIONS),
        metadata={"description": "In the order of the plan."},
    )


class PlanTemplatePatchSchema(Schema):
    """The members of a draft that can change; send all sections, because their order counts."""

    name = Text(longest=LONGEST_TITLE)
    grades = Grades(validate=AT_LEAST_ONE)
    sections = fields.List(
        fields.Nested(TemplateSectionSchema), validate=validate.Length(1, MOST_SECTIONS)
    )


class PlanTemplateActionFieldsSchema(Schema):
    """The fields of a template's actions: none."""
