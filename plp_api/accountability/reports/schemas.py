"""Schemas of reports."""

from datetime import date
from enum import StrEnum

from marshmallow import fields, validate

from plp_api.accountability.reports.actions import Dimension
from plp_api.accountability.reports.coverage import GRADES
from plp_api.foundation.rest.fields import Choice, Date, Schema
from plp_api.planning.pathways.models import Funding, PathwayStatus

EARLIEST = date(1900, 1, 1)


class ReportFormat(StrEnum):
    """The format of a report."""

    JSON = "json"
    CSV = "csv"


class CoverageQuerySchema(Schema):
    as_of = Date(
        validate=validate.Range(min=EARLIEST, error=f"Must not be before {EARLIEST}."),
        metadata={"description": "The day of the report; today if left out. Not in the future."},
    )
    by = fields.List(
        Choice(Dimension),
        load_default=list,
        metadata={
            "description": "The dimensions to group by: `by=school&by=grade`. If left out, the"
            " report has only the total."
        },
    )
    school_id = fields.UUID(metadata={"description": "Only students enrolled at this school."})
    grade = fields.String(
        validate=validate.OneOf(GRADES), metadata={"description": "Only students in this grade."}
    )
    advisor_id = fields.UUID(metadata={"description": "Only students this person advised."})
    format = Choice(ReportFormat, metadata={"description": "Overrides the Accept header."})


class CoverageCycleSchema(Schema):
    starts_on = Date(required=True, metadata={"example": "2025-12-01"})
    ends_on = Date(
        required=True, metadata={"description": "The last day.", "example": "2026-11-30"}
    )


def _number(description: str, example: int) -> fields.Integer:
    described = {"description": f"{description} Null if hidden.", "example": example}
    return fields.Integer(required=True, allow_none=True, metadata=described)


class CoverageSignaturesSchema(Schema):
    signed = _number("The version in force on the day had every signature it needed.", 20)
    pending = _number("It lacked a signature.", 16)
    excepted = _number("It lacked only signatures that were excused.", 0)


class CoverageNumbersSchema(Schema):
    enrolled = _number("current + due + overdue + excepted, always.", 74)
    has_plan = _number("A plan was opened by that day.", 72)
    current = _number("A version came into force or was reaffirmed within the cycle.", 36)
    due = _number("Not yet current, but no review was missed.", 25)
    overdue = _number("No version came into force for the last review that was due.", 13)
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
    sometimes = frozenset({"school", "grade", "advisor"})

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


class DualEnrollmentQuerySchema(Schema):
    as_of = Date(
        validate=validate.Range(min=EARLIEST, error=f"Must not be before {EARLIEST}."),
        metadata={"description": "The day of the report; today if left out. Not in the future."},
    )
    school_year = fields.Integer(
        validate=validate.Range(2000, 2100),
        metadata={
            "description": "Courses that begin in this school year, named by the calendar year in"
            " which it ends. If left out, the school year of `as_of`.",
            "example": 2027,
        },
    )
    school_id = fields.UUID(metadata={"description": "Only students enrolled at this school."})
    format = Choice(ReportFormat, metadata={"description": "Overrides the Accept header."})


class SchoolYearSchema(Schema):
    number = fields.Integer(required=True, metadata={"example": 2027})
    starts_on = Date(required=True, metadata={"example": "2026-07-01"})
    ends_on = Date(required=True, metadata={"example": "2027-06-30"})


def _count(description: str, example: int) -> fields.Integer:
    described = {"description": description, "example": example}
    return fields.Integer(required=True, metadata=described)


class DualEnrollmentNumbersSchema(Schema):
    students = _count("Students in grade 11 or 12 on the day or with a state-funded course.", 120)
    used_0 = _count("Of these, students with no state-funded course, over all years.", 90)
    used_1 = _count("Students with one.", 20)
    used_2 = _count("Students with both.", 10)
    courses = _count("Courses that begin in the school year and were approved by the day.", 34)
    funded_by_state_voucher = _count("Of these, courses paid by the state.", 30)
    funded_by_district = _count("Courses paid by the district.", 3)
    funded_by_family = _count("Courses paid by the family.", 1)
    summer = _count("Courses within June, July and August.", 4)
    before_course = _count("Courses in the plan before they began (16 V.S.A. 944).", 34)
    not_before_course = _count("Courses not in the plan before they began.", 0)


class DualEnrollmentSchoolSchema(DualEnrollmentNumbersSchema):
    school = fields.Nested(
        CoverageNameSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null: students enrolled in no school on the day."},
    )


class DualEnrollmentCourseSchema(Schema):
    school_id = fields.UUID(required=True, allow_none=True)
    school_name = fields.String(required=True, allow_none=True)
    student_id = fields.UUID(required=True)
    student_name = fields.String(required=True)
    state_student_id = fields.String(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    state_funded_used = _count("State-funded courses of this student, over all years.", 1)
    pathway_element_id = fields.UUID(required=True)
    title = fields.String(required=True)
    course_code = fields.String(required=True, allow_none=True)
    provider_name = fields.String(required=True, allow_none=True)
    term = fields.String(required=True, allow_none=True)
    starts_on = Date(required=True)
    ends_on = Date(required=True, allow_none=True)
    is_summer = fields.Boolean(required=True)
    funding = Choice(Funding, required=True, allow_none=True)
    high_school_credits = fields.Float(required=True, allow_none=True)
    college_credits = fields.Float(required=True, allow_none=True)
    status = Choice(PathwayStatus, required=True, metadata={"description": "On the day."})
    approved_on = Date(required=True)
    is_before_course = fields.Boolean(
        required=True,
        metadata={"description": "Whether it was approved before the course began."},
    )
    is_counted = fields.Boolean(
        required=True, metadata={"description": "Whether it counts as one of the two courses."}
    )


class DualEnrollmentSchema(Schema):
    as_of = Date(required=True)
    school_year = fields.Nested(SchoolYearSchema, required=True)
    state_funded_most = fields.Integer(required=True, metadata={"example": 2})
    total = fields.Nested(DualEnrollmentNumbersSchema, required=True)
    schools = fields.List(fields.Nested(DualEnrollmentSchoolSchema), required=True)
    courses = fields.List(fields.Nested(DualEnrollmentCourseSchema), required=True)
