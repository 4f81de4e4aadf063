"""Schemas of artifact reviews."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Choice, Date, GuardedSchema, Instant, Key, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.artifact_reviews.lifecycle import ARTIFACT_REVIEW
from plp_api.learning.artifact_reviews.models import ArtifactReviewStatus, ReviewResult
from plp_api.learning.artifact_reviews.presenters import shape
from plp_api.learning.artifacts.models import ArtifactKind

LONGEST_WORDS = 4000
MOST_CRITERIA = 30
HIDDEN = "Left out where a court order denies you the student's ratings."
SAID = "You compare both sources; tell also which one you trust."


def _words(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_WORDS, blank=True, metadata={"example": SAID}, **kwargs)


class ArtifactScoreSchema(Schema):
    """The level in one criterion of the rubric, with words."""

    criterion = Key(required=True, metadata={"example": "use_of_sources"})
    level = Key(required=True, metadata={"example": "proficient"})
    words = _words(load_default="")


class ShownArtifactScoreSchema(ArtifactScoreSchema):
    """The level in one criterion, in the rubric's words."""

    criterion_title = fields.String(dump_only=True, metadata={"example": "Use of sources"})
    level_title = fields.String(dump_only=True, metadata={"example": "Proficient"})
    level_position = fields.Integer(
        dump_only=True,
        metadata={"description": "The level's place in its scale; 1 is the lowest.", "example": 3},
    )


def _shown_scores(attribute: str, words: str) -> fields.List[Any]:
    return fields.List(
        fields.Nested(ShownArtifactScoreSchema),
        attribute=attribute,
        dump_only=True,
        metadata={"description": f"{words} In the order of the rubric. {HIDDEN}"},
    )


def _said(words: str, example: str) -> fields.String:
    described = {"description": f"{words} {HIDDEN}", "example": example}
    return fields.String(dump_only=True, metadata=described)


class ArtifactReviewSchema(GuardedSchema):
    """A version of a student's work, judged by one rubric.

    `submitted`, `in_review` once somebody is named, then `accepted` or `returned`; the student may
    appeal, and the `final` word is the school admin's or of whom they name.
    """

    guarded: ClassVar[frozenset[str]] = frozenset(
        {"scores", "words", "appeal_words", "final_scores", "final_words"}
    )
    life = ARTIFACT_REVIEW
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    artifact_id = fields.UUID(dump_only=True)
    artifact_title = fields.String(dump_only=True, metadata={"example": "A poem about snow"})
    version_id = fields.UUID(dump_only=True)
    version_number = fields.Integer(dump_only=True, metadata={"example": 2})
    rubric_id = fields.UUID(
        dump_only=True, metadata={"description": "The edition of the rubric to judge by."}
    )
    rubric_title = fields.String(dump_only=True, metadata={"example": "Inquiry presentation"})
    call_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The call for work that the artifact answers."},
    )
    status = Choice(ArtifactReviewStatus, dump_only=True)
    submitted_at = Instant(dump_only=True)
    evaluator_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Who judges it; of an appeal who settles it in the place of the admin."
        },
    )
    evaluator_name = name_of("evaluator_id")
    assigned_by = fields.UUID(dump_only=True, allow_none=True)
    assigned_by_name = name_of("assigned_by")
    result = Choice(ReviewResult, dump_only=True, allow_none=True)
    scores = _shown_scores("shown_scores", "The evaluator's levels.")
    words = _said("The evaluator's words.", SAID)
    decided_by = fields.UUID(dump_only=True, allow_none=True)
    decided_by_name = name_of("decided_by")
    decided_at = Instant(dump_only=True, allow_none=True)
    appeal_words = _said("Why the student appeals.", "The second source stands on page three.")
    appealed_at = Instant(dump_only=True, allow_none=True)
    final_result = Choice(ReviewResult, dump_only=True, allow_none=True)
    final_scores = _shown_scores(
        "shown_final_scores", "The levels given on appeal; none where the judgment was upheld."
    )
    final_words = _said("What was said to the appeal.", "Page three was overlooked.")
    final_by = fields.UUID(dump_only=True, allow_none=True)
    final_by_name = name_of("final_by")
    final_at = Instant(dump_only=True, allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class EvaluatorSchema(Schema):
    """Somebody on the staff who may be named to judge a work."""

    id = fields.UUID(dump_only=True, metadata={"description": "For `evaluator_id` of `assign`."})
    display_name = fields.String(
        dump_only=True,
        metadata={"description": "The name used at school.", "example": "Ada Roy"},
    )


class NewArtifactReviewSchema(Schema):
    """Work to submit for review."""

    rubric_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "A published edition; left out, the rubric of the call that the work"
            " answers."
        },
    )
    version_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The version to judge; left out, the newest."},
    )


class ArtifactReviewActionFieldsSchema(Schema):
    evaluator_id = fields.UUID(
        metadata={"description": "For `assign`: one of `/artifact-reviews/{id}/evaluators`."}
    )
    scores = fields.List(
        fields.Nested(ArtifactScoreSchema),
        validate=validate.Length(max=MOST_CRITERIA),
        metadata={
            "description": "For `accept` a level for each criterion of the rubric; for `return`"
            " and `settle` as far as you have any. `settle` to `accepted` needs each, unless it"
            " upholds the judgment."
        },
    )
    words = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "For `accept`, `return`, `appeal` and `settle`; only `accept` can do"
            " without.",
            "example": SAID,
        },
    )
    result = Choice(
        ReviewResult, metadata={"description": "For `settle`: what comes of the appeal."}
    )


class ArtifactOfGoalSchema(Schema):
    """A piece of the student's work that is evidence for a goal."""

    id = fields.UUID()
    title = fields.String(metadata={"example": "Where the nitrogen goes"})
    kind = Choice(ArtifactKind)
    made_on = Date(allow_none=True)
    is_accepted = fields.Boolean(
        metadata={"description": "Whether a review accepted a version of it."}
    )
