"""The goals of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from plp_api.catalog.item_links import presenters as item_links
from plp_api.catalog.item_links.models import ItemLink
from plp_api.foundation import db
from plp_api.planning.goals.models import CheckIn, Goal
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan


def goals_then(plan: Plan, day: date, until: datetime) -> list[dict[str, Any]]:
    """The plan's goals at the end of a day, including those deleted since, oldest first.

    Texts and states are those of that day; progress is of the latest check-in by then.
    `framework_items` are those linked then, in the words they have today.
    """
    progress = _progress(plan, day, until)
    items = item_links.then(history.as_of(ItemLink, plan.student_id, until))
    return [
        {
            "goal_id": str(goal_id),
            **values,
            "progress_percent": progress.get(goal_id),
            "framework_items": items.get(str(goal_id), []),
        }
        for goal_id, values in history.as_of(Goal, plan.student_id, until)
    ]


def _progress(plan: Plan, day: date, until: datetime) -> dict[Any, int]:
    looks = (
        select(CheckIn.goal_id, CheckIn.percent)
        .where(
            CheckIn.student_id == plan.student_id,
            CheckIn.checked_on <= day,
            CheckIn.created_at < until,
        )
        .order_by(CheckIn.checked_on, CheckIn.id)
    )
    rows = db.session().execute(looks)
    return {goal_id: percent for goal_id, percent in rows}  # noqa: C416 - typed rows
