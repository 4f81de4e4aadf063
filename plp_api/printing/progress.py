"""How the goals of a plan stand today: live facts beside the version, outside its hash."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from plp_api import db
from plp_api.goals.models import CheckIn, Goal, GoalStatus
from plp_api.plans.models import PlanVersion
from plp_api.printing import charts
from plp_api.printing.charts import Chart, Point
from plp_api.printing.words import day


@dataclass(frozen=True)
class Progress:
    """Charts of the goals as they stood on a day, in words."""

    as_of: str
    charts: tuple[Chart, ...]


def of(version: PlanVersion, as_of: date) -> Progress:
    """The goals of the version's plan, drafts aside: all by domain, and each that was checked on.

    For readers who may read the student's goals.
    """
    session = db.session()
    asked = select(Goal).where(Goal.plan_id == version.plan_id, Goal.status != GoalStatus.DRAFT)
    goals = session.scalars(asked.order_by(Goal.created_at, Goal.id)).all()
    points = _points([goal.id for goal in goals])
    drawn = [charts.progress(goal.title, points[goal.id]) for goal in goals if goal.id in points]
    overall = [charts.by_domain([(one.domain, one.status) for one in goals])] if goals else []
    return Progress(as_of=day(as_of), charts=(*overall, *drawn))


def _points(goals: Sequence[UUID]) -> dict[UUID, list[Point]]:
    of_these = select(CheckIn).where(db.any_of(CheckIn.goal_id, db.ids_bind("ids")))
    in_order = of_these.order_by(CheckIn.checked_on, CheckIn.created_at, CheckIn.id)
    found: defaultdict[UUID, list[Point]] = defaultdict(list)
    for row in db.session().scalars(in_order, {"ids": list(goals)}):
        found[row.goal_id].append(Point(row.checked_on, row.percent))
    return dict(found)
