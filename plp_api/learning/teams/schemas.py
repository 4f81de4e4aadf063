"""Schemas of the team of an ELO."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Choice, Date, ResourceSchema, Schema
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.teams.presenters import shape


class AssignmentSchema(ResourceSchema):
    """Somebody's role in the team of an ELO, for a span of days."""

    shape = staticmethod(shape)

    elo_id = fields.UUID(attribute="subject_id", dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    role = Choice(AssignmentRole, required=True)
    person_id = fields.UUID(
        attribute="shown_person",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null for a mentor, who has no account."},
    )
    person_name = name_of("person_id")
    mentor_id = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "For the role `mentor` alone."}
    )
    mentor_name = fields.String(
        dump_only=True, allow_none=True, metadata={"example": "Tom Averill"}
    )
    delegate_of_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The assignment in whose place this person acts."},
    )
    starts_on = Date(dump_only=True, metadata={"description": "The first day it holds."})
    ends_on = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The first day it no longer holds."},
    )
    is_current = fields.Boolean(
        dump_only=True, metadata={"description": "Whether it holds today by its own dates."}
    )


class NewAssignmentSchema(Schema):
    """Somebody to add to the team of an ELO."""

    role = Choice(AssignmentRole, required=True)
    person_id = fields.UUID(
        metadata={"description": "Staff of your district; for every role but `mentor`."}
    )
    mentor_id = fields.UUID(
        metadata={"description": "A mentor of the ELO's partner; for the role `mentor`."}
    )
    delegate_of_id = fields.UUID(
        metadata={
            "description": "An assignment of the same role, in whose place they act until "
            "`ends_on`, as long as that one lasts."
        }
    )
    replaces_id = fields.UUID(
        metadata={
            "description": "An assignment of the same role, which ends on the day when the new "
            "one begins."
        }
    )
    starts_on = Date(metadata={"description": "The first day it holds; by default today."})
    ends_on = Date(allow_none=True, metadata={"description": "The first day it no longer holds."})


class AssignmentPatchSchema(Schema):
    starts_on = Date(metadata={"description": "Until it has begun: today or later."})
    ends_on = Date(allow_none=True, metadata={"description": "Today or later; today ends it."})
