"""Schemas of supports."""

from typing import Any

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Choice, Date, GuardedSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.supports.models import SupportKind
from plp_api.planning.supports.presenters import WHOLE, shape

MOST_ACCOMMODATIONS = 30
LONGEST_ACCOMMODATION = 300


def _ends_on(**kwargs: Any) -> Date:
    return Date(
        allow_none=True, metadata={"description": "The first day it no longer holds."}, **kwargs
    )


class SupportSchema(GuardedSchema):
    """A pointer to a support record, with the agreed accommodations; no other content.

    A teacher sees only the accommodations.
    """

    guarded = WHOLE
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    kind = Choice(SupportKind)
    starts_on = Date(metadata={"description": "The first day it holds; today unless given."})
    ends_on = _ends_on(load_default=None)
    coordinator_id = fields.UUID(
        metadata={"description": "Whom to ask: the case manager or coordinator."}
    )
    coordinator_name = name_of("coordinator_id")
    accommodations = fields.List(
        Text(longest=LONGEST_ACCOMMODATION),
        load_default=list,
        validate=validate.Length(max=MOST_ACCOMMODATIONS),
        metadata={
            "description": "As agreed, in short words: never a diagnosis.",
            "example": ["Extra time on tests", "A seat near the front"],
        },
    )


class NewSupportSchema(SupportSchema):
    """A support to add."""

    kind = Choice(SupportKind, required=True)
    coordinator_id = fields.UUID(required=True)


class SupportPatchSchema(Schema):
    """The members to change. New accommodations need a new support."""

    starts_on = Date()
    ends_on = _ends_on()
    coordinator_id = fields.UUID()
