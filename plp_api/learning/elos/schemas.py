"""Schemas of ELOs."""

from datetime import date
from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.elo_designs.schemas import DesignWordsSchema
from plp_api.catalog.elo_profiles.models import DesignPart, EloType, SignerRole, SkippableState
from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.elos.lifecycle import ELO
from plp_api.learning.elos.models import Awaited, EloStatus
from plp_api.learning.elos.presenters import shape

LONGEST_TITLE = 200
LONGEST_WORDS = 4000
LONGEST_COMMENT = 4000
MOST_MINUTES = 4000 * 60
DAYS = validate.Range(date(2000, 1, 1), date(2100, 1, 1))


def _words(description: str, example: str) -> Text:
    described = {"description": description, "example": example}
    return Text(longest=LONGEST_WORDS, blank=True, metadata=described)


def _day(description: str) -> Date:
    return Date(allow_none=True, validate=DAYS, metadata={"description": description})


def _minutes(description: str) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, MOST_MINUTES),
        metadata={"description": description, "example": 3600},
    )


class EloFieldsSchema(DesignWordsSchema):
    """The members of an ELO that are written."""

    title = Text(longest=LONGEST_TITLE, metadata={"example": "Nursing at the clinic"})
    type = Choice(EloType)
    description = _words("What the student wants to do.", "I help on the ward on Fridays.")
    earliest_start = _day("The agreement's range: the first day on which it may start.")
    latest_end = _day("The agreement's range: the first day on which it must be over.")
    starts_on = _day("The planned first day, inside the range.")
    ends_on = _day("The planned last day, inside the range.")
    least_minutes = _minutes("The agreement's range: at least so many minutes in all.")
    most_minutes = _minutes("The agreement's range: at most so many minutes in all.")
    planned_minutes = _minutes("The planned minutes in all, inside the range.")


class EloPatchSchema(EloFieldsSchema):
    """The members to change; null clears one. A coordinator sets partner, site and rubric."""

    partner_id = fields.UUID(allow_none=True)
    site_id = fields.UUID(allow_none=True, metadata={"description": "A site of the partner."})
    school_id = fields.UUID(
        metadata={"description": "Another school of the student's, which runs it from now on."}
    )
    rubric_id = fields.UUID(
        allow_none=True, metadata={"description": "The edition by which it is evaluated."}
    )


class ProfileOfEloSchema(Schema):
    """The rules of its type, as they were when the ELO was accepted."""

    signers = fields.List(
        Choice(SignerRole, called="AgreementSigner"),
        metadata={"description": "In the order of signing."},
    )
    is_ordered = fields.Boolean(metadata={"description": "Whether that order binds."})
    skipped_states = fields.List(Choice(SkippableState))
    required_parts = fields.List(Choice(DesignPart))
    needs_partner = fields.Boolean()


class TeamOfEloSchema(Schema):
    """Somebody who works on the ELO today. A mentor has no account."""

    assignment_id = fields.UUID()
    role = Choice(AssignmentRole)
    person_id = fields.UUID(allow_none=True)
    person_name = name_of("person_id")
    mentor_id = fields.UUID(allow_none=True)
    mentor_name = fields.String(allow_none=True)
    delegate_of_id = fields.UUID(
        allow_none=True, metadata={"description": "The assignment for which this person acts."}
    )


class EloSchema(EloFieldsSchema, ResourceSchema):
    """An extended learning opportunity: learning outside class, from proposal to credit."""

    life = ELO
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    plan_id = fields.UUID(dump_only=True)
    status = Choice(EloStatus, dump_only=True)
    school_id = fields.UUID(
        metadata={
            "description": "The school that runs it, one of the student's; the plan home school,"
            " if left out."
        }
    )
    title = Text(
        required=True, longest=LONGEST_TITLE, metadata={"example": "Nursing at the clinic"}
    )
    type = Choice(EloType, required=True)
    profile = fields.Nested(
        ProfileOfEloSchema,
        attribute="shown_profile",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null before it is accepted."},
    )
    opportunity_id = fields.UUID(dump_only=True, allow_none=True)
    interest_id = fields.UUID(
        allow_none=True,
        metadata={"description": "The approved hand that the student takes up with it."},
    )
    design_template_id = fields.UUID(dump_only=True, allow_none=True)
    partner_id = fields.UUID(dump_only=True, allow_none=True)
    partner_name = fields.String(dump_only=True, allow_none=True)
    site_id = fields.UUID(dump_only=True, allow_none=True)
    site_name = fields.String(dump_only=True, allow_none=True)
    rubric_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The edition of the rubric by which it is evaluated."},
    )
    team = fields.List(fields.Nested(TeamOfEloSchema), dump_only=True)
    framework_items = framework_items()
    created_by = fields.UUID(attribute="shown_creator", dump_only=True, allow_none=True)
    created_by_name = name_of("created_by")
    waiting_since = Instant(
        dump_only=True, metadata={"description": "The instant of its last move."}
    )
    waiting_on = Choice(
        Awaited, dump_only=True, allow_none=True, metadata={"description": "For whom it waits."}
    )
    is_running = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Whether work may be done on it today: it is active, its agreement is"
            " signed or may still be signed again, and, where the district asks for it, cleared."
        },
    )
    submitted_at = Instant(dump_only=True, allow_none=True)
    accepted_at = Instant(dump_only=True, allow_none=True)
    accepted_by = fields.UUID(attribute="shown_accepter", dump_only=True, allow_none=True)
    accepted_by_name = name_of("accepted_by")
    started_on = Date(dump_only=True, allow_none=True)
    suspended_on = Date(dump_only=True, allow_none=True)
    handed_in_on = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Since then the student does no more work; null if they do."},
    )
    complete_by = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Of an incomplete one: the last day for what is missing."},
    )
    unagreed_until = Date(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "The last day on which it may run while its agreement is signed again."
        },
    )
    ended_at = Instant(dump_only=True, allow_none=True)
    end_reason = fields.String(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class EloGoalSchema(ResourceSchema):
    """A goal of the student that the ELO serves."""

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    goal_id = fields.UUID(required=True)


class UnmetSchema(Schema):
    """Something that must hold first: a problem code, and a sentence that names what is missing."""

    code = fields.String()
    detail = fields.String(allow_none=True)
    parts = fields.List(
        fields.String(),
        metadata={
            "description": "Of `design_incomplete`: each member of the ELO, part of its profile's "
            "`required_parts`, or role of its team that is missing.",
            "example": ["latest_end", "competencies", "cooperating_teacher"],
        },
    )


class ReadinessSchema(Schema):
    """What still stands in the way of a complete design, and of the start."""

    elo_id = fields.UUID()
    complete_design = fields.List(fields.Nested(UnmetSchema))
    start = fields.List(fields.Nested(UnmetSchema))


def _comment() -> dict[str, Any]:
    words = (
        "Kept as a comment, or, with `deny`, `withdraw` and `terminate`, as the reason of the end."
        " `return`, `deny`, `suspend`, `mark_incomplete` and `terminate` need one, and `withdraw`"
        " by a coordinator."
    )
    return {"description": words, "example": "Say which days you would go."}


class EloActionFieldsSchema(Schema):
    comment = Text(longest=LONGEST_COMMENT, metadata=_comment())
    complete_by = Date(
        metadata={"description": "For `mark_incomplete`: the last day for what is missing."}
    )


# What goals and plans show of an ELO: their schemas name these by string.


class EloBriefSchema(Schema):
    """An ELO as another resource shows it; `/elos/{id}` has all of it."""

    id = fields.UUID()
    title = fields.String(metadata={"example": "Nursing at the clinic"})
    type = Choice(EloType)
    status = Choice(EloStatus)


class EloOfGoalSchema(EloBriefSchema):
    """An ELO that serves the goal."""

    is_evidence = fields.Boolean(
        metadata={"description": "Whether it counts as evidence: its work has begun."}
    )


class EloInProgressSchema(EloBriefSchema):
    """An ELO of the student, and the time that is planned for it."""

    starts_on = Date(allow_none=True)
    ends_on = Date(allow_none=True)
    planned_minutes = fields.Integer(allow_none=True, metadata={"example": 3600})
