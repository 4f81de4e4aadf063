"""Schemas of work habits, presentations and evaluations."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    Instant,
    Key,
    ResourceSchema,
    Schema,
    Text,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.evaluations.models import HabitLevel, Moment, WorkHabit
from plp_api.learning.evaluations.presenters import (
    shape_evaluations,
    shape_presentations,
    shape_work_habits,
)

LONGEST_WORDS, LONGEST_PLACE, LONGEST_NAME = 4000, 200, 200
MOST_ON_PANEL, MOST_CRITERIA = 20, 30
HIDDEN = "Left out where a court order denies you the student's ratings."


def _words(example: str, **kwargs: Any) -> Text:
    return Text(longest=LONGEST_WORDS, blank=True, metadata={"example": example}, **kwargs)


# Work habits.


class HabitRatingSchema(Schema):
    """The level of one work habit."""

    habit = Choice(WorkHabit, required=True)
    level = Choice(HabitLevel, required=True)


def _habits(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(HabitRatingSchema),
        metadata={"description": f"Leave out what was not seen. {HIDDEN}"},
        **kwargs,
    )


def _some_habits(**kwargs: Any) -> fields.List[Any]:
    return _habits(validate=validate.Length(1, len(WorkHabit)), **kwargs)


def _rated_on(**kwargs: Any) -> Date:
    return Date(
        metadata={"description": "Today or earlier, and not before the ELO began."}, **kwargs
    )


class WorkHabitsSchema(GuardedSchema):
    """The student's work habits at one moment of an ELO, as somebody saw them."""

    guarded: ClassVar[frozenset[str]] = frozenset({"habits", "words"})
    shape = staticmethod(shape_work_habits)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    moment = Choice(Moment, dump_only=True)
    habits = _habits(dump_only=True)
    words = _words("She asks before she acts.", dump_only=True)
    rated_on = Date(dump_only=True)
    rated_by = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "Null: the mentor, by a link."}
    )
    rated_by_name = name_of("rated_by")
    mentor_name = fields.String(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The mentor who rated by a link.", "example": "Tom Averill"},
    )


class NewWorkHabitsSchema(Schema):
    """Work habits to rate."""

    moment = Choice(Moment, required=True)
    habits = _some_habits(required=True)
    words = _words("She asks before she acts.", load_default="")
    rated_on = _rated_on(load_default=None, allow_none=True)


class WorkHabitsPatchSchema(Schema):
    """What can be corrected; `habits` are replaced as a whole."""

    habits = _some_habits()
    words = _words("She asks before she acts.")
    rated_on = _rated_on()


# The presentation.


class PanelMemberSchema(Schema):
    """Somebody with an account who was on the panel."""

    person_id = fields.UUID(required=True)
    person_name = name_of("person_id")


def _held_on(**kwargs: Any) -> Date:
    return Date(
        metadata={"description": "Today or earlier, and not before the ELO began."}, **kwargs
    )


def _place(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_PLACE, blank=True, metadata={"example": "Town library"}, **kwargs)


def _guests(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        Text(longest=LONGEST_NAME),
        metadata={
            "description": "The names of people without an account who were on the panel.",
            "example": ["Tom Averill, North Peak Clinic"],
        },
        **kwargs,
    )


class EloPresentationSchema(ResourceSchema):
    """The presentation of what was learned in an ELO, before a panel."""

    shape = staticmethod(shape_presentations)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    held_on = _held_on(dump_only=True)
    place = _place(dump_only=True)
    panel = fields.List(fields.Nested(PanelMemberSchema), dump_only=True)
    guests = _guests(dump_only=True)
    words = _words("The panel asked about privacy.", dump_only=True)
    recorded_by = fields.UUID(dump_only=True)
    recorded_by_name = name_of("recorded_by")


class NewEloPresentationSchema(Schema):
    """A presentation to record."""

    held_on = _held_on(required=True)
    place = _place(load_default="")
    panel_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_ON_PANEL),
        metadata={
            "description": "Who of the panel was there; everybody assigned to it if left out."
        },
    )
    guests = _guests(load_default=list, validate=validate.Length(max=MOST_ON_PANEL))
    words = _words("The panel asked about privacy.", load_default="")


# The evaluation.


class CriterionScoreSchema(Schema):
    """The level in one criterion of the rubric."""

    criterion = Key(required=True, metadata={"example": "use_of_sources"})
    level = Key(required=True, metadata={"example": "proficient"})


class ShownCriterionScoreSchema(CriterionScoreSchema):
    """The level in one criterion, in the rubric's words."""

    criterion_title = fields.String(dump_only=True, metadata={"example": "Use of sources"})
    level_title = fields.String(dump_only=True, metadata={"example": "Proficient"})
    level_position = fields.Integer(
        dump_only=True,
        metadata={"description": "The level's place in its scale; 1 is the lowest.", "example": 3},
    )


class EloEvaluationSchema(GuardedSchema):
    """The cooperating teacher's evaluation of an ELO. It is never changed: the latest counts."""

    guarded: ClassVar[frozenset[str]] = frozenset({"scores", "words"})
    shape = staticmethod(shape_evaluations)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    rubric_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The edition of the rubric; null: in words alone."},
    )
    rubric_title = fields.String(
        dump_only=True, allow_none=True, metadata={"example": "Inquiry presentation"}
    )
    scores = fields.List(
        fields.Nested(ShownCriterionScoreSchema),
        attribute="shown_scores",
        dump_only=True,
        metadata={"description": f"In the order of the rubric. {HIDDEN}"},
    )
    words = _words("She compares what she read with what she saw.", dump_only=True)
    evaluated_by = fields.UUID(dump_only=True)
    evaluated_by_name = name_of("evaluated_by")
    evaluated_at = Instant(dump_only=True)


class NewEloEvaluationSchema(Schema):
    """An evaluation to give."""

    scores = fields.List(
        fields.Nested(CriterionScoreSchema),
        load_default=list,
        validate=validate.Length(max=MOST_CRITERIA),
        metadata={
            "description": "A level of the rubric's scale for each criterion of the ELO's rubric;"
            " none where the ELO has no rubric."
        },
    )
    words = _words(
        "She compares what she read with what she saw.",
        load_default="",
    )
