"""JSON schemas of rubrics."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.rubrics.lifecycle import RUBRIC
from plp_api.catalog.rubrics.presenters import shape
from plp_api.catalog.scales.schemas import ScaleBriefSchema
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest.editions import EditionSchema
from plp_api.foundation.rest.fields import Key, Schema, Text

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_DESCRIPTOR = 200, 5000, 2000
MOST_CRITERIA, MOST_ITEMS = 30, 20
DESCRIPTORS = {
    "beginning": "Names one source.",
    "developing": "Names several sources.",
    "proficient": "Compares sources, and says which can be trusted.",
    "exemplary": "Tells how the sources depend on each other.",
}


def _title(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_TITLE, metadata={"example": "Inquiry presentation"}, **kwargs)


def _description(**kwargs: Any) -> Text:
    example = {"example": "For a talk of ten minutes before a panel."}
    return Text(blank=True, longest=LONGEST_DESCRIPTION, metadata=example, **kwargs)


class CriterionSchema(Schema):
    """A criterion: what is looked at, and what work at each level is like."""

    key = Key(
        required=True,
        metadata={
            "description": "Its permanent name: judgments refer to it in every edition.",
            "example": "use_of_sources",
        },
    )
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Use of sources"})
    description = Text(
        blank=True,
        longest=LONGEST_DESCRIPTION,
        load_default="",
        metadata={"example": "Which sources the student used, and how."},
    )
    framework_item_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "The framework items for which it gives evidence."},
    )
    descriptors = fields.Dict(
        keys=Key(metadata={"description": "The key of a level of the scale."}),
        values=Text(longest=LONGEST_DESCRIPTOR),
        load_default=dict,
        metadata={
            "description": "What work at a level is like, by the level's key. A draft may lack"
            " levels; a published edition has them all.",
            "example": DESCRIPTORS,
        },
    )


class ShownCriterionSchema(CriterionSchema):
    """A criterion, with its framework items in words."""

    framework_items = fields.List(fields.Nested(FrameworkItemBriefSchema), dump_only=True)


def _criteria(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(CriterionSchema), validate=validate.Length(1, MOST_CRITERIA), **kwargs
    )


class RubricSchema(EditionSchema):
    """One edition of a rubric."""

    life = RUBRIC
    shape = staticmethod(shape)

    school_id = fields.UUID(
        allow_none=True, metadata={"description": "Null: of the whole district."}
    )
    title = _title()
    description = _description()
    scale_id = fields.UUID(dump_only=True)
    scale = fields.Nested(ScaleBriefSchema, dump_only=True)
    copied_from_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The edition from which a school copied it; null otherwise."},
    )
    criteria = fields.List(
        fields.Nested(ShownCriterionSchema), attribute="shown_criteria", dump_only=True
    )


class NewRubricSchema(Schema):
    """A rubric to begin."""

    school_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: of the whole district."},
    )
    title = _title(required=True)
    description = _description(load_default="")
    scale_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: the district's default scale."},
    )
    criteria = _criteria(required=True)


class RubricPatchSchema(Schema):
    """The members of a draft that can change; send all criteria, because their order counts."""

    title = _title()
    description = _description()
    scale_id = fields.UUID()
    criteria = _criteria()


class RubricCopySchema(Schema):
    """For which school to copy."""

    school_id = fields.UUID(required=True)


class RubricActionFieldsSchema(Schema):
    """The fields of a rubric's actions: none."""
