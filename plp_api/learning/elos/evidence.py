"""ELOs as what a goal and a plan show of them: by goal, and as a part of progress."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from plp_api.foundation import db
from plp_api.learning.elos.models import BEGUN, Elo, EloGoal, EloStatus

Row = dict[str, Any]
STUDENT = bindparam("student", type_=Uuid())

OF_GOALS = db.Prepared(
    select(EloGoal.goal_id, Elo.id, Elo.title, Elo.type, Elo.status)
    .join(Elo, Elo.id == EloGoal.elo_id)
    .where(db.any_of(EloGoal.goal_id, db.ids_bind("goals")))
    .order_by(EloGoal.goal_id, EloGoal.id)
)
OF_STUDENT = db.Prepared(
    select(
        Elo.id,
        Elo.title,
        Elo.type,
        Elo.status,
        Elo.starts_on,
        Elo.ends_on,
        Elo.planned_minutes,
    )
    .where(Elo.student_id == STUDENT)
    .order_by(Elo.created_at, Elo.id)
)
NO_PLACE_IN_PROGRESS = frozenset({EloStatus.DENIED, EloStatus.WITHDRAWN})


def of_goals(goals: Collection[UUID]) -> dict[UUID, list[Row]]:
    """By goal, the ELOs that serve it, by one statement; evidence for it once the work began."""
    found: dict[UUID, list[Row]] = {}
    (rows,) = db.fetch(OF_GOALS(goals=list(goals)))
    for row in rows:
        is_evidence = row["status"] in BEGUN
        found.setdefault(row.pop("goal_id"), []).append({**row, "is_evidence": is_evidence})
    return found


def in_progress(student_id: UUID, _today: date) -> list[Row]:
    """The student's ELOs for the progress of a plan, oldest first; not those denied or withdrawn.

    The caller must be allowed to read the student's ELOs. Hours are a part of their own, for
    whoever reads log entries.
    """
    (rows,) = db.fetch(OF_STUDENT(student=student_id))
    return [row for row in rows if row["status"] not in NO_PLACE_IN_PROGRESS]
