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
    starts_on = Date(required=True)
    ends_on = Date(required=True, metadata={"description": "The last day."})


def _number(description: str) -> fields.Integer:
    return fields.Integer(
        required=True, allow_none=True, metadata={"description": f"{description} Null: hidden."}
    )


class CoverageSignaturesSchema(Schema):
    signed = _number("The version in force on the day had every signature it needed by then.")
    pending = _number("It had not.")


class CoverageNumbersSchema(Schema):
    enrolled = _number("current + due + overdue + excepted, always.")
    has_plan = _number("A plan was opened by then.")
    current = _number("A version came into force within the cycle.")
    due = _number("Not yet current, and nothing missed.")
    overdue = _number("The last review that fell due was not followed by a version in force.")
    excepted = _number("This cycle's review was excepted.")
    signatures = fields.Nested(CoverageSignaturesSchema, required=True)
    is_suppressed = fields.Boolean(
        required=True, metadata={"description": "Whether any number of the row is hidden."}
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
