"""Plans on the wire."""

from marshmallow import fields, validate

from plp_api.plans.lifecycle import VERSION
from plp_api.plans.models import (
    PlanStatus,
    ProfileKind,
    Regime,
    SignatureMethod,
    SignatureState,
    SignerRole,
    VersionStatus,
)
from plp_api.plans.reads import shape
from plp_api.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text

LONGEST_SECTION = 20_000
SHA256 = validate.Regexp(r"^[0-9a-f]{64}$", error="Must be 64 hexadecimal digits.")
LANGUAGE = validate.Regexp(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", error="Must be a language tag (BCP 47), like `en`."
)


class TemplateSectionSchema(Schema):
    key = fields.String(metadata={"example": "scope_and_rigor"})
    title = fields.String()
    prompt = fields.String()
    is_required = fields.Boolean()
    is_material = fields.Boolean(
        metadata={"description": "Whether a change asks for signatures again."}
    )
    authors = fields.List(fields.String(), metadata={"example": ["student", "advisor"]})
    source = fields.String(metadata={"description": "What asks for the section."})


class PlanTemplateSchema(ResourceSchema):
    name = fields.String()
    is_default = fields.Boolean()
    sections = fields.List(fields.Nested(TemplateSectionSchema))


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


class SignatureSchema(Schema):
    """One signature over a snapshot.

    A parent is shown to another parent by role alone.
    """

    id = fields.UUID(dump_only=True)
    plan_version_id = fields.UUID(dump_only=True)
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "Null where it is withheld."}
    )
    method = Choice(SignatureMethod, dump_only=True)
    snapshot_sha256 = fields.String(required=True, validate=SHA256)
    language = fields.String(
        required=True,
        validate=LANGUAGE,
        metadata={"description": "The language it was read in.", "example": "en"},
    )
    signed_at = Instant(dump_only=True)


class RequirementSchema(Schema):
    role = Choice(SignerRole)
    status = fields.String(metadata={"enum": ["signed", "open", "not_required"]})


class SignaturesSchema(Schema):
    """The signatures of a version, who must sign today, and whether that is all."""

    signature_state = Choice(SignatureState)
    requirements = fields.List(fields.Nested(RequirementSchema))
    items = fields.List(fields.Nested(SignatureSchema))
