"""The goals that an ELO serves."""

from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Existing, Problem, invalid
from plp_api.learning.elos.actions import require_not_ended
from plp_api.learning.elos.models import Elo, EloGoal
from plp_api.people.directory.references import NOTHING
from plp_api.planning.goals.models import ENDED as ENDED_GOALS
from plp_api.planning.goals.models import Goal

MOST_GOALS = 10


def serve(elo: Elo, access: Access, goal_id: UUID) -> EloGoal:
    """Say that the ELO serves a goal of the student's, until the ELO has ended.

    Raises Problem: elo_closed, actor_is_family, goal_closed, record_duplicate, links_full,
    validation_failed (`goal_id`).
    """
    db.lock(elo)
    require_not_ended(elo)
    access.refuse_family(elo.student_id)
    goal = db.session().scalar(
        select(Goal).where(Goal.id == goal_id, Goal.student_id == elo.student_id)
    )
    if goal is None:
        raise invalid("goal_id", NOTHING)
    if goal.status in ENDED_GOALS:
        raise Problem(Code.GOAL_CLOSED)
    served = db.session().scalars(select(EloGoal).where(EloGoal.elo_id == elo.id)).all()
    if same := next((one for one in served if one.goal_id == goal.id), None):
        existing = Existing(EloGoal, {"id": same.id})
        raise Problem(Code.RECORD_DUPLICATE, existing=existing)
    if len(served) >= MOST_GOALS:
        raise Problem(Code.LINKS_FULL, f"The limit is {MOST_GOALS}.")
    own = {"district_id": elo.district_id, "student_id": elo.student_id}
    served_goal = EloGoal(id=db.new_id(), **own, elo_id=elo.id, goal_id=goal.id)
    db.session().add(served_goal)
    _note("elo_goal.added", served_goal, elo, access)
    return served_goal


def leave(served: EloGoal, access: Access) -> None:
    """Say that the ELO serves the goal no longer. Raises Problem: elo_closed, actor_is_family."""
    elo = served.whole()
    require_not_ended(elo)
    access.refuse_family(elo.student_id)
    _note("elo_goal.removed", served, elo, access)
    db.session().delete(served)


def _note(what: str, served: EloGoal, elo: Elo, access: Access) -> None:
    elo.touch()
    elo.plan.stir()
    by = access.caller.person_id
    audit.record(what, served, by=by, elo_id=elo.id, goal_id=served.goal_id)
