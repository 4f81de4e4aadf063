"""The ELOs of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.catalog.item_links.models import ItemLink
from plp_api.learning.elos.models import Elo, EloGoal
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan


def elos_then(plan: Plan, _day: date, until: datetime) -> list[dict[str, Any]]:
    """The plan's ELOs at the end of a day, in any state, oldest first.

    `framework_items` and `goal_ids` are those linked then, the items in the words they have
    today.
    """
    items = item_links.then(history.as_of(ItemLink, plan.student_id, until))
    goals: dict[str, list[str]] = {}
    for _, row in history.as_of(EloGoal, plan.student_id, until):
        goals.setdefault(row["elo_id"], []).append(row["goal_id"])
    return [
        {
            "elo_id": str(key),
            **values,
            "goal_ids": goals.get(str(key), []),
            "framework_items": items.get(str(key), []),
        }
        for key, values in history.as_of(Elo, plan.student_id, until)
    ]
