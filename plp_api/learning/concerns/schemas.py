"""Schemas of concerns."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Choice, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.concerns.lifecycle import CONCERN
from plp_api.learning.concerns.models import ConcernKind, ConcernStatus
from plp_api.learning.concerns.presenters import shape

LONGEST_WORDS = 4000


class NewConcernSchema(Schema):
    kind = Choice(ConcernKind, required=True)
    words = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata={
            "description": "Coordinator, principal, counselors and the district read them; nobody"
            " else does.",
            "example": "I was left alone with the saw.",
        },
    )


class ConcernReceiptSchema(Schema):
    """That a concern was raised; its words are not shown again."""

    id = fields.UUID(dump_only=True)
    elo_id = fields.UUID(dump_only=True)
    status = Choice(ConcernStatus, dump_only=True)
    created_at = Instant(dump_only=True)


class ConcernSchema(ResourceSchema):
    """Something that worries somebody about an ELO."""

    life = CONCERN
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    elo_title = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Null where you may not read the ELO.",
            "example": "Nursing at the clinic",
        },
    )
    kind = Choice(ConcernKind, dump_only=True)
    status = Choice(ConcernStatus, dump_only=True)
    words = fields.String(dump_only=True, metadata={"example": "I was left alone with the saw."})
    raised_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null where a mentor wrote by link."},
    )
    raised_by_name = name_of("raised_by")
    mentor_id = fields.UUID(
        attribute="raised_by_mentor_id",
        dump_only=True,
        allow_none=True,
        metadata={"description": "The mentor who raised it by link."},
    )
    mentor_name = fields.String(
        dump_only=True, allow_none=True, metadata={"example": "Tom Averill"}
    )
    acknowledged_by = fields.UUID(dump_only=True, allow_none=True)
    acknowledged_by_name = name_of("acknowledged_by")
    acknowledged_at = Instant(dump_only=True, allow_none=True)
    closed_by = fields.UUID(dump_only=True, allow_none=True)
    closed_by_name = name_of("closed_by")
    closed_at = Instant(dump_only=True, allow_none=True)
    outcome = fields.String(
        dump_only=True,
        metadata={
            "description": "What came of it; empty until it is closed.",
            "example": "The site has put a guard on the saw.",
        },
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class ConcernActionFieldsSchema(Schema):
    outcome = Text(
        longest=LONGEST_WORDS,
        metadata={"description": "For `close`: what came of it. Who raised it does not see it."},
    )
