"""Schemas of portfolios, their entries, and of answers to calls for work."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.portfolio_templates.models import ArtifactKind, PortfolioPurpose
from plp_api.catalog.portfolio_templates.schemas import ShownSlotSchema
from plp_api.foundation.rest.fields import Choice, Date, Key, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import student_of
from plp_api.learning.artifacts.models import ArtifactStatus
from plp_api.learning.portfolios.presenters import shape, shape_entries

LONGEST_WORDS, LAST_PLACE = 4000, 10_000


def _words(**kwargs: Any) -> Text:
    described = {
        "description": "Why the student chose it.",
        "example": "It shows how I learned to revise.",
    }
    return Text(blank=True, longest=LONGEST_WORDS, metadata=described, **kwargs)


def _slot_key(**kwargs: Any) -> Key:
    described = {"description": "The slot's key in the template.", "example": "best_writing"}
    return Key(longest=64, metadata=described, **kwargs)


class ArtifactBriefSchema(Schema):
    """An artifact as portfolios show it."""

    id = fields.UUID()
    title = fields.String(metadata={"example": "Snow on the barn"})
    kind = Choice(ArtifactKind)
    made_on = Date(allow_none=True)
    status = Choice(ArtifactStatus)


class PortfolioEntrySchema(ResourceSchema):
    """An artifact in a slot of a portfolio."""

    shape = staticmethod(shape_entries)

    portfolio_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    slot_key = _slot_key(required=True)
    artifact_id = fields.UUID(
        required=True, metadata={"description": "A kept artifact of the student."}
    )
    artifact = fields.Nested(
        ArtifactBriefSchema,
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null for whoever may not read it as it is now."},
    )
    position = fields.Integer(
        dump_only=True, metadata={"description": "Its place in the slot.", "example": 1}
    )
    words = _words(load_default="")


class PortfolioEntryPatchSchema(Schema):
    """The members to change."""

    slot_key = _slot_key()
    position = fields.Integer(
        strict=True,
        validate=validate.Range(1, LAST_PLACE),
        metadata={"description": "Its place in the slot; two at one place come by age."},
    )
    words = _words()


class ShownEntrySchema(Schema):
    """An artifact in a slot."""

    id = fields.UUID(metadata={"description": "Of the entry, `/portfolio-entries/{id}`."})
    version = fields.Integer()
    artifact_id = fields.UUID()
    artifact = fields.Nested(ArtifactBriefSchema)
    position = fields.Integer(metadata={"example": 1})
    words = _words()


class FilledSlotSchema(ShownSlotSchema):
    """A slot, with the kept artifacts that stand in it."""

    entries = fields.List(fields.Nested(ShownEntrySchema))
    missing = fields.Integer(
        metadata={"description": "How many artifacts it lacks; 0: no gap.", "example": 1}
    )


class PortfolioSchema(ResourceSchema):
    """A student's portfolio by one edition of a template, with its gaps."""

    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    template_id = fields.UUID(
        required=True, metadata={"description": "A published edition that is offered to them."}
    )
    title = fields.String(
        attribute="template.title", dump_only=True, metadata={"example": "Graduation portfolio"}
    )
    description = fields.String(attribute="template.description", dump_only=True)
    purpose = Choice(PortfolioPurpose, attribute="template.purpose", dump_only=True)
    edition = fields.Integer(attribute="template.edition", dump_only=True, metadata={"example": 1})
    line_id = fields.UUID(
        attribute="template.line_id",
        dump_only=True,
        metadata={"description": "Shared by all editions of the template."},
    )
    slots = fields.List(fields.Nested(FilledSlotSchema), dump_only=True)
    gaps = fields.Integer(
        dump_only=True,
        metadata={"description": "How many slots lack artifacts; 0: complete.", "example": 2},
    )


class PortfolioMoveSchema(Schema):
    """The edition to keep the portfolio by."""

    template_id = fields.UUID(
        required=True, metadata={"description": "The published edition of the same template."}
    )


class StudentWithoutPortfolioSchema(Schema):
    """A student to whom a template is offered, and who has begun no portfolio by it."""

    student_id = fields.UUID(attribute="id")
    student = student_of()


class CallAnswerSchema(Schema):
    """What the student hands in."""

    artifact_id = fields.UUID(
        required=True, metadata={"description": "A kept artifact of the student."}
    )
