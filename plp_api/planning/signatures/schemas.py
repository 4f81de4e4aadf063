"""Schemas of signatures, declines, exceptions, waivers, delegates and outreach."""

from enum import StrEnum

from marshmallow import fields

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
from plp_api.foundation.rest.people import name_of, student_of
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


class FamilySignerRole(StrEnum):
    """Who signs for the family: the school signs by approving and is never excused."""

    STUDENT = SignerRole.STUDENT.value
    PARENT = SignerRole.PARENT.value


def family_role() -> Choice:
    """A field for `student` or `parent`."""
    return Choice(FamilySignerRole, required=True)


class SignatureSchema(Schema):
    """One signature on a snapshot. A parent sees another parent's role, not their name."""

    # Left out for a parent to whom an order denies plans.
    sometimes = frozenset({"snapshot_sha256"})

    id = fields.UUID(dump_only=True)
    plan_version_id = fields.UUID(
        dump_only=True,
        metadata={
            "description": "The version that was read. It may be earlier than the one in force:"
            " small amendments need no new signatures."
        },
    )
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The signer. Null if you may not know who signed."},
    )
    person_name = name_of("person_id")
    signed_by_name = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The delegate who signed in a parent's place, if any."},
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
            "description": "The staff member who was present, or who handed over the link's code."
        },
    )
    witnessed_by_name = name_of("witnessed_by")
    issued_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Who sent the link that was used to sign, or issued the code that opened"
            " the signer's account."
        },
    )
    issued_by_name = name_of("issued_by")
    recorded_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who entered a signature from paper."},
    )
    recorded_by_name = name_of("recorded_by")


class RequirementSchema(Schema):
    role = Choice(SignerRole)
    status = Choice(RequirementStatus)


class DeclineSchema(Schema):
    """A person declined to sign, with their reason."""

    id = fields.UUID(dump_only=True)
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        metadata={"description": "Staff must send who declined. If left out, you decline."}
    )
    person_name = name_of("person_id")
    words = Text(required=True, longest=4000, metadata={"example": "I was not at the meeting."})
    recorded_by = fields.UUID(dump_only=True, allow_none=True)
    recorded_by_name = name_of("recorded_by")
    declined_at = Instant(dump_only=True)


class SignaturesSchema(Schema):
    """The signatures of a version, who must sign today, and whether signatures are complete."""

    signature_state = Choice(SignatureState)
    requirements = fields.List(fields.Nested(RequirementSchema))
    items = fields.List(fields.Nested(SignatureSchema))
    declines = fields.List(
        fields.Nested(DeclineSchema),
        metadata={
            "description": "All declines for staff who may read the plan; a family member sees only"
            " their own."
        },
    )


class SignatureExceptionSchema(ResourceSchema):
    """One role is excused from signing a version."""

    life = EXCEPTION

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    signed_version_id = fields.UUID(
        dump_only=True, metadata={"description": "The version to which it applies."}
    )
    role = family_role()
    basis = Choice(
        ExceptionBasis,
        required=True,
        metadata={
            "description": "`silence`: enough outreach attempts are logged; `refusal`: they"
            " declined; `split`: one parent signed and another declined."
        },
    )
    reason = Text(required=True, longest=4000)
    status = Choice(ExceptionStatus, dump_only=True)
    given_at = Instant(dump_only=True)
    given_by = fields.UUID(dump_only=True)
    given_by_name = name_of("given_by")
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    withdrawn_by = fields.UUID(dump_only=True, allow_none=True)
    withdrawn_by_name = name_of("withdrawn_by")
    available_actions = fields.List(fields.String(), dump_only=True)


class SignatureExceptionActionFieldsSchema(Schema):
    comment = Text(longest=4000, metadata={"description": "Why it is withdrawn."})


class SignatureWaiverSchema(ResourceSchema):
    """No parent has to sign for the student in this span. Never shown to the family."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    reason = Choice(WaiverReason, required=True)
    note = Text(longest=4000, allow_none=True)
    starts_on = Date(metadata={"description": "Today, unless another day is given."})
    ends_on = Date(allow_none=True, metadata={"description": "The first day it no longer holds."})
    set_by = fields.UUID(dump_only=True)
    set_by_name = name_of("set_by")


class SignatureWaiverPatchSchema(Schema):
    reason = Choice(WaiverReason)
    note = Text(longest=4000, allow_none=True)
    starts_on = Date()
    ends_on = Date(
        allow_none=True,
        metadata={"description": "Send `starts_on` if the waiver should never have been set."},
    )


class SignatureDelegateSchema(ResourceSchema):
    """An adult who may sign in a deciding parent's place."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    parent_id = fields.UUID(dump_only=True)
    parent_name = name_of("parent_id")
    name = Text(required=True, longest=200)
    person_id = fields.UUID(
        allow_none=True, metadata={"description": "If the delegate is a person in the district."}
    )
    person_name = name_of("person_id")
    starts_on = Date(metadata={"description": "Today, unless another day is given."})
    ends_on = Date(allow_none=True, metadata={"description": "The first day it no longer holds."})


class OutreachAttemptSchema(Schema):
    """One logged attempt to reach a signer. Only staff read it."""

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    review_id = fields.UUID(dump_only=True)
    role = family_role()
    person_id = fields.UUID(
        allow_none=True, metadata={"description": "The person; if null, anybody in the role."}
    )
    person_name = name_of("person_id")
    tried_on = Date(metadata={"description": "Today, unless another day is given."})
    mode = Choice(OutreachMode, required=True)
    outcome = Choice(OutreachOutcome, required=True)
    words = Text(longest=4000, allow_none=True)
    logged_by = fields.UUID(dump_only=True)
    logged_by_name = name_of("logged_by")
    logged_at = Instant(dump_only=True)
