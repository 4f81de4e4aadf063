"""The pathway elements of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.catalog.item_links.models import ItemLink
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan


def elements_then(plan: Plan, _day: date, until: datetime) -> list[dict[str, Any]]:
    """The plan's elements at the end of a day, including planned and since deleted ones.

    `framework_items` are those linked then, in the words they have today.
    """
    items = item_links.then(history.as_of(ItemLink, plan.student_id, until))
    return [
        {
            "pathway_element_id": str(key),
            **values,
            "framework_items": items.get(str(key), []),
        }
        for key, values in history.as_of(PathwayElement, plan.student_id, until)
    ]
