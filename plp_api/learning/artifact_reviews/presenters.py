"""Reviews as this reader is shown them: in the words of the rubric, with the work's title.

Levels are ratings: where a court order denies a parent the student's ratings, they are left out,
with the words beside them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from plp_api.catalog.rubrics import scores
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.learning.artifacts.models import Artifact, ArtifactVersion

JUDGMENT = frozenset({"scores", "words", "appeal_words", "final_scores", "final_words"})


def shape(reviews: Sequence[Any], access: Access) -> None:
    """Set what each shows of the work and the rubric; one statement for the works of all."""
    works = _works(reviews)
    access.look_up_denied({review.student_id for review in reviews})
    for review in reviews:
        review.version_number, review.artifact_title = works[review.version_id]
        review.rubric_title = review.rubric.title
        review.shown_scores = _scores(review, is_final=False)
        review.shown_final_scores = _scores(review, is_final=True)
        is_shown = access.shows(RecordKind.RATINGS, review.student_id)
        review.disclosed = JUDGMENT if is_shown else frozenset()


def _works(reviews: Sequence[Any]) -> dict[Any, tuple[int, str]]:
    """By version its number, and the title of the artifact."""
    query = (
        select(ArtifactVersion.id, ArtifactVersion.number, Artifact.title)
        .join(Artifact, Artifact.id == ArtifactVersion.artifact_id)
        .where(ArtifactVersion.id.in_({review.version_id for review in reviews}))
    )
    return {row.id: (row.number, row.title) for row in db.session().execute(query)}


def _scores(review: Any, *, is_final: bool) -> list[dict[str, Any]]:
    given = {one.criterion_key: one for one in review.scores if one.is_final == is_final}
    levels = {key: one.level for key, one in given.items()}
    shown = scores.in_words(review.rubric, levels)
    return [{**one, "words": given[one["criterion"]].words} for one in shown]
