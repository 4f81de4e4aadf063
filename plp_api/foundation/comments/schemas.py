"""The request and response schemas of comments."""

from marshmallow import fields

from plp_api.foundation.access.permissions import Role
from plp_api.foundation.comments.presenters import shape
from plp_api.foundation.rest.fields import Choice, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of

LONGEST_COMMENT = 4000


class NewCommentSchema(Schema):
    body = Text(
        required=True,
        longest=LONGEST_COMMENT,
        metadata={"example": "Ask Ms. Roy whether she knows a clinic."},
    )


class CommentSchema(ResourceSchema):
    """A comment; it is never edited, only withdrawn."""

    shape = staticmethod(shape)

    student_id = fields.UUID()
    student = student_of()
    subject_type = fields.String(metadata={"example": "goals"})
    subject_id = fields.UUID()
    body = fields.String(
        attribute="shown_body",
        allow_none=True,
        metadata={"description": "Null once withdrawn."},
    )
    author_id = fields.UUID(
        attribute="shown_author_id",
        allow_none=True,
        metadata={"description": "Null where a parent reads another parent's comment."},
    )
    author_name = name_of("author_id")
    author_role = Choice(Role, metadata={"description": "The author's role at the time."})
    is_own = fields.Boolean(metadata={"description": "Whether you wrote it and may withdraw it."})
    withdrawn_at = Instant(allow_none=True)
