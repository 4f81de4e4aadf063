"""JSON schemas of frameworks, their items and imports."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Schema

STATEMENT = "The student explains how they know whether a source can be trusted."


class FrameworkItemBriefSchema(Schema):
    """A framework item as other resources show it: what it says, and whether it still holds."""

    id = fields.UUID(dump_only=True)
    code = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Its code in the framework.", "example": "TS.5.a"},
    )
    statement = fields.String(
        dump_only=True,
        metadata={
            "description": "Markdown with LaTeX, as it came: escape it before you show it.",
            "example": STATEMENT,
        },
    )
    framework_id = fields.UUID(dump_only=True)
    is_retired = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether it left its framework; nothing new refers to it."},
    )
