"""Schemas of goals, steps, check-ins and progress."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    Instant,
    ResourceSchema,
    Schema,
    Text,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.goals.lifecycle import GOAL
from plp_api.planning.goals.models import Domain, GoalStatus, Outcome
from plp_api.planning.goals.presenters import shape

LONGEST_TITLE = 200
LONGEST_TEXT = 2000
LONGEST_WORDS = 4000
MOST_STEPS = 1000


def _smart(question: str, example: str) -> Text:
    return Text(
        longest=LONGEST_TEXT,
        blank=True,
        load_default="",
        metadata={"description": question, "example": example},
    )


def _title() -> Text:
    return Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Shadow a nurse"})


class GoalSchema(GuardedSchema):
    """One goal, in SMART terms; the time-bound part is `due_on`."""

    life = GOAL
    shape = staticmethod(shape)
    guarded = frozenset({"elos", "artifacts"})

    plan_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    status = Choice(GoalStatus, dump_only=True)
    domain = Choice(Domain, required=True)
    title = _title()
    specific = _smart("What exactly?", "Two days with a nurse at the clinic in town.")
    measurable = _smart("How will it show?", "A page of notes for each day.")
    achievable = _smart("Why can it be done?", "My aunt works there.")
    relevant = _smart("What is it for?", "I want to know whether nursing is for me.")
    due_on = Date(load_default=None, allow_none=True)
    proposed_at = Instant(dump_only=True, allow_none=True)
    confirmed_at = Instant(dump_only=True, allow_none=True)
    confirmed_by = fields.UUID(
        attribute="shown_confirmer",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null for a parent if another parent did, in home study."},
    )
    confirmed_by_name = name_of("confirmed_by")
    proposed_outcome = Choice(
        Outcome,
        dump_only=True,
        allow_none=True,
        metadata={"description": "How it ended, as the student proposes; an advisor answers."},
    )
    reflection = fields.String(
        dump_only=True, allow_none=True, metadata={"description": "The student's reflection."}
    )
    ended_on = Date(dump_only=True, allow_none=True)
    carried_from_id = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "The earlier goal it continues."}
    )
    carried_to_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The later goal that continues it."},
    )
    progress_percent = fields.Integer(
        dump_only=True, allow_none=True, metadata={"description": "Of the latest check-in."}
    )
    progress_on = Date(
        dump_only=True, allow_none=True, metadata={"description": "The latest check-in's day."}
    )
    framework_items = framework_items()
    elos = fields.List(
        fields.Nested("EloOfGoalSchema"),
        dump_only=True,
        metadata={
            "description": "The ELOs that serve it, as linked from `/elos/{id}`; left out if you"
            " may not read the student's ELOs."
        },
    )
    artifacts = fields.List(
        fields.Nested("ArtifactOfGoalSchema"),
        dump_only=True,
        metadata={
            "description": "The student's work that is evidence for it, without drafts and what is"
            " archived; absent"
            " if you may not read the student's artifacts."
        },
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class GoalPatchSchema(Schema):
    """The members to change. An empty string clears a text, null the due date."""

    domain = Choice(Domain)
    title = Text(longest=LONGEST_TITLE)
    specific = Text(longest=LONGEST_TEXT, blank=True)
    measurable = Text(longest=LONGEST_TEXT, blank=True)
    achievable = Text(longest=LONGEST_TEXT, blank=True)
    relevant = Text(longest=LONGEST_TEXT, blank=True)
    due_on = Date(allow_none=True)


class GoalActionFieldsSchema(Schema):
    comment = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "Kept as a comment on the goal; `return` and `decline_outcome` need one."
        },
    )
    outcome = Choice(Outcome, metadata={"description": "For `propose_outcome`."})
    reflection = Text(
        longest=LONGEST_WORDS,
        metadata={"description": "For `propose_outcome`: the student's reflection."},
    )
    due_on = Date(
        metadata={"description": "For `carry_forward`, optional: when the new goal is due."}
    )


def _position() -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(1, MOST_STEPS),
        metadata={"description": "The order of steps; if left out, a new step comes last."},
    )


class GoalStepSchema(ResourceSchema):
    """Something the student will do toward a goal; done once `done_on` is set."""

    goal_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    position = _position()
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Call the clinic"})
    due_on = Date(load_default=None, allow_none=True)
    done_on = Date(load_default=None, allow_none=True)


class GoalStepPatchSchema(Schema):
    """The members to change. Null in `done_on` makes a step open again."""

    position = _position()
    title = Text(longest=LONGEST_TITLE)
    due_on = Date(allow_none=True)
    done_on = Date(allow_none=True)


def _percent(**kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(0, 100),
        metadata={"description": "The progress in percent, 0 to 100.", "example": 40},
        **kwargs,
    )


class CheckInSchema(ResourceSchema):
    """A dated report of progress on a goal: a percentage and the student's comment."""

    goal_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    checked_on = Date(metadata={"description": "Today, if left out."})
    percent = _percent(required=True)
    body = Text(
        longest=LONGEST_WORDS,
        blank=True,
        load_default="",
        metadata={"example": "The clinic said yes."},
    )
    author_id = fields.UUID(dump_only=True)
    author_name = name_of("author_id")


class CheckInPatchSchema(Schema):
    """The members to change."""

    checked_on = Date()
    percent = _percent()
    body = Text(longest=LONGEST_WORDS, blank=True)


class StepCountsSchema(Schema):
    """Numbers of steps. Open steps are not done; overdue steps are open and past their day."""

    done = fields.Integer()
    open = fields.Integer()
    overdue = fields.Integer()
    left = fields.Integer(metadata={"description": "Not done when their goal ended."})


class GoalsOfStatusSchema(Schema):
    status = Choice(GoalStatus)
    goals = fields.Integer(metadata={"description": "How many."})


class GoalsOfDomainSchema(Schema):
    domain = Choice(Domain)
    goals = fields.Integer(metadata={"description": "How many."})
    by_status = fields.List(fields.Nested(GoalsOfStatusSchema))


class ProgressPointSchema(Schema):
    on = Date()
    percent = fields.Integer(metadata={"description": "As reported in the check-in, 0 to 100."})


class GoalProgressSchema(Schema):
    id = fields.UUID()
    title = fields.String()
    domain = Choice(Domain)
    status = Choice(GoalStatus)
    due_on = Date(allow_none=True)
    ended_on = Date(allow_none=True)
    steps = fields.Nested(StepCountsSchema)
    check_ins = fields.List(
        fields.Nested(ProgressPointSchema), metadata={"description": "Oldest first."}
    )


class ItemsAtLevelSchema(Schema):
    key = fields.String(metadata={"example": "proficient"})
    title = fields.String(metadata={"example": "Proficient"})
    position = fields.Integer(metadata={"description": "1 for the lowest level."})
    items = fields.Integer(metadata={"description": "How many."})


class PlanCompetenciesSchema(Schema):
    """How many items of a framework are rated at each level of a scale; no score."""

    framework_id = fields.UUID()
    title = fields.String(metadata={"example": "Graduation proficiencies"})
    scale_id = fields.UUID()
    scale_title = fields.String(metadata={"example": "Four levels"})
    items = fields.Integer(metadata={"description": "How many are rated."})
    levels = fields.List(
        fields.Nested(ItemsAtLevelSchema), metadata={"description": "Lowest first."}
    )


class ProgressHoursSchema(Schema):
    minutes = fields.Integer()
    entries = fields.Integer(metadata={"description": "How many log entries."})


class ProgressHoursByStatusSchema(Schema):
    """Minutes by whether somebody verified them."""

    verified = fields.Nested(ProgressHoursSchema)
    pending = fields.Nested(ProgressHoursSchema)
    declined = fields.Nested(ProgressHoursSchema)


class PlanEloHoursSchema(Schema):
    """The hours of one ELO; they alone earn no credit."""

    id = fields.UUID(metadata={"description": "The ELO."})
    title = fields.String(metadata={"example": "Nursing at the clinic"})
    type = fields.String(metadata={"example": "internship"})
    status = fields.String(metadata={"example": "active"})
    least_minutes = fields.Integer(allow_none=True)
    planned_minutes = fields.Integer(allow_none=True)
    most_minutes = fields.Integer(allow_none=True)
    hours = fields.Nested(ProgressHoursByStatusSchema)


class PlanProgressSchema(Schema):
    """The progress of a plan today: data for charts, without a total score."""

    sometimes = frozenset({"competencies", "elos", "elo_hours"})

    plan_id = fields.UUID()
    as_of = Date()
    by_status = fields.List(fields.Nested(GoalsOfStatusSchema))
    by_domain = fields.List(fields.Nested(GoalsOfDomainSchema))
    steps = fields.Nested(StepCountsSchema)
    goals = fields.List(fields.Nested(GoalProgressSchema))
    competencies = fields.List(
        fields.Nested(PlanCompetenciesSchema),
        metadata={"description": "By the school's latest ratings; left out if you may not read."},
    )
    elos = fields.List(
        fields.Nested("EloInProgressSchema"),
        metadata={
            "description": "Those neither denied nor withdrawn; left out if you may not read them."
        },
    )
    elo_hours = fields.List(
        fields.Nested(PlanEloHoursSchema),
        metadata={"description": "Of each ELO taken on, oldest first; left out if you may not."},
    )
