"""Reports on the wire."""

from datetime import date
from enum import StrEnum

from marshmallow import fields, validate

from plp_api.reports.actions import Dimension
from plp_api.reports.coverage import GRADES
from plp_api.rest.fields import Choice, Date, Schema

EARLIEST = date(1900, 1, 1)


class ReportFormat(StrEnum):
    """What a report is answered as."""

    JSON = "json"
    CSV = "csv"


class CoverageQuerySchema(Schema):
    as_of = Date(
        validate=validate.Range(min=EARLIEST, error=f"Must not lie before {EARLIEST}."),
        metadata={"description": "The day to tell of; today unless named. Not in the future."},
    )
    by = fields.List(
        Choice(Dimension),
        load_default=list,
        metadata={"description": "Repeat it to cross: `by=school&by=grade`. None: the total only."},
    )
    school_id = fields.UUID(metadata={"description": "Only students enrolled at this school."})
    grade = fields.String(
        validate=validate.OneOf(GRADES), metadata={"description": "Only students in this grade."}
    )
    advisor_id = fields.UUID(metadata={"description": "Only students this person advised."})
    format = Choice(ReportFormat, metadata={"description": "Goes before the Accept header."})


class CoverageCycleSchema(Schema):
    starts_on = Date(required=True, metadata={"example": "2025-12-01"})
    ends_on = Date(
        required=True, metadata={"description": "The last day.", "example": "2026-11-30"}
    )


def _number(description: str, example: int) -> fields.Integer:
    described = {"description": f"{description} Null: hidden.", "example": example}
    return fields.Integer(required=True, allow_none=True, metadata=described)


class CoverageSignaturesSchema(Schema):
    signed = _number("The version in force on the day had every signature it needed by then.", 20)
    pending = _number("It had not.", 16)


class CoverageNumbersSchema(Schema):
    enrolled = _number("current + due + overdue + excepted, always.", 74)
    has_plan = _number("A plan was opened by then.", 72)
    current = _number("A version came into force within the cycle.", 36)
    due = _number("Not yet current, and nothing missed.", 25)
    overdue = _number("The last review that fell due was not followed by a version in force.", 13)
    excepted = _number("This cycle's review was excepted.", 0)
    signatures = fields.Nested(CoverageSignaturesSchema, required=True)
    is_suppressed = fields.Boolean(
        required=True,
        metadata={"description": "Whether any number of the row is hidden.", "example": False},
    )


class CoverageNameSchema(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)


class CoverageGroupSchema(CoverageNumbersSchema):
    school = fields.Nested(CoverageNameSchema, metadata={"description": "With `by=school`."})
    grade = fields.String(metadata={"description": "With `by=grade`."})
    advisor = fields.Nested(
        CoverageNameSchema,
        allow_none=True,
        metadata={"description": "With `by=advisor`. Null: students without an advisor."},
    )


class CoverageSchema(Schema):
    as_of = Date(required=True)
    cycle = fields.Nested(CoverageCycleSchema, required=True)
    by = fields.List(Choice(Dimension), required=True)
    total = fields.Nested(CoverageNumbersSchema, required=True)
    groups = fields.List(fields.Nested(CoverageGroupSchema), required=True)
