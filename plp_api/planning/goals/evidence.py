"""What areas above goals show of them: the ELOs that serve a goal."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.planning.goals.models import Goal

GOAL_EVIDENCE: list[tuple[str, Permission, Callable[[Collection[UUID]], Mapping[UUID, Any]]]] = []
"""Guarded members of `GoalSchema`: a name, the permission on the student to read it, and a function
of the ids of goals that returns the lists of those that have any. `server/wiring` fills it."""


def exists_for(goal: Goal) -> bool:
    """Whether an area above shows anything of the goal, whoever may read that."""
    db.flush()
    return any(of_goals({goal.id}) for _, _, of_goals in GOAL_EVIDENCE)


def shape(goals: Sequence[Any], access: Access) -> None:
    """Set the members that the caller may read, each by one statement for all the goals."""
    for goal in goals:
        goal.disclosed = frozenset()
    if not goals:
        return
    access.look_up({goal.student_id for goal in goals})
    db.flush()
    for name, permission, of_goals in GOAL_EVIDENCE:
        shown = [goal for goal in goals if access.may(permission, goal.student_id)]
        found = of_goals({goal.id for goal in shown}) if shown else {}
        for goal in shown:
            setattr(goal, name, found.get(goal.id, []))
            goal.disclosed |= {name}
