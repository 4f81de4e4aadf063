"""Schemas of pathway elements and of the ledger."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from plp_api.catalog.item_links.presenters import shape
from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import Choice, Date, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import NameOrText, name_of, student_of
from plp_api.planning.pathways.actions import Party
from plp_api.planning.pathways.lifecycle import PATHWAY_ELEMENT
from plp_api.planning.pathways.models import Funding, PathwayStatus, PathwayType, ProviderKind

LONGEST_NAME = 200
LONGEST_WORDS = 4000
MOST_CREDITS = 100
DAYS = validate.Range(date(2000, 1, 1), date(2100, 1, 1))


def _in_hundredths(value: float) -> None:
    """Allow at most two decimals, because both databases store two."""
    if abs(round(value, 2) - value) > 1e-9:
        raise ValidationError("At most two decimals.")


def _credits(whose: str, **kwargs: Any) -> fields.Float:
    return fields.Float(
        allow_none=True,
        allow_nan=False,
        validate=[validate.Range(0, MOST_CREDITS), _in_hundredths],
        metadata={"description": whose, "example": 0.5},
        **kwargs,
    )


def _title(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_NAME, metadata={"example": "Introduction to Nursing"}, **kwargs)


def _words(description: str, example: str, **kwargs: Any) -> Text:
    described = {"description": description, "example": example}
    return Text(longest=LONGEST_NAME, allow_none=True, metadata=described, **kwargs)


def _day(description: str, **kwargs: Any) -> Date:
    described = {"description": description}
    return Date(allow_none=True, validate=DAYS, metadata=described, **kwargs)


def _said_by(school: str) -> Text:
    described = {"description": f"Who at the {school} found the student ready."}
    return Text(dump_only=True, allow_none=True, metadata=described)


def _there(**kwargs: Any) -> Text:
    described = {
        "description": "The school the student came from; null if it was planned here.",
        "example": "Rutland High School",
    }
    may_be_null = not kwargs.get("required")
    return Text(longest=LONGEST_NAME, allow_none=may_be_null, metadata=described, **kwargs)


def _told_by(**kwargs: Any) -> Text:
    described = {
        "description": "The evidence of a course taken elsewhere.",
        "example": "Transcript of 2 September 2026",
    }
    may_be_null = not kwargs.get("required")
    return Text(longest=LONGEST_NAME, allow_none=may_be_null, metadata=described, **kwargs)


class PlannedCourseSchema(Schema):
    """The members of a pathway element that its planner writes."""

    type = Choice(PathwayType)
    title = _title()
    course_code = _words("The provider's code.", "NUR-1010")
    provider_name = _words("Who offers it.", "Community College of Vermont")
    provider_kind = Choice(ProviderKind, allow_none=True)
    location = _words("Where it takes place.", "Montpelier, or online")
    term = _words("The term, as the provider calls it.", "Spring 2027")
    starts_on = _day("The first day of the course.")
    ends_on = _day("The last day of the course.")
    funding = Choice(
        Funding,
        allow_none=True,
        metadata={"description": "Who pays. The state pays for two dual-enrollment courses."},
    )
    high_school_credits = _credits("The planned high school credits.")
    college_credits = _credits("The planned college credits.")
    supervisor_id = fields.UUID(
        allow_none=True,
        metadata={"description": "The licensed educator of a virtual course, a person here."},
    )
    supervisor_name = NameOrText(
        "supervisor_id",
        longest=LONGEST_NAME,
        allow_none=True,
        metadata={
            "description": "That educator's name. Send it only if they are no person here.",
            "example": "Ada Roy",
        },
    )
    supervisor_licence = _words("That educator's licence.", "VT 123456")
    accepted_on = _day("When the early college accepted the student.")


class PathwayElementPatchSchema(PlannedCourseSchema):
    """The members to change; null clears one. After approval, only a few may change."""


class PathwayElementSchema(PlannedCourseSchema, ResourceSchema):
    """A planned way of learning that the law regulates or that earns credit."""

    life = PATHWAY_ELEMENT
    shape = staticmethod(shape)

    plan_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    status = Choice(PathwayStatus, dump_only=True)
    type = Choice(PathwayType, required=True)
    title = _title(required=True)
    starts_on = _day("The first day of the course. It must be approved before that day.")
    is_summer = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether it is within June, July and August."},
    )
    is_state_funded = fields.Boolean(dump_only=True)
    is_voucher_used = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether a state voucher was used; also after a withdrawal."},
    )
    home_ready_by = _said_by("high school")
    home_ready_on = Date(dump_only=True, allow_none=True)
    provider_ready_by = _said_by("provider")
    provider_ready_on = Date(dump_only=True, allow_none=True)
    planned_by = fields.UUID(dump_only=True)
    planned_by_name = name_of("planned_by")
    returned_on = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "When it was returned; null once revised. Read the comments."},
    )
    approved_on = Date(dump_only=True, allow_none=True)
    approved_by = fields.UUID(dump_only=True, allow_none=True)
    approved_by_name = name_of("approved_by")
    is_before_course = fields.Boolean(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Whether it was approved before the course began."},
    )
    enrolled_on = Date(dump_only=True, allow_none=True)
    completed_on = Date(dump_only=True, allow_none=True)
    withdrawn_on = Date(dump_only=True, allow_none=True)
    result = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The grade, as the provider gave it."},
    )
    high_school_credits_earned = fields.Float(dump_only=True, allow_none=True)
    college_credits_earned = fields.Float(dump_only=True, allow_none=True)
    taken_elsewhere_at = _there(dump_only=True)
    source = _told_by(dump_only=True)
    framework_items = framework_items()
    available_actions = fields.List(fields.String(), dump_only=True)


class CourseTakenElsewhereSchema(Schema):
    """A dual-enrollment course that the state paid for while another district kept the plan."""

    title = _title(required=True)
    course_code = _words("The provider's code.", "NUR-1010")
    provider_name = Text(
        required=True,
        longest=LONGEST_NAME,
        metadata={"description": "Who offered it.", "example": "Community College of Vermont"},
    )
    term = _words("The term, as the provider calls it.", "Fall 2025")
    starts_on = Date(
        required=True, validate=DAYS, metadata={"description": "Its first day, not in the future."}
    )
    ends_on = Date(required=True, validate=DAYS, metadata={"description": "Its last day."})
    taken_elsewhere_at = _there(required=True)
    source = _told_by(required=True)
    result = _words("The grade, as the provider gave it.", "B+")
    high_school_credits_earned = _credits("The high school credits earned.")
    college_credits_earned = _credits("The college credits earned.")


class PathwayElementActionFieldsSchema(Schema):
    comment = Text(
        longest=LONGEST_WORDS,
        metadata={"description": "Kept as a comment on the element; `return` needs one."},
    )
    party = Choice(
        Party, metadata={"description": "For `record_readiness`: which of the two schools."}
    )
    said_by = Text(
        longest=LONGEST_NAME,
        metadata={
            "description": "For `record_readiness`: who at that school said so.",
            "example": "Dean Lu",
        },
    )
    said_on = Date(
        validate=DAYS, metadata={"description": "For `record_readiness`; today if left out."}
    )
    is_ready = fields.Boolean(metadata={"description": "For `record_readiness`; false clears it."})
    accepted_on = Date(
        validate=DAYS,
        metadata={"description": "For `enroll` in an early college: when it accepted the student."},
    )
    result = Text(
        longest=LONGEST_NAME,
        metadata={"description": "For `complete`: the grade.", "example": "B+"},
    )
    high_school_credits_earned = _credits("For `complete`: the high school credits earned.")
    college_credits_earned = _credits("For `complete`: the college credits earned.")
    is_voucher_used = fields.Boolean(
        metadata={
            "description": "For `withdraw` from a state-funded course: whether the voucher was"
            " used. If left out: yes, if the student was enrolled."
        }
    )


class PathwayLedgerCourseSchema(Schema):
    pathway_element_id = fields.UUID(required=True)
    plan_id = fields.UUID(required=True)
    status = Choice(PathwayStatus, required=True)
    title = fields.String(required=True)
    course_code = fields.String(required=True, allow_none=True)
    provider_name = fields.String(required=True, allow_none=True)
    starts_on = Date(required=True, allow_none=True)
    ends_on = Date(required=True, allow_none=True)
    is_summer = fields.Boolean(required=True)
    funding = Choice(Funding, required=True, allow_none=True)
    approved_on = Date(required=True, allow_none=True)
    is_before_course = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether it was approved before the course began."},
    )
    is_voucher_used = fields.Boolean(required=True)
    taken_elsewhere_at = _there()
    is_counted = fields.Boolean(
        required=True, metadata={"description": "Whether it counts as one of the two courses."}
    )


class PathwayLedgerSchema(Schema):
    """The dual-enrollment courses of one student, and how many of the two state-funded are left."""

    student_id = fields.UUID(required=True)
    student = student_of()
    as_of = Date(required=True)
    state_funded_most = fields.Integer(required=True, metadata={"example": 2})
    state_funded_used = fields.Integer(required=True, metadata={"example": 1})
    state_funded_left = fields.Integer(required=True, metadata={"example": 1})
    courses = fields.List(fields.Nested(PathwayLedgerCourseSchema), required=True)
