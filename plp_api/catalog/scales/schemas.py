"""JSON schemas of scales."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.scales.lifecycle import SCALE
from plp_api.catalog.scales.models import ScaleStatus
from plp_api.foundation.rest.fields import Choice, Key, ResourceSchema, Schema, Text

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2000
FEWEST_LEVELS, MOST_LEVELS = 2, 10
EXAMPLE_LEVELS = [
    {"key": "beginning", "title": "Beginning", "description": "Starts to show it."},
    {"key": "proficient", "title": "Proficient", "description": "Shows all of it."},
]


class LevelSchema(Schema):
    """A level of a scale."""

    key = Key(
        required=True,
        metadata={
            "description": "Its permanent name: ratings and rubrics hold it.",
            "example": "proficient",
        },
    )
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Proficient"})
    description = Text(
        blank=True,
        longest=LONGEST_DESCRIPTION,
        load_default="",
        metadata={"example": "Shows all of it, without help."},
    )


def _levels(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(LevelSchema),
        validate=validate.Length(FEWEST_LEVELS, MOST_LEVELS),
        metadata={"description": "Lowest first.", "example": EXAMPLE_LEVELS},
        **kwargs,
    )


class ScaleSchema(ResourceSchema):
    """A scale of levels. Its keys and their order never change."""

    life = SCALE

    status = Choice(ScaleStatus, dump_only=True)
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Four levels"})
    levels = _levels(required=True)
    is_default = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether it is used wherever no other scale is named."},
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class ScaleBriefSchema(Schema):
    """A scale as other resources show it."""

    id = fields.UUID(dump_only=True)
    title = fields.String(dump_only=True, metadata={"example": "Four levels"})
    status = Choice(ScaleStatus, dump_only=True)
    levels = fields.List(fields.Nested(LevelSchema), dump_only=True)


class ScalePatchSchema(Schema):
    """The members that can change; send all levels, each with its key, in their order."""

    title = Text(longest=LONGEST_TITLE, metadata={"example": "Four levels"})
    levels = _levels()


class ScaleActionFieldsSchema(Schema):
    """The fields of a scale's actions: none."""
