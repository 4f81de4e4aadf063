"""What callers may read of goals."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation.access.rows import Access


def shape(goals: Sequence[Any], access: Access) -> None:
    """Set `framework_items` of each goal, and `shown_confirmer`.

    That is None if the caller may not know the person.
    """
    item_links.shape(goals, access)
    for goal in goals:
        goal.shown_confirmer = access.shown_person(goal.confirmed_by, goal.student_id)
