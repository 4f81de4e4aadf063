"""The progress of a plan today: live data beside the version, outside its hash."""

from collections.abc import Mapping, Sequence
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
    in which the student was rated, one for each ELO that was taken on. The caller must first
    check that the reader may read the student's goals.
    """
    as_of = access.caller.today
    rows = facts.of(version.plan_id, as_of)["goals"]
    goals = [goal for goal in rows if goal["status"] != GoalStatus.DRAFT]
    overall = (
        [charts.by_domain([(goal["domain"], goal["status"]) for goal in goals])] if goals else []
    )
    drawn = [charts.progress(goal["title"], _points(goal)) for goal in goals if goal["check_ins"]]
    parts = facts.parts(version.student_id, access)
    rated = parts.get("competencies", ())
    # The chart has the title of the ELO.
    worked = parts.get("elo_hours", ()) if "elos" in parts else ()
    return Progress(
        as_of=day(as_of),
        about=ABOUT.format(_about(rated, worked)),
        steps=_steps([goal["steps"] for goal in goals]),
        charts=(*overall, *drawn, *map(_by_level, rated), *map(_hours, worked)),
    )


def _about(rated: Sequence[Any], worked: Sequence[Any]) -> str:
    """What the charts are about, in words."""
    kinds = ["goals", *(["competencies"] if rated else []), *(["hours of ELOs"] if worked else [])]
    *first, last = kinds
    return f"{', '.join(first)} and {last}" if first else last


def _hours(worked: Mapping[str, Any]) -> Chart:
    verified, pending = (worked["hours"][name]["minutes"] for name in ("verified", "pending"))
    return charts.hours(worked["title"], verified, pending, worked["planned_minutes"])


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
