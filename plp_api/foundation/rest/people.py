"""The student as every resource that hangs off one shows them."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Schema


class StudentBriefSchema(Schema):
    """The student whom it is about, with the name that this reader's audience uses."""

    id = fields.UUID(required=True)
    display_name = fields.String(required=True, metadata={"example": "Robin Beaudry"})
    grade = fields.String(required=True, allow_none=True, metadata={"example": "10"})
    school_id = fields.UUID(required=True, allow_none=True)
