"""Plans on the wire."""

from marshmallow import fields

from plp_api.plans.lifecycle import VERSION
from plp_api.plans.models import (
    PlanStatus,
    ProfileKind,
    Regime,
    VersionStatus,
)
from plp_api.plans.reads import shape
from plp_api.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text

LONGEST_SECTION = 20_000


class PlanSchema(ResourceSchema):
    """The plan itself: the frame around its versions."""

    student_id = fields.UUID()
    template_id = fields.UUID()
    status = Choice(PlanStatus)
    regime = Choice(Regime)
    opened_on = Date()


class SectionSchema(Schema):
    key = fields.String(metadata={"example": "scope_and_rigor"})
    body = fields.String()
    written_by = fields.UUID(allow_none=True)
    updated_at = Instant()


class VersionSectionSchema(SectionSchema):
    written_by = fields.UUID(
        attribute="shown_writer",
        allow_none=True,
        metadata={"description": "Null to the family where another adult wrote it."},
    )


class PlanVersionSchema(ResourceSchema):
    """A dated state of a plan: written while open, frozen once in force."""

    life = VERSION
    shape = staticmethod(shape)

    plan_id = fields.UUID()
    student_id = fields.UUID()
    template_id = fields.UUID()
    number = fields.Integer()
    status = Choice(VersionStatus)
    sections = fields.List(fields.Nested(VersionSectionSchema))
    started_by = fields.UUID()
    submitted_at = Instant(allow_none=True)
    submitted_by = fields.UUID(allow_none=True)
    recorded_for = fields.String(
        allow_none=True, metadata={"description": "Why an advisor handed it in for the student."}
    )
    approved_at = Instant(allow_none=True)
    approved_by = fields.UUID(allow_none=True)
    in_force_on = Date(allow_none=True)
    superseded_on = Date(allow_none=True)
    snapshot_sha256 = fields.String(
        allow_none=True, metadata={"description": "Sign over this; hex, of the snapshot's bytes."}
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class PlanVersionPatchSchema(Schema):
    sections = fields.Dict(
        keys=Text(longest=64),
        values=Text(longest=LONGEST_SECTION, blank=True),
        required=True,
        metadata={
            "description": "New texts by section key; sections not named keep theirs.",
            "example": {"about_me": "I like to take things apart."},
        },
    )


class PlanVersionActionFieldsSchema(Schema):
    comment = Text(metadata={"description": "For `request_changes`: what is asked for."})
    reason = Text(
        longest=1000, metadata={"description": "For `submit_for`: why the student did not."}
    )


class ProfileEntrySchema(ResourceSchema):
    """Something a student says of themselves; withdrawn ones stay as history."""

    plan_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    kind = Choice(ProfileKind, required=True)
    body = Text(required=True, longest=2000, metadata={"example": "Patient with animals"})
    written_by = fields.UUID(dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
