"""Schemas of raised hands."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.interests.lifecycle import INTEREST
from plp_api.learning.interests.models import InterestStatus
from plp_api.learning.interests.presenters import shape

LONGEST_WORDS = 2000
LONGEST_COMMENT = 4000


class OpportunityBriefSchema(Schema):
    """The opportunity for which the hand is raised."""

    id = fields.UUID()
    title = fields.String()
    partner_name = fields.String(allow_none=True)


class InterestSchema(ResourceSchema):
    """A student's raised hand for an opportunity, and the seat held for them, if any."""

    life = INTEREST
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    opportunity_id = fields.UUID(required=True)
    opportunity = fields.Nested(OpportunityBriefSchema, dump_only=True)
    status = Choice(InterestStatus, dump_only=True)
    words = Text(
        longest=LONGEST_WORDS,
        blank=True,
        load_default="",
        metadata={
            "description": "Why the student wants it, in their own words.",
            "example": "I want to know whether nursing is for me.",
        },
    )
    last_day = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The last day on which the seat is held."},
    )
    holds_seat = fields.Boolean(
        dump_only=True, metadata={"description": "Whether a seat is held today."}
    )
    is_lapsed = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Approved, and the last day is over: the seat is free, and the student "
            "may raise their hand anew."
        },
    )
    decided_by = fields.UUID(
        attribute="shown_decider",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who answered it last."},
    )
    decided_by_name = name_of("decided_by")
    decided_at = Instant(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class InterestActionFieldsSchema(Schema):
    last_day = Date(
        metadata={
            "description": "For `approve` and `extend`: today or later, at most a year ahead, and "
            "before the opportunity's end."
        }
    )
    comment = Text(
        longest=LONGEST_COMMENT,
        metadata={
            "description": "Kept as a comment on the raised hand; `decline` and `release` need one."
        },
    )
