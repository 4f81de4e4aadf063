"""Work habits, presentations and evaluations as this reader is shown them.

Levels are ratings: where a court order denies a parent the student's ratings, they are left out,
with the words beside them.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.catalog.rubrics import scores
from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.relationships import RecordKind

JUDGMENT = frozenset({"habits", "scores", "words"})


def shape_work_habits(rows: Sequence[Any], access: Access) -> None:
    """Set the habits in a list, and the mentor's name; one statement for the mentors of all."""
    keys = {row.rated_by_mentor_id for row in rows if row.rated_by_mentor_id}
    mentors: dict[UUID, str] = {}
    if keys:
        query = select(Mentor.id, Mentor.name).where(Mentor.id.in_(keys))
        mentors = {row.id: row.name for row in db.session().execute(query)}
    for row in rows:
        row.habits = [{"habit": key, "level": level} for key, level in sorted(row.levels.items())]
        row.mentor_name = mentors.get(row.rated_by_mentor_id)
    _disclose(rows, access)


def shape_presentations(rows: Sequence[Any], _access: Access) -> None:
    """Set the panel of each, as people with their names."""
    for row in rows:
        row.panel = [{"person_id": UUID(key)} for key in row.panel_ids]


def shape_evaluations(rows: Sequence[Any], access: Access) -> None:
    """Set the scores of each in the words of its rubric; one statement for the rubrics of all."""
    keys = {row.rubric_id for row in rows if row.rubric_id}
    rubrics: dict[UUID, Rubric] = {}
    if keys:
        found = db.session().scalars(select(Rubric).where(Rubric.id.in_(keys)))
        rubrics = {rubric.id: rubric for rubric in found}
    for row in rows:
        rubric = rubrics.get(row.rubric_id)
        row.rubric_title = None if rubric is None else rubric.title
        row.shown_scores = [] if rubric is None else scores.in_words(rubric, row.scores)
    _disclose(rows, access)


def _disclose(rows: Sequence[Any], access: Access) -> None:
    access.look_up_denied({row.student_id for row in rows})
    for row in rows:
        is_shown = access.shows(RecordKind.RATINGS, row.student_id)
        row.disclosed = JUDGMENT if is_shown else frozenset()
