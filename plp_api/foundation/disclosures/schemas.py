"""The schema of the disclosure ledger."""

from marshmallow import fields

from plp_api.foundation.disclosures.models import DisclosureBasis
from plp_api.foundation.rest.fields import Choice, Instant, Schema
from plp_api.foundation.rest.people import student_of


class DisclosureSchema(Schema):
    """One disclosure of a student's record, as 34 CFR 99.32 asks for it."""

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    party = fields.String(
        dump_only=True,
        metadata={"description": "To whom it was shown.", "example": "Grandmother"},
    )
    interest = fields.String(
        dump_only=True,
        metadata={"description": "Why it was shown.", "example": "To show her my year"},
    )
    what = fields.String(
        dump_only=True,
        metadata={"description": "What was shown.", "example": "Showcase: My year"},
    )
    basis = Choice(DisclosureBasis, dump_only=True)
    subject_type = fields.String(
        dump_only=True,
        metadata={"description": "The kind of row that was shown.", "example": "showcases"},
    )
    subject_id = fields.UUID(dump_only=True)
    link_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "The link by which it was shown; of a share link,"
            " `/share-links/{id}/openings` says when it was opened."
        },
    )
    disclosed_at = Instant(
        dump_only=True,
        metadata={"description": "When it was shown; of a share link, when it was made."},
    )
