"""The annual reviews of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan
from plp_api.planning.reviews.models import Review
from plp_api.planning.reviews.standing import standing


def reviews_then(plan: Plan, day: date, until: datetime) -> list[dict[str, Any]]:
    """The reviews opened by the end of a day, with their values and standing, oldest first."""
    return [
        {"review_id": str(key), **values, "standing": _standing(values, day)}
        for key, values in history.as_of(Review, plan.student_id, until)
    ]


def _standing(values: dict[str, Any], day: date) -> str:
    due_on = date.fromisoformat(values["due_on"])
    return standing(values["plan_version_id"], values["excepted_on"], due_on, day)
