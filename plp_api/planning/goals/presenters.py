"""What callers may read of goals."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation.access.rows import Access
from plp_api.planning.goals import evidence


def shape(goals: Sequence[Any], access: Access) -> None:
    """Set `framework_items` of each goal, its evidence, and `shown_confirmer`.

    The last is None if the caller may not know the person.
    """
    item_links.shape(goals, access)
    evidence.shape(goals, access)
    for goal in goals:
        goal.shown_confirmer = access.shown_person(goal.confirmed_by, goal.student_id)
