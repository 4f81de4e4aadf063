"""The progress of a plan today: live data beside the version, outside its hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.foundation.printing.words import day
from plp_api.planning.goals import progress as facts
from plp_api.planning.goals.models import GoalStatus
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.printing import charts
from plp_api.planning.printing.charts import Chart, Point

ABOUT = "How the {} stood on the day this was printed. It is not part of what was signed."


@dataclass(frozen=True)
class Progress:
    """The progress on a day: charts, what they are about, and a sentence about the steps done."""

    as_of: str
    about: str
    steps: str | None
    charts: tuple[Chart, ...]


def of(version: PlanVersion, access: Access) -> Progress:
    """Charts of the plan's goals except drafts, and of what else the reader may read of progress.

    One chart of all goals by domain, one for each goal with check-ins, one for each framework
    in which the student was rated. The caller must first check that the reader may read the
    student's goals.
    """
    as_of = access.caller.today
    rows = facts.of(version.plan_id, as_of)["goals"]
    goals = [goal for goal in rows if goal["status"] != GoalStatus.DRAFT]
    overall = (
        [charts.by_domain([(goal["domain"], goal["status"]) for goal in goals])] if goals else []
    )
    drawn = [charts.progress(goal["title"], _points(goal)) for goal in goals if goal["check_ins"]]
    rated = facts.parts(version.student_id, access).get("competencies", ())
    return Progress(
        as_of=day(as_of),
        about=ABOUT.format("goals and competencies" if rated else "goals"),
        steps=_steps([goal["steps"] for goal in goals]),
        charts=(*overall, *drawn, *map(_by_level, rated)),
    )


def _by_level(rated: Mapping[str, Any]) -> Chart:
    levels = [(level["title"], level["items"]) for level in rated["levels"]]
    return charts.by_level(rated["title"], rated["scale_title"], levels)


def _points(goal: Mapping[str, Any]) -> list[Point]:
    return [Point(check_in["on"], check_in["percent"]) for check_in in goal["check_ins"]]


def _steps(counted: list[Mapping[str, int]]) -> str | None:
    done, still_open, overdue = (
        sum(steps[name] for steps in counted) for name in ("done", "open", "overdue")
    )
    if not done + still_open:
        return None
    late = f", {overdue} of them past their day" if overdue else ""
    return f"Steps toward these goals: {done} done, {still_open} open{late}."
