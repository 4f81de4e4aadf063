"""Goals: to confirm, with their outcomes, and returned to the student."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from plp_api.foundation.access.arms import is_home_studied
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.returned import returned
from plp_api.home.inbox.sources.source import (
    GOALS,
    Make,
    Source,
    equals,
    item_columns,
    of_plan,
    seen,
)
from plp_api.planning.goals.models import ENDED, Goal, GoalStatus

NOT_ENDED = and_(*(Goal.status != status for status in sorted(ENDED)))


def _goals(*criteria: ColumnElement[bool]) -> Make:
    """Goals that wait for an advisor, or in home study for who keeps the plan."""

    def make(caller: Caller) -> Select[Any]:
        # A relative who is staff reaches a student in home study only as their keeper.
        may_act = is_unrelated(Goal.student_id, caller)
        if caller.children or caller.others:
            may_act = or_(may_act, is_home_studied(Goal.student_id))
        items = item_columns(
            Goal, Goal.updated_at, words=Goal.title, actor=Goal.student_id, due_on=Goal.due_on
        )
        is_reached = seen(Goal, caller, Permission.GOALS_CONFIRM)
        return of_plan(items, Goal, is_reached, may_act, *criteria)

    return make


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.GOAL_TO_CONFIRM,
        GOALS,
        _goals(equals(Goal.status, GoalStatus.PROPOSED), Goal.proposed_outcome.is_(None)),
        (Permission.GOALS_CONFIRM,),
        action=("confirm", "actions"),
    ),
    Source(
        Kind.OUTCOME_TO_CONFIRM,
        GOALS,
        _goals(Goal.proposed_outcome.is_not(None), NOT_ENDED),
        (Permission.GOALS_CONFIRM,),
        action=("confirm_outcome", "actions"),
    ),
    Source(
        Kind.GOAL_RETURNED,
        GOALS,
        returned(Goal, "goal.returned", Goal.title, Goal.status == GoalStatus.RETURNED),
        (Permission.GOALS_WRITE,),
        roles=(Role.STUDENT,),
        action=("propose", "actions"),
    ),
)
