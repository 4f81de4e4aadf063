"""Schemas of the parts of a design."""

from datetime import date
from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.elo_designs.schemas import LONGEST_LINE, LONGEST_SENTENCE, line_of
from plp_api.catalog.opportunities.models import Cluster
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    ResourceSchema,
    Schema,
    Text,
    enum_of,
)
from plp_api.foundation.rest.life import ActionAnswerSchema
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.designs.kinds import BenchmarkOutcome, BorneBy, PermissionKind, TaskRating
from plp_api.learning.designs.lifecycle import BENCHMARK, TRAINING_TASK
from plp_api.learning.designs.presenters import (
    shape_benchmarks,
    shape_permissions,
    shape_training_tasks,
    shape_work,
)
from plp_api.learning.elos.labor import Sector
from plp_api.learning.elos.schemas import EloSchema

LONGEST_WORDS, DAY, MOST_CENTS, MOST_STUDENTS = 4000, 24 * 60, 10_000_000, 50
DAYS = validate.Range(date(2000, 1, 1), date(2100, 1, 1))
BenchmarkStatus = enum_of("EloBenchmarkStatus", ["open", "reviewed"])
BenchmarkStatus.__doc__ = "Whether a benchmark was reviewed."
TrainingTaskStatus = enum_of("EloTrainingTaskStatus", ["open", "rated"])
TrainingTaskStatus.__doc__ = "Whether a training task was rated."


class PartOfEloSchema(ResourceSchema):
    """What belongs to the design of one ELO."""

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()


# Benchmarks.


def _title(**kwargs: Any) -> Text:
    return line_of(LONGEST_LINE, "A first draft of the guide", **kwargs)


def _due_on(**kwargs: Any) -> Date:
    return Date(allow_none=True, validate=DAYS, **kwargs)


def _reviewer_id(**kwargs: Any) -> fields.UUID:
    words = "Who reviews it, of the team; null: anybody who may review."
    return fields.UUID(allow_none=True, metadata={"description": words}, **kwargs)


class EloBenchmarkSchema(PartOfEloSchema):
    """A piece of work that is due on a day and reviewed."""

    life = BENCHMARK
    shape = staticmethod(shape_benchmarks)

    status = Choice(BenchmarkStatus, dump_only=True)
    title = _title(required=True)
    due_on = _due_on(load_default=None)
    reviewer_id = _reviewer_id(load_default=None)
    reviewer_name = name_of("reviewer_id")
    outcome = Choice(BenchmarkOutcome, dump_only=True, allow_none=True)
    words = fields.String(dump_only=True, metadata={"description": "The reviewer's words."})
    reviewed_by = fields.UUID(attribute="shown_reviewed_by", dump_only=True, allow_none=True)
    reviewed_by_name = name_of("reviewed_by")
    reviewed_on = Date(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class EloBenchmarkPatchSchema(Schema):
    """The members to change, until it is reviewed."""

    title = _title()
    due_on = _due_on()
    reviewer_id = _reviewer_id()


class EloBenchmarkActionFieldsSchema(Schema):
    outcome = Choice(BenchmarkOutcome, metadata={"description": "For `review`: how far it is met."})
    comment = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "For `review`: the reviewer's words, which the student reads.",
            "example": "Clear; add where to find the gloves.",
        },
    )


# Training tasks.


def _task(**kwargs: Any) -> Text:
    return line_of(LONGEST_SENTENCE, "Take blood pressure", **kwargs)


def _competence(**kwargs: Any) -> Text:
    words = "The competence that it trains."
    metadata = {"description": words, "example": "Measures vital signs"}
    return Text(longest=LONGEST_SENTENCE, blank=True, metadata=metadata, **kwargs)


class EloTrainingTaskSchema(PartOfEloSchema):
    """A task of the training plan, and how well the student does it."""

    life = TRAINING_TASK
    shape = staticmethod(shape_training_tasks)

    status = Choice(TrainingTaskStatus, dump_only=True)
    task = _task(required=True)
    competence = _competence(load_default="")
    rating = Choice(
        TaskRating,
        called="TrainingTaskRating",
        dump_only=True,
        allow_none=True,
        metadata={"description": "The latest; null before the first."},
    )
    rated_by = fields.UUID(attribute="shown_rater", dump_only=True, allow_none=True)
    rated_by_name = name_of("rated_by")
    rated_on = Date(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class EloTrainingTaskPatchSchema(Schema):
    """The members to change, until it is rated."""

    task = _task()
    competence = _competence()


class EloTrainingTaskActionFieldsSchema(Schema):
    rating = Choice(
        TaskRating,
        called="TrainingTaskRating",
        metadata={"description": "For `rate`: how well the student does it today."},
    )


# Communications.


def _party(**kwargs: Any) -> Text:
    return line_of(LONGEST_LINE, "Mentor", **kwargs)


def _means(**kwargs: Any) -> Text:
    return line_of(LONGEST_LINE, "A visit at the site", **kwargs)


def _rhythm(**kwargs: Any) -> Text:
    return line_of(LONGEST_LINE, "Every two weeks", **kwargs)


class EloCommunicationSchema(PartOfEloSchema):
    """A row of the communication plan: with whom, by what means, how often."""

    party = _party(required=True)
    means = _means(required=True)
    rhythm = _rhythm(required=True)


class EloCommunicationPatchSchema(Schema):
    """The members to change."""

    party = _party()
    means = _means()
    rhythm = _rhythm()


# Permissions.


def _kind(**kwargs: Any) -> Choice:
    return Choice(PermissionKind, called="EloPermissionKind", **kwargs)


def _given_by_name(**kwargs: Any) -> Text:
    metadata = {"description": "Who gave it; parents do not read it.", "example": "Ada Roy"}
    return Text(longest=LONGEST_LINE, blank=True, metadata=metadata, **kwargs)


def _given_on(**kwargs: Any) -> Date:
    words = "Null as long as it is missing."
    return Date(allow_none=True, validate=DAYS, metadata={"description": words}, **kwargs)


class EloPermissionSchema(PartOfEloSchema, GuardedSchema):
    """A permission that the ELO needs, and who gave it when."""

    guarded = frozenset({"given_by_name"})
    shape = staticmethod(shape_permissions)

    kind = _kind(required=True)
    given_by_name = _given_by_name(load_default="")
    given_on = _given_on(load_default=None)
    recorded_by = fields.UUID(attribute="shown_recorder", dump_only=True, allow_none=True)
    recorded_by_name = name_of("recorded_by")


class EloPermissionPatchSchema(Schema):
    """The members to change."""

    kind = _kind()
    given_by_name = _given_by_name()
    given_on = _given_on()


# Costs.


def _what(**kwargs: Any) -> Text:
    return line_of(LONGEST_LINE, "Work shoes", **kwargs)


def _cents(description: str, **kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(0, MOST_CENTS),
        metadata={"description": description, "example": 4500},
        **kwargs,
    )


class EloCostSchema(PartOfEloSchema):
    """What the ELO costs, and who bears it."""

    what = _what(required=True)
    amount_cents = _cents("In cents.", required=True)
    borne_by = Choice(BorneBy, called="CostBearer", required=True)


class EloCostPatchSchema(Schema):
    """The members to change."""

    what = _what()
    amount_cents = _cents("In cents.")
    borne_by = Choice(BorneBy, called="CostBearer")


# Weekly times.


def _weekday(**kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(1, 7),
        metadata={"description": "1 is Monday, 7 Sunday.", "example": 5},
        **kwargs,
    )


def _minute(description: str, example: int, least: int = 0, **kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(least, DAY),
        metadata={"description": description, "example": example},
        **kwargs,
    )


def _begins(**kwargs: Any) -> fields.Integer:
    return _minute("In minutes after midnight: 780 is 1 p.m.", 780, **kwargs)


def _ends(**kwargs: Any) -> fields.Integer:
    return _minute("In minutes after midnight, after `begins`.", 900, 1, **kwargs)


class EloTimeSchema(PartOfEloSchema):
    """A weekly time on site."""

    weekday = _weekday(required=True)
    begins = _begins(required=True)
    ends = _ends(required=True)


class EloTimePatchSchema(Schema):
    """The members to change."""

    weekday = _weekday()
    begins = _begins()
    ends = _ends()


# The facts of work.


def _yes_or_no(description: str) -> dict[str, Any]:
    return {"metadata": {"description": description}}


IS_PAID = _yes_or_no("Whether it is paid: then the law on the work of minors applies.")
IS_EMPLOYED = _yes_or_no("Whether the student is employed there already.")
IS_HAZARDOUS = _yes_or_no("Whether the work is hazardous (29 CFR 570, subpart E).")
IS_LEARNER = _yes_or_no("Whether the student is a student-learner (29 CFR 570.50).")
HAS_SCHEDULE = _yes_or_no("Whether there is a schedule of the work processes (29 CFR 570.50).")
HAS_CERTIFICATE = _yes_or_no(
    "Whether the employer has the Commissioner of Labor's certificate (21 V.S.A. 431)."
)


def _duties(whose: str, example: str) -> dict[str, Any]:
    metadata = {"description": f"What {whose} will do.", "example": example}
    return {"longest": LONGEST_WORDS, "blank": True, "metadata": metadata}


STUDENT_DUTIES = _duties("the student", "Come on time, and call if ill.")
PARTNER_DUTIES = _duties("the partner", "Instruct in safety on the first day.")
SCHOOL_DUTIES = _duties("the school", "Visit every two weeks.")
JOB_TITLE: dict[str, Any] = {
    "longest": LONGEST_LINE,
    "blank": True,
    "metadata": {"example": "Nursing aide"},
}


class EloWorkPatchSchema(Schema):
    """The facts to change."""

    cluster = Choice(Cluster, allow_none=True)
    job_title = Text(**JOB_TITLE)
    is_employed = fields.Boolean(**IS_EMPLOYED)
    is_paid = fields.Boolean(**IS_PAID)
    hourly_wage_cents = _cents("Per hour, in cents.", allow_none=True)
    sector = Choice(Sector, called="WorkSector")
    student_duties = Text(**STUDENT_DUTIES)
    partner_duties = Text(**PARTNER_DUTIES)
    school_duties = Text(**SCHOOL_DUTIES)
    is_hazardous = fields.Boolean(**IS_HAZARDOUS)
    is_student_learner = fields.Boolean(**IS_LEARNER)
    has_training_schedule = fields.Boolean(**HAS_SCHEDULE)
    has_certificate = fields.Boolean(**HAS_CERTIFICATE)


class EloWorkSchema(ResourceSchema):
    """The facts of work-based learning. `id` and `version` are those of the ELO."""

    shape = staticmethod(shape_work)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    cluster = Choice(Cluster, attribute="shown_work.cluster", allow_none=True)
    job_title = Text(attribute="shown_work.job_title", **JOB_TITLE)
    is_employed = fields.Boolean(attribute="shown_work.is_employed", **IS_EMPLOYED)
    is_paid = fields.Boolean(attribute="shown_work.is_paid", **IS_PAID)
    hourly_wage_cents = _cents(
        "Per hour, in cents.", attribute="shown_work.hourly_wage_cents", allow_none=True
    )
    sector = Choice(Sector, attribute="shown_work.sector", called="WorkSector")
    student_duties = Text(attribute="shown_work.student_duties", **STUDENT_DUTIES)
    partner_duties = Text(attribute="shown_work.partner_duties", **PARTNER_DUTIES)
    school_duties = Text(attribute="shown_work.school_duties", **SCHOOL_DUTIES)
    is_hazardous = fields.Boolean(attribute="shown_work.is_hazardous", **IS_HAZARDOUS)
    is_student_learner = fields.Boolean(attribute="shown_work.is_student_learner", **IS_LEARNER)
    has_training_schedule = fields.Boolean(
        attribute="shown_work.has_training_schedule", **HAS_SCHEDULE
    )
    has_certificate = fields.Boolean(attribute="shown_work.has_certificate", **HAS_CERTIFICATE)


# Giving a design to students.


class DesignToGiveSchema(Schema):
    """The students who get the design."""

    student_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST_STUDENTS),
        metadata={"description": "Up to 50 students, each once."},
    )


class DesignAnswerSchema(ActionAnswerSchema):
    """The result for one student, whose id is `id`: the new ELO, or why there is none."""

    resource = fields.Nested(EloSchema)


class DesignAnswersSchema(Schema):
    """An answer for each student, in the order in which they were named."""

    items = fields.List(fields.Nested(DesignAnswerSchema))
