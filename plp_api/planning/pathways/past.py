"""The pathway elements of a plan as they stood on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan


def elements_then(plan: Plan, _day: date, until: datetime) -> list[dict[str, Any]]:
    """The plan's elements at a day's end, planned ones and those deleted since included."""
    return [
        {"pathway_element_id": str(key), **values}
        for key, values in history.as_of(PathwayElement, plan.student_id, until)
    ]
