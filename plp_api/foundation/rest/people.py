"""The names of people in responses, in one shape everywhere."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Schema


class StudentBriefSchema(Schema):
    """The student whom a resource belongs to, as this reader may know them."""

    id = fields.UUID(required=True)
    display_name = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The name that your audience (family or school) uses.",
            "example": "Charlie Roy",
        },
    )
    grade = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null where you may not read the roster.", "example": "10"},
    )
    school_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={
            "description": "The school that keeps the plan; null where you may not read the roster."
        },
    )
