"""The progress of a plan as data for charts: goals, steps, check-ins over time, and more.

Areas that build on plans add further parts (`PROGRESS_PARTS`).

There is no total score: percentages of goals in different domains cannot be
added up to one number for a student.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, case, func, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.planning.goals.models import ENDED, CheckIn, Domain, Goal, GoalStatus, GoalStep
from plp_api.planning.plans.models import Plan

Row = dict[str, Any]
PLAN = bindparam("plan", type_=Uuid())
TODAY = bindparam("today", type_=Date())

GOALS = db.Prepared(
    select(Goal.id, Goal.title, Goal.domain, Goal.status, Goal.due_on, Goal.ended_on)
    .where(Goal.plan_id == PLAN)
    .order_by(Goal.created_at, Goal.id)
)


def _counted(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


HAS_ENDED = or_(*(Goal.status == one for one in sorted(ENDED)))
IS_OPEN = GoalStep.done_on.is_(None) & ~HAS_ENDED
STEPS = db.Prepared(
    select(
        GoalStep.goal_id,
        _counted(GoalStep.done_on.is_not(None)).label("done"),
        _counted(IS_OPEN).label("open"),
        _counted(IS_OPEN & (GoalStep.due_on < TODAY)).label("overdue"),
        _counted(GoalStep.done_on.is_(None) & HAS_ENDED).label("left"),
    )
    .join(Goal, Goal.id == GoalStep.goal_id)
    .where(Goal.plan_id == PLAN)
    .group_by(GoalStep.goal_id)
)
CHECK_INS = db.Prepared(
    select(CheckIn.goal_id, CheckIn.checked_on, CheckIn.percent)
    .join(Goal, Goal.id == CheckIn.goal_id)
    .where(Goal.plan_id == PLAN)
    .order_by(CheckIn.goal_id, CheckIn.checked_on, CheckIn.created_at, CheckIn.id)
)
NO_STEPS = {"done": 0, "open": 0, "overdue": 0, "left": 0}


PROGRESS_PARTS: list[tuple[str, Permission, Callable[[UUID, date], Any]]] = []
"""Parts beside the goals: a member of `PlanProgressSchema`, the permission on the student to read
it, and a function of student and day. `plp_api.server.wiring` fills it."""


def whole(plan: Plan, access: Access) -> Row:
    """The progress of a plan today, with the further parts that the caller may read."""
    return {**of(plan.id, access.caller.today), **parts(plan.student_id, access)}


def parts(student_id: UUID, access: Access) -> Row:
    """The further parts of a student's progress today that the caller may read."""
    return {
        name: content(student_id, access.caller.today)
        for name, permission, content in PROGRESS_PARTS
        if access.may(permission, student_id)
    }


def of(plan_id: UUID, today: date) -> Row:
    """The progress data of one plan on a day, in one round trip to the database.

    The caller must be allowed to read the plan's goals. `goals` are in the order
    in which they were added, drafts included, each with its check-ins, oldest
    first. `by_domain` and `by_status` leave out empty groups. Overdue steps are
    open steps whose due day has passed; they are counted in `open` too. `left`
    counts steps not done when their goal ended.
    """
    goals, steps, check_ins = db.fetch(
        GOALS(plan=plan_id), STEPS(plan=plan_id, today=today), CHECK_INS(plan=plan_id)
    )
    steps_of = {row["goal_id"]: {name: int(row[name]) for name in NO_STEPS} for row in steps}
    series = _series(check_ins)
    return {
        "plan_id": plan_id,
        "as_of": today,
        "by_status": _by("status", GoalStatus, goals),
        "by_domain": [
            {**group, "by_status": _by("status", GoalStatus, _in(group["domain"], goals))}
            for group in _by("domain", Domain, goals)
        ],
        "steps": {name: sum(counts[name] for counts in steps_of.values()) for name in NO_STEPS},
        "goals": [
            {**goal, "steps": steps_of.get(goal["id"], NO_STEPS), "check_ins": series[goal["id"]]}
            for goal in goals
        ],
    }


def _in(domain: str, goals: Sequence[Row]) -> list[Row]:
    return [goal for goal in goals if goal["domain"] == domain]


def _by(name: str, values: Iterable[str], goals: Sequence[Row]) -> list[Row]:
    """The number of goals for each value that occurs, in the order of the enum."""
    counts: defaultdict[str, int] = defaultdict(int)
    for goal in goals:
        counts[goal[name]] += 1
    return [{name: str(value), "goals": counts[value]} for value in values if value in counts]


def _series(rows: Sequence[Row]) -> defaultdict[UUID, list[Row]]:
    series: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        series[row["goal_id"]].append({"on": row["checked_on"], "percent": row["percent"]})
    return series
