"""Schemas of ratings, of competencies over time, and of the evidence for an item."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.scales.schemas import LevelSchema, ScaleBriefSchema
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.life import MOST_AT_ONCE, ActionAnswerSchema
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.ratings import evidence
from plp_api.learning.ratings.lifecycle import RATING
from plp_api.learning.ratings.models import LONGEST_LEVEL, Rating, RatingStatus
from plp_api.learning.ratings.presenters import shape

LONGEST_WORDS = 4000


def _level(**kwargs: Any) -> Text:
    described = {"description": "The key of a level of the item's scale.", "example": "proficient"}
    return Text(longest=LONGEST_LEVEL, metadata=described, **kwargs)


def _position() -> fields.Integer:
    described = {"description": "The level's place in its scale; 1 is the lowest.", "example": 3}
    return fields.Integer(metadata=described)


class RatingSchema(ResourceSchema):
    """The level that a student reached in an item, as somebody judged on a day.

    It is never changed: a later rating stands beside it.
    """

    life = RATING
    shape = staticmethod(shape)

    student_id = fields.UUID()
    student = student_of()
    status = Choice(RatingStatus)
    framework_item_id = fields.UUID()
    framework_item = fields.Nested(FrameworkItemBriefSchema)
    scale_id = fields.UUID()
    level = _level()
    level_title = fields.String(metadata={"example": "Proficient"})
    level_position = _position()
    is_self = fields.Boolean(metadata={"description": "Whether the student rated themselves."})
    rated_on = Date()
    rated_by = fields.UUID()
    rated_by_name = name_of("rated_by")
    rated_as = Choice(Role, metadata={"description": "The role in which they rated."})
    evidence = fields.String(metadata={"example": "The essay on the mill, second draft."})
    goal_id = fields.UUID(
        attribute="shown_goal_id",
        allow_none=True,
        metadata={"description": "Null too where you may not read the goal."},
    )
    pathway_element_id = fields.UUID(
        attribute="shown_element_id",
        allow_none=True,
        metadata={"description": "Null too where you may not read the element."},
    )
    elo_id = fields.UUID(
        attribute="shown_elo_id",
        allow_none=True,
        metadata={
            "description": "The ELO that it rests on; null too where you may not read the ELO."
        },
    )
    artifact_id = fields.UUID(
        attribute="shown_artifact_id",
        allow_none=True,
        metadata={"description": "The work that it rests on; null too where you may not read it."},
    )
    artifact_review_id = fields.UUID(
        attribute="shown_review_id",
        allow_none=True,
        metadata={
            "description": "The review from which it followed; null too where you may not read it."
        },
    )
    withdrawn_at = Instant(allow_none=True)
    withdrawn_by = fields.UUID(allow_none=True)
    withdrawn_by_name = name_of("withdrawn_by")
    withdraw_reason = fields.String(
        allow_none=True, metadata={"example": "It was meant for another student."}
    )
    available_actions = fields.List(fields.String())


class EvidenceWordsSchema(Schema):
    level = _level(required=True)
    evidence = Text(
        longest=LONGEST_WORDS,
        blank=True,
        load_default="",
        metadata={
            "description": "What the judgment rests on, in words.",
            "example": "The essay on the mill, second draft.",
        },
    )
    goal_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A goal of the student that you may read."},
    )
    pathway_element_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A pathway element of the student that you may read."},
    )


def _item_id() -> fields.UUID:
    described = {"description": "An item of the student's district that is not retired."}
    return fields.UUID(required=True, metadata=described)


def _rated_on() -> Date:
    return Date(load_default=None, metadata={"description": "Today, if left out."})


class NewRatingSchema(EvidenceWordsSchema):
    """A rating to give."""

    framework_item_id = _item_id()
    rated_on = _rated_on()


class RatedStudentSchema(EvidenceWordsSchema):
    student_id = fields.UUID(required=True)


class NewRatingsSchema(Schema):
    """Ratings of several students in one item."""

    framework_item_id = _item_id()
    rated_on = _rated_on()
    items = fields.List(
        fields.Nested(RatedStudentSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE),
    )


class RatingAnswerSchema(ActionAnswerSchema):
    """What came of the rating of one student, whose id is `id`."""

    resource = fields.Nested(RatingSchema)


class RatingAnswersSchema(Schema):
    items = fields.List(fields.Nested(RatingAnswerSchema))


class RatingActionFieldsSchema(Schema):
    comment = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "Why it is withdrawn; it stays with the rating.",
            "example": "It was meant for another student.",
        },
    )


# Competencies over time.


class ScaleLevelSchema(LevelSchema):
    """A level with its place in the scale."""

    position = _position()


class RatedScaleSchema(ScaleBriefSchema):
    """A scale that the ratings use, with its levels, lowest first."""

    levels = fields.List(fields.Nested(ScaleLevelSchema), dump_only=True)


class RatedFrameworkSchema(Schema):
    id = fields.UUID()
    title = fields.String(metadata={"example": "Graduation proficiencies"})


class ParentItemSchema(FrameworkItemBriefSchema):
    class Meta:
        fields = ("id", "code", "statement", "abbreviated_statement")


class RatingPointSchema(Schema):
    """One rating in a series; `/ratings/{rating_id}` has its evidence."""

    rating_id = fields.UUID()
    rated_on = Date()
    rated_by = fields.UUID()
    rated_by_name = name_of("rated_by")
    scale_id = fields.UUID()
    level = _level()
    level_position = _position()


class CompetencySchema(FrameworkItemBriefSchema):
    """An item in which the student was rated, with the ratings, oldest first."""

    parent = fields.Nested(
        ParentItemSchema, allow_none=True, metadata={"description": "The item above it."}
    )
    school = fields.List(
        fields.Nested(RatingPointSchema), metadata={"description": "Ratings by the school."}
    )
    own = fields.List(
        fields.Nested(RatingPointSchema), metadata={"description": "The student's own ratings."}
    )
    latest_school = fields.Nested(RatingPointSchema, allow_none=True)
    latest_own = fields.Nested(RatingPointSchema, allow_none=True)


class StudentCompetenciesSchema(Schema):
    """A student's ratings over time, by item: data for charts, without a score."""

    student_id = fields.UUID()
    student = student_of()
    since = Date(allow_none=True)
    until = Date(allow_none=True)
    scales = fields.List(fields.Nested(RatedScaleSchema))
    frameworks = fields.List(fields.Nested(RatedFrameworkSchema))
    competencies = fields.List(
        fields.Nested(CompetencySchema),
        metadata={"description": "By framework, in the order of its tree."},
    )


class CompetenciesQuerySchema(Schema):
    framework_id = paging.repeatable(
        fields.UUID(metadata={"description": "Only items of this framework."})
    )
    since = Date(load_default=None, metadata={"description": "Only ratings of that day or later."})
    until = Date(
        load_default=None, metadata={"description": "Only ratings of that day or earlier."}
    )


# The evidence for an item.

ItemEvidenceQuerySchema = type(
    "ItemEvidenceQuerySchema",
    (evidence.listing(Rating, below=False).query_schema("ItemEvidenceQuery"),),
    {
        "below": fields.Boolean(
            load_default=False,
            metadata={"description": "Also the evidence for the items below this one."},
        )
    },
)


class LatestRatingSchema(Schema):
    """The latest rating of a student in the item, or with `below` in one below it."""

    framework_item_id = fields.UUID()
    rated_on = Date()
    scale_id = fields.UUID()
    level = _level()
    level_title = fields.String(metadata={"example": "Proficient"})
    level_position = _position()


def _count(of_what: str) -> fields.Integer:
    described = {"description": f"How many {of_what} that you may read.", "example": 2}
    return fields.Integer(metadata=described)


class ItemEvidenceSchema(Schema):
    """What a student has to show for an item, as far as you may read it."""

    student_id = fields.UUID()
    student = student_of()
    goals = _count("links from goals")
    pathway_elements = _count("links from pathway elements")
    elos = _count("links from ELOs whose work has begun,")
    artifacts = _count("links from artifacts, neither drafts nor archived ones,")
    ratings = _count("ratings, the student's own among them,")
    latest_school = fields.Nested(LatestRatingSchema, allow_none=True)
    latest_own = fields.Nested(LatestRatingSchema, allow_none=True)
