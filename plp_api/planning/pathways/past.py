"""The pathway elements of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan


def elements_then(plan: Plan, _day: date, until: datetime) -> list[dict[str, Any]]:
    """The plan's elements at the end of a day, including planned and since deleted ones."""
    return [
        {"pathway_element_id": str(key), **values}
        for key, values in history.as_of(PathwayElement, plan.student_id, until)
    ]
