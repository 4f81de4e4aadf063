"""JSON schemas of clearances, and of how partners and mentors stand to what is required."""

from marshmallow import fields

from plp_api.catalog.clearances.lifecycle import CLEARANCE
from plp_api.catalog.clearances.models import ClearanceStanding, ClearanceStatus
from plp_api.foundation.rest.fields import Choice, Date, ResourceSchema, Schema
from plp_api.foundation.rest.people import name_of
from plp_api.foundation.roster.district_settings import ClearanceKind


class ClearanceSchema(ResourceSchema):
    """The outcome of a check: cleared or not, when, and until when.

    What the check found is not stored: there is no text and no file (16 V.S.A. 253).
    """

    life = CLEARANCE

    status = Choice(ClearanceStatus, dump_only=True)
    partner_id = fields.UUID(dump_only=True)
    partner_name = fields.String(dump_only=True, metadata={"example": "Barre Community Clinic"})
    mentor_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "The mentor who was checked. Null only for `site_safety`, a check of the"
            " partner."
        },
    )
    mentor_name = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Who was checked. If the mentor has another person's name now, the"
            " clearance counts no longer.",
            "example": "Tom Averill",
        },
    )
    kind = Choice(ClearanceKind, required=True)
    is_cleared = fields.Boolean(required=True)
    checked_on = Date(
        required=True, metadata={"description": "The day of the check, not in the future."}
    )
    valid_until = Date(
        allow_none=True,
        load_default=None,
        metadata={"description": "The last day on which it holds. Null: without an end."},
    )
    recorded_by = fields.UUID(dump_only=True)
    recorded_by_name = name_of("recorded_by")
    withdrawn_by = fields.UUID(dump_only=True, allow_none=True)
    withdrawn_by_name = name_of("withdrawn_by")
    withdrawn_on = Date(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class ClearanceActionFieldsSchema(Schema):
    """The fields of a clearance's actions: none."""


class ClearanceRequirementSchema(Schema):
    """One required kind of check."""

    kind = Choice(ClearanceKind)
    standing = Choice(
        ClearanceStanding, metadata={"description": "By the newest check that is not withdrawn."}
    )
    clearance_id = fields.UUID(allow_none=True)
    valid_until = Date(allow_none=True)


class MentorClearanceSchema(Schema):
    """How one mentor stands to the required checks of people."""

    mentor_id = fields.UUID(attribute="mentor.id")
    mentor_name = fields.String(attribute="mentor.name", metadata={"example": "Tom Averill"})
    is_complete = fields.Boolean(
        metadata={"description": "Whether every required check of the mentor is `cleared`."}
    )
    requirements = fields.List(fields.Nested(ClearanceRequirementSchema))


class PartnerClearanceSchema(Schema):
    """How a partner and its mentors stand to the checks that the district requires."""

    partner_id = fields.UUID(attribute="partner.id")
    as_of = Date()
    is_complete = fields.Boolean(
        metadata={
            "description": "Whether every required check of the partner and of each of its mentors"
            " is `cleared`; also where none is required."
        }
    )
    requirements = fields.List(fields.Nested(ClearanceRequirementSchema))
    mentors = fields.List(
        fields.Nested(MentorClearanceSchema),
        metadata={"description": "The mentors who have not ended."},
    )
