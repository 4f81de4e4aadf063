"""JSON schemas of templates."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.templates.lifecycle import TEMPLATE
from plp_api.catalog.templates.models import Author, Sensitivity, Visibility
from plp_api.foundation.rest.editions import EditionSchema
from plp_api.foundation.rest.fields import Choice, Schema, Text, enum_of
from plp_api.foundation.roster.models import GRADES_WITH_PLANS

LONGEST_TITLE, LONGEST_PROMPT = 200, 2000
MOST_SECTIONS = 50
GradeWithPlan = enum_of("GradeWithPlan", GRADES_WITH_PLANS)
KEY = r"\A[a-z][a-z0-9_]{0,63}\Z"


class GradesField(fields.List[str]):
    """A set of grades, shown as a sorted list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Choice(GradeWithPlan), validate=validate.Length(1, 2 * len(GRADES_WITH_PLANS)), **kwargs
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(sorted(value), attr, obj, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return frozenset(super()._deserialize(value, attr, data, **kwargs))


class TemplateSectionSchema(Schema):
    """A section: its question, who writes it, and who reads it."""

    key = fields.String(
        required=True,
        validate=validate.Regexp(
            KEY, error="Use small letters, digits and _; start with a letter."
        ),
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
    grades = GradesField(required=True, metadata={"example": ["09", "10"]})
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
    grades = GradesField()
    sections = fields.List(
        fields.Nested(TemplateSectionSchema), validate=validate.Length(1, MOST_SECTIONS)
    )


class PlanTemplateActionFieldsSchema(Schema):
    """The fields of a template's actions: none."""
