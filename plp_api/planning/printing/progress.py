"""The progress of a plan's goals today: live data beside the version, outside its hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plp_api.foundation.printing.words import day
from plp_api.planning.goals import progress as facts
from plp_api.planning.goals.models import GoalStatus
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.printing import charts
from plp_api.planning.printing.charts import Chart, Point


@dataclass(frozen=True)
class Progress:
    """The progress of goals on a day: charts, and a sentence about the steps done."""

    as_of: str
    steps: str | None
    charts: tuple[Chart, ...]


def of(version: PlanVersion, as_of: date) -> Progress:
    """Charts of the plan's goals except drafts: one of all by domain, one per goal with check-ins.

    The caller must first check that the reader may read the student's goals.
    """
    rows = facts.of(version.plan_id, as_of)["goals"]
    goals = [goal for goal in rows if goal["status"] != GoalStatus.DRAFT]
    overall = (
        [charts.by_domain([(goal["domain"], goal["status"]) for goal in goals])] if goals else []
    )
    drawn = [charts.progress(goal["title"], _points(goal)) for goal in goals if goal["check_ins"]]
    return Progress(
        as_of=day(as_of),
        steps=_steps([goal["steps"] for goal in goals]),
        charts=(*overall, *drawn),
    )


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
