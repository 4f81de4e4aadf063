"""Schemas of consents."""

from marshmallow import fields

from plp_api.foundation.access.permissions import Role
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    Instant,
    LanguageTag,
    ResourceSchema,
    Schema,
    Sha256,
    enum_of,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.people.consents.models import ConsentPurpose
from plp_api.people.consents.presenters import shape

Holder = enum_of("ConsentHolder", (Role.STUDENT, Role.PARENT))
TEXT = "I consent that the student shows work from the portfolio to people outside the school."


class ConsentSchema(ResourceSchema):
    """A dated consent of who holds the student's rights (34 CFR 99.30). It is never changed."""

    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    purpose = Choice(ConsentPurpose, dump_only=True)
    text = fields.String(
        dump_only=True, metadata={"description": "What the giver read.", "example": TEXT}
    )
    language = fields.String(
        dump_only=True,
        metadata={"description": "The language in which they read it.", "example": "es"},
    )
    given_by = fields.UUID(dump_only=True)
    given_by_name = name_of("given_by")
    given_as = Choice(Holder, dump_only=True)
    given_on = Date(dump_only=True)
    ends_on = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The first day on which it no longer holds; null: none is set."},
    )
    is_standing = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Whether it holds today: not withdrawn, not over, and its giver still"
            " holds the right."
        },
    )
    withdrawn_at = Instant(dump_only=True, allow_none=True)
    withdrawn_by = fields.UUID(
        attribute="shown_withdrawn_by",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null also where you may not learn who it was."},
    )
    withdrawn_by_name = name_of("withdrawn_by")


class NewConsentSchema(Schema):
    """A consent to one of the texts in `GET /students/{id}/sharing-consent`."""

    purpose = Choice(ConsentPurpose, load_default=ConsentPurpose.SHARING)
    language = LanguageTag(
        required=True,
        metadata={"description": "The language of the text that was read.", "example": "es"},
    )
    text_sha256 = Sha256(
        required=True, metadata={"description": "Of the text that was read, as it was shown."}
    )
    ends_on = Date(
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day on which it no longer holds, if you set one."},
    )


class WithdrawalSchema(Schema):
    """Which consents are withdrawn: all for this purpose, whoever gave them."""

    purpose = Choice(ConsentPurpose, load_default=ConsentPurpose.SHARING)


class ConsentTextSchema(Schema):
    """A text to consent to."""

    language = fields.String(metadata={"example": "en"})
    text = fields.String(metadata={"example": TEXT})
    text_sha256 = fields.String(metadata={"description": "Send it back with the consent."})


class SharingConsentSchema(Schema):
    """How it stands today with showing a student's work outside."""

    student_id = fields.UUID()
    student = student_of()
    purpose = Choice(ConsentPurpose)
    is_enabled = fields.Boolean(
        metadata={"description": "Whether the district shares outside at all."}
    )
    is_standing = fields.Boolean(
        metadata={"description": "Whether somebody who holds the student's rights consents."}
    )
    texts = fields.List(fields.Nested(ConsentTextSchema))
    available_actions = fields.List(
        fields.String(),
        metadata={"description": "What you may do: `give`, `withdraw`.", "example": ["give"]},
    )
