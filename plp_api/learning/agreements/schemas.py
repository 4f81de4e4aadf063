"""Schemas of agreements and their signatures."""

from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from plp_api.catalog.elo_profiles.models import SignerRole
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
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.agreements.lifecycle import AGREEMENT
from plp_api.learning.agreements.models import AgreementStatus, SigningMethod, VoidReason
from plp_api.learning.agreements.presenters import shape, shape_signatures
from plp_api.planning.signatures.models import IdentityCheck, RequirementStatus
from plp_api.planning.signing.schemas import PaperCheck

LONGEST_NAME, LONGEST_WORDS = 200, 4000
SIGNER = "AgreementSigner"


class PresentSignerRole(StrEnum):
    """Who signs before a member of staff, or on paper; the school's people use their account."""

    STUDENT = SignerRole.STUDENT.value
    PARENT = SignerRole.PARENT.value
    MENTOR = SignerRole.MENTOR.value


class RoomCheck(StrEnum):
    """How it was known who signed before a member of staff."""

    KNOWN_IN_PERSON = IdentityCheck.KNOWN_IN_PERSON.value
    GOVERNMENT_ID = IdentityCheck.GOVERNMENT_ID.value


def _described(words: str, **more: Any) -> dict[str, Any]:
    return {"description": words, **more}


def _language() -> LanguageTag:
    return LanguageTag(
        required=True, metadata=_described("The language it was read in.", example="en")
    )


def _sha256() -> Sha256:
    return Sha256(
        required=True, metadata=_described("The `sha256` of the agreement that was read.")
    )


def _role(**kwargs: Any) -> Choice:
    words = "As what you sign. Needed where you hold several roles here."
    return Choice(SignerRole, called=SIGNER, metadata=_described(words), **kwargs)


class AgreementRequirementSchema(Schema):
    """A role that signs the agreement, and how far it is."""

    role = Choice(SignerRole, called=SIGNER)
    status = Choice(RequirementStatus)
    is_turn = fields.Boolean(
        metadata=_described("Whether it may sign now: where an order binds, others come first.")
    )


class AgreementItemSchema(Schema):
    """A statement that the ELO works toward."""

    id = fields.UUID()
    statement = fields.String(allow_none=True)


class AgreementMemberSchema(Schema):
    """Somebody whom the terms name in a role."""

    role = Choice(AssignmentRole)
    person_id = fields.UUID(
        allow_none=True, metadata=_described("Null for a mentor, and if you may not know who.")
    )
    person_name = name_of("person_id")
    mentor_id = fields.UUID(allow_none=True)
    mentor_name = fields.String(allow_none=True)


class AgreementNamesSchema(Schema):
    """What the terms name by id, in words, as it is called today."""

    partner_name = fields.String(allow_none=True)
    site_name = fields.String(allow_none=True)
    school_name = fields.String(allow_none=True)
    framework_items = fields.List(fields.Nested(AgreementItemSchema))
    team = fields.List(fields.Nested(AgreementMemberSchema))


class AgreementSchema(ResourceSchema):
    """One edition of the agreement of an ELO."""

    life = AGREEMENT
    shape = staticmethod(shape)

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    edition = fields.Integer(dump_only=True, metadata=_described("Grows from 1."))
    status = Choice(AgreementStatus, dump_only=True)
    terms = fields.Dict(
        keys=fields.String(),
        dump_only=True,
        metadata=_described(
            "What is signed: ids and words, no names of people. `earliest_start` to `latest_end` "
            "and `least_minutes` to `most_minutes` are ranges: what the ELO plans may move inside "
            "them. `team` has the people (of `mentor`: mentors) by role."
        ),
    )
    names = fields.Nested(
        AgreementNamesSchema,
        dump_only=True,
        metadata=_described("For whoever reads and signs the terms; no part of what is signed."),
    )
    sha256 = fields.String(
        dump_only=True,
        metadata=_described("Of `terms` as canonical JSON (RFC 8785). Signers send it."),
    )
    is_ordered = fields.Boolean(
        dump_only=True, metadata=_described("Whether they sign in the order of `requirements`.")
    )
    requirements = fields.List(
        fields.Nested(AgreementRequirementSchema),
        dump_only=True,
        metadata=_described(
            "Who signs, as of today: no parent signs once the rights are the student's."
        ),
    )
    completed_at = Instant(dump_only=True, allow_none=True)
    voided_at = Instant(dump_only=True, allow_none=True)
    void_reason = Choice(
        VoidReason,
        dump_only=True,
        allow_none=True,
        metadata=_described("What changed beyond its terms, or `ended`."),
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class AgreementActionFieldsSchema(Schema):
    """The fields of an agreement's actions: none."""


class AgreementSignatureSchema(ResourceSchema):
    """One signature on an agreement, or the decline of one.

    A parent sees another parent's role, not their name; the reason of a decline is read by who
    gave it and by staff.
    """

    shape = staticmethod(shape_signatures)

    agreement_id = fields.UUID(dump_only=True)
    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    role = _role()
    person_id = fields.UUID(
        attribute="shown_person_id",
        dump_only=True,
        allow_none=True,
        metadata=_described("Who signed. Null of a mentor, and if you may not know who."),
    )
    person_name = name_of("person_id")
    mentor_id = fields.UUID(dump_only=True, allow_none=True)
    mentor_name = fields.String(dump_only=True, allow_none=True)
    signed_for_id = fields.UUID(
        attribute="shown_signed_for_id",
        dump_only=True,
        allow_none=True,
        metadata=_described("The member of the team for whom their delegate signed."),
    )
    signed_for_name = name_of("signed_for_id")
    delegate_id = fields.UUID(
        attribute="shown_delegate_id",
        dump_only=True,
        allow_none=True,
        metadata=_described("The adult whom the parent named to sign in their place."),
    )
    typed_name = Text(
        attribute="typed_name",
        longest=LONGEST_NAME,
        load_only=True,
        metadata=_described("The name that you typed, if your form asks for it."),
    )
    signed_as = fields.String(
        attribute="shown_typed_name",
        dump_only=True,
        allow_none=True,
        metadata=_described("The name that was typed, or a parent's delegate."),
    )
    method = Choice(SigningMethod, dump_only=True)
    identity_check = Choice(IdentityCheck, dump_only=True)
    sha256 = _sha256()
    language = _language()
    is_declined = fields.Boolean(dump_only=True)
    words = fields.String(
        attribute="shown_words",
        dump_only=True,
        allow_none=True,
        metadata=_described("Why it was declined."),
    )
    recorded_by = fields.UUID(
        attribute="shown_recorded_by",
        dump_only=True,
        allow_none=True,
        metadata=_described("Who was present in the room, or entered the paper."),
    )
    recorded_by_name = name_of("recorded_by")
    issued_by = fields.UUID(
        attribute="shown_issued_by",
        dump_only=True,
        allow_none=True,
        metadata=_described("Who sent the link, or issued the code that opened the account."),
    )
    issued_by_name = name_of("issued_by")
    witnessed_by = fields.UUID(
        attribute="shown_witnessed_by",
        dump_only=True,
        allow_none=True,
        metadata=_described("Who handed over the code of the link."),
    )
    witnessed_by_name = name_of("witnessed_by")
    has_scan = fields.Boolean(
        dump_only=True, metadata=_described("Whether the scan of a paper is kept.")
    )
    signed_at = Instant(dump_only=True)


class AgreementDeclineSchema(Schema):
    """That you will not sign, and why."""

    role = _role()
    words = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata=_described(
            "Why. Staff who work on the ELO read it.", example="Fridays are not possible."
        ),
    )


class _SomebodySchema(Schema):
    """Who signed: a person, or the mentor of the ELO."""

    role = Choice(PresentSignerRole, required=True, metadata=_described("As what they signed."))
    person_id = fields.UUID(
        metadata=_described(
            "The student or parent who signed.", example="0199b2c4-5f00-7a1c-8e2d-3f4a5b6c7d8e"
        )
    )
    mentor_id = fields.UUID(metadata=_described("The mentor who signed."))
    language = _language()
    delegate_id = fields.UUID(metadata=_described("Who signed in the parent's place."))

    @validates_schema(skip_on_field_errors=True)
    def name_somebody(self, sent: dict[str, Any], **_: Any) -> None:
        """Require the member that goes with the role, and refuse the other."""
        wanted, other = "person_id", "mentor_id"
        if sent["role"] == SignerRole.MENTOR:
            wanted, other = other, wanted
        wrong = {}
        if wanted not in sent:
            wrong[wanted] = ["Say who signed."]
        if other in sent:
            wrong[other] = ["Does not go with this role."]
        if wrong:
            raise ValidationError(wrong)


class WitnessedSignatureSchema(_SomebodySchema):
    """A signature that somebody gave on screen before you."""

    sha256 = _sha256()
    identity_check = Choice(
        RoomCheck, required=True, metadata=_described("How you knew who it was.")
    )
    typed_name = Text(
        longest=LONGEST_NAME, metadata=_described("The name that they typed.", example="Ana Ruiz")
    )


class AgreementPaperSchema(_SomebodySchema):
    """A signature that somebody gave on paper."""

    signed_on = Date(required=True, metadata=_described("The day on the paper."))
    identity_check = Choice(
        PaperCheck, required=True, metadata=_described("How it was known who signed.")
    )
