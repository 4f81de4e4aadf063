"""Schemas of the overview. Rows are returned without them; tests compare the two."""

from marshmallow import fields

from plp_api.catalog.item_links.schemas import framework_items
from plp_api.catalog.templates.schemas import TemplateSectionSchema
from plp_api.foundation.rest.fields import Choice, Date, Instant, Names, ResourceSchema, Schema
from plp_api.foundation.rest.people import StudentBriefSchema
from plp_api.learning.elos.schemas import EloBriefSchema
from plp_api.planning.goals.models import Domain, GoalStatus, Outcome
from plp_api.planning.pathways.models import PathwayStatus
from plp_api.planning.pathways.schemas import PlannedCourseSchema
from plp_api.planning.plans.models import (
    PlanStatus,
    ProfileKind,
    Regime,
    VersionStatus,
)
from plp_api.planning.plans.schemas import SectionSchema, StatementSchema
from plp_api.planning.reviews.models import ReviewStatus
from plp_api.planning.reviews.standing import Standing
from plp_api.planning.signatures.models import SignatureState
from plp_api.planning.signatures.schemas import RequirementSchema, SignatureSchema

EXPANDS = (
    "goals",
    "sections",
    "signatures",
    "profile_entries",
    "pathway_elements",
    "elos",
    "template",
)


class PlanStudentSchema(StudentBriefSchema):
    """The student, with the name and pronouns that the caller's audience uses."""

    pronouns = fields.String(required=True, allow_none=True)


class VersionInForceSchema(Schema):
    sometimes = frozenset({"in_force_on", "snapshot_sha256", "signature_state", "requirements"})

    id = fields.UUID()
    number = fields.Integer()
    in_force_on = Date()
    snapshot_sha256 = fields.String()
    signature_state = Choice(SignatureState)
    requirements = fields.List(fields.Nested(RequirementSchema))


class OpenVersionSchema(Schema):
    sometimes = frozenset({"status", "submitted_at"})

    id = fields.UUID()
    number = fields.Integer()
    status = Choice(VersionStatus)
    submitted_at = Instant(allow_none=True)


class PlanReviewSchema(Schema):
    id = fields.UUID()
    version = fields.Integer()
    status = Choice(ReviewStatus)
    standing = Choice(Standing)
    due_on = Date()
    held_on = Date(allow_none=True)


# What an order denies to a parent is left out.
STATUS = frozenset({"status", "regime", "opened_on"})


class PlanSummarySchema(ResourceSchema):
    """The summary of a plan: its student, status, versions and this cycle's review."""

    sometimes = STATUS

    status = Choice(PlanStatus)
    regime = Choice(Regime)
    opened_on = Date()
    template_id = fields.UUID()
    student = fields.Nested(PlanStudentSchema)
    in_force = fields.Nested(VersionInForceSchema, allow_none=True)
    open_version = fields.Nested(OpenVersionSchema, allow_none=True)
    review = fields.Nested(PlanReviewSchema, allow_none=True)


class PlanStepSchema(Schema):
    id = fields.UUID()
    version = fields.Integer()
    position = fields.Integer()
    title = fields.String()
    due_on = Date(allow_none=True)
    done_on = Date(allow_none=True)


class PlanGoalSchema(Schema):
    """A goal with its steps, and the percentage of its latest check-in."""

    id = fields.UUID()
    version = fields.Integer()
    status = Choice(GoalStatus)
    domain = Choice(Domain)
    title = fields.String()
    specific = fields.String()
    measurable = fields.String()
    achievable = fields.String()
    relevant = fields.String()
    due_on = Date(allow_none=True)
    proposed_outcome = Choice(Outcome, allow_none=True)
    ended_on = Date(allow_none=True)
    progress_percent = fields.Integer(allow_none=True)
    progress_on = Date(allow_none=True)
    steps = fields.List(fields.Nested(PlanStepSchema))
    framework_items = framework_items()


class PlanEntrySchema(Schema):
    id = fields.UUID()
    kind = Choice(ProfileKind)
    body = fields.String()
    created_at = Instant()


class PlanElementSchema(PlannedCourseSchema):
    """A pathway element, without who decided; `/pathway-elements/{id}` has all of it."""

    class Meta:
        exclude = ("supervisor_id", "supervisor_name", "supervisor_licence", "accepted_on")

    id = fields.UUID()
    version = fields.Integer()
    status = Choice(PathwayStatus)
    returned_on = Date(allow_none=True)
    approved_on = Date(allow_none=True)
    enrolled_on = Date(allow_none=True)
    completed_on = Date(allow_none=True)
    withdrawn_on = Date(allow_none=True)
    result = fields.String(allow_none=True)
    high_school_credits_earned = fields.Float(allow_none=True)
    college_credits_earned = fields.Float(allow_none=True)
    framework_items = framework_items()


class MinutesOfEloSchema(Schema):
    """The time logged on an ELO, in minutes."""

    verified = fields.Integer(metadata={"example": 1200})
    pending = fields.Integer(metadata={"example": 240})


class PlanEloSchema(EloBriefSchema):
    """An ELO with its hours, without its team and design; `/elos/{id}` has all of it."""

    sometimes = frozenset({"minutes"})

    version = fields.Integer()
    description = fields.String()
    partner_name = fields.String(allow_none=True, metadata={"example": "North Peak Clinic"})
    starts_on = Date(allow_none=True)
    ends_on = Date(allow_none=True)
    complete_by = Date(allow_none=True)
    planned_minutes = fields.Integer(allow_none=True, metadata={"example": 3600})
    minutes = fields.Nested(
        MinutesOfEloSchema,
        metadata={"description": "Left out if you may not read the student's log entries."},
    )
    goal_ids = fields.List(
        fields.UUID(), metadata={"description": "The goals it serves, in the order of linking."}
    )
    framework_items = framework_items()


class PlanFormSchema(Schema):
    """The edition of the template that the open version answers, or else the plan."""

    id = fields.UUID()
    name = fields.String()
    edition = fields.Integer()
    sections = fields.List(fields.Nested(TemplateSectionSchema))


class PlanDocumentSchema(PlanSummarySchema):
    """A plan, with the parts that `expand` names; sections are of the version in force."""

    sometimes = STATUS | {*EXPANDS, "statements"}

    goals = fields.List(fields.Nested(PlanGoalSchema))
    sections = fields.List(
        fields.Nested(SectionSchema),
        metadata={
            "description": "Of the version in force. The text of a draft is at"
            " `/plan-versions/{id}`, with the id of `open_version`."
        },
    )
    statements = fields.List(
        fields.Nested(StatementSchema),
        metadata={"description": "Statements of disagreement; added with `sections`."},
    )
    signatures = fields.List(fields.Nested(SignatureSchema))
    profile_entries = fields.List(fields.Nested(PlanEntrySchema))
    pathway_elements = fields.List(fields.Nested(PlanElementSchema))
    elos = fields.List(fields.Nested(PlanEloSchema))
    template = fields.Nested(PlanFormSchema)


class PlanQuerySchema(Schema):
    expand = Names(
        EXPANDS,
        load_default=list,
        metadata={
            "description": f"Parts to add, separated by commas or repeated: {', '.join(EXPANDS)}.",
            "example": ["goals", "signatures"],
        },
    )
