"""Signatures on the wire."""

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    Instant,
    LanguageTag,
    ResourceSchema,
    Schema,
    Sha256,
    Text,
)
from plp_api.planning.signatures.lifecycle import EXCEPTION
from plp_api.planning.signatures.models import (
    ExceptionBasis,
    ExceptionStatus,
    IdentityCheck,
    OutreachMode,
    OutreachOutcome,
    RequirementStatus,
    SignatureMethod,
    SignatureState,
    SignerRole,
    WaiverReason,
)

FAMILY_ROLES = [SignerRole.STUDENT, SignerRole.PARENT]


def family_role() -> fields.String:
    """`student` or `parent`: the school signs by approving, and is never excused."""
    return fields.String(
        required=True,
        validate=validate.OneOf(FAMILY_ROLES, error="Must be one of: student, parent."),
        metadata={"enum": ["student", "parent"]},
    )


class SignatureSchema(Schema):
    """One signature over a snapshot.

    A parent is shown to another parent by role alone.
    """

    id = fields.UUID(dump_only=True)
    plan_version_id = fields.UUID(
        dump_only=True,
        metadata={
            "description": "The version that was read. An amendment that asks for no new"
            " signatures goes on with those of the version before."
        },
    )
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Whose signature it is. Null where it is withheld."},
    )
    signed_by_name = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The delegate who signed in a parent's place, if one did."},
    )
    method = Choice(SignatureMethod, dump_only=True)
    identity_check = Choice(IdentityCheck, dump_only=True)
    snapshot_sha256 = Sha256(required=True)
    language = LanguageTag(
        required=True,
        metadata={"description": "The language it was read in.", "example": "en"},
    )
    signed_at = Instant(dump_only=True)
    witnessed_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Before whom it was given in the room, or who handed over the code."
        },
    )
    issued_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Who sent the link by which it was given, or held the code by which the"
            " signer's account was opened."
        },
    )
    recorded_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who entered what was signed on paper."},
    )


class RequirementSchema(Schema):
    role = Choice(SignerRole)
    status = Choice(RequirementStatus)


class DeclineSchema(Schema):
    """Somebody would not sign, and said why."""

    id = fields.UUID(dump_only=True)
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        metadata={"description": "Sent by staff to whom they said it; else oneself."}
    )
    words = Text(required=True, longest=4000, metadata={"example": "I was not at the meeting."})
    recorded_by = fields.UUID(dump_only=True, allow_none=True)
    declined_at = Instant(dump_only=True)


class SignaturesSchema(Schema):
    """The signatures of a version, who must sign today, and whether that is all."""

    signature_state = Choice(SignatureState)
    requirements = fields.List(fields.Nested(RequirementSchema))
    items = fields.List(fields.Nested(SignatureSchema))
    declines = fields.List(
        fields.Nested(DeclineSchema),
        metadata={
            "description": "With the words, for staff who read the plan; of the family each finds"
            " their own alone."
        },
    )


class SignatureExceptionSchema(ResourceSchema):
    """A version does without a role's signature."""

    life = EXCEPTION

    student_id = fields.UUID(dump_only=True)
    signed_version_id = fields.UUID(
        dump_only=True, metadata={"description": "The version whose signatures it stands among."}
    )
    role = family_role()
    basis = Choice(
        ExceptionBasis,
        required=True,
        metadata={
            "description": "`silence` after enough logged outreach attempts; `refusal` of who"
            " declined; `split` where one parent signed and another declined."
        },
    )
    reason = Text(required=True, longest=4000)
    status = Choice(ExceptionStatus, dump_only=True)
    given_at = Instant(dump_only=True)
    given_by = fields.UUID(dump_only=True)
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    withdrawn_by = fields.UUID(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class SignatureExceptionActionFieldsSchema(Schema):
    comment = Text(longest=4000, metadata={"description": "Why it is taken back."})


class SignatureWaiverSchema(ResourceSchema):
    """No parent's signature applies to the student in this span. Never shown to the family."""

    student_id = fields.UUID(dump_only=True)
    reason = Choice(WaiverReason, required=True)
    note = Text(longest=4000, allow_none=True)
    starts_on = Date(metadata={"description": "Today, unless another day is given."})
    ends_on = Date(allow_none=True, metadata={"description": "The first day it no longer holds."})
    set_by = fields.UUID(dump_only=True)


class SignatureWaiverPatchSchema(Schema):
    reason = Choice(WaiverReason)
    note = Text(longest=4000, allow_none=True)
    starts_on = Date()
    ends_on = Date(
        allow_none=True,
        metadata={"description": "Its first day, if it should never have been set."},
    )


class SignatureDelegateSchema(ResourceSchema):
    """An adult who may sign in a deciding parent's place."""

    student_id = fields.UUID(dump_only=True)
    parent_id = fields.UUID(dump_only=True)
    name = Text(required=True, longest=200)
    person_id = fields.UUID(
        allow_none=True, metadata={"description": "Where they are known here by an id."}
    )
    starts_on = Date(metadata={"description": "Today, unless another day is given."})
    ends_on = Date(allow_none=True, metadata={"description": "The first day it no longer holds."})


class OutreachAttemptSchema(Schema):
    """One logged attempt to reach who is to sign. Staff alone read it."""

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    review_id = fields.UUID(dump_only=True)
    role = family_role()
    person_id = fields.UUID(
        allow_none=True, metadata={"description": "Whom exactly; else whoever holds the role."}
    )
    tried_on = Date(metadata={"description": "Today, unless another day is given."})
    mode = Choice(OutreachMode, required=True)
    outcome = Choice(OutreachOutcome, required=True)
    words = Text(longest=4000, allow_none=True)
    logged_by = fields.UUID(dump_only=True)
    logged_at = Instant(dump_only=True)
