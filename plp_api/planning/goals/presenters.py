"""What callers may read of goals."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access


def shape(goals: Sequence[Any], access: Access) -> None:
    """Set `shown_confirmer` of each goal: None if the caller may not know the person."""
    for goal in goals:
        goal.shown_confirmer = access.shown_person(goal.confirmed_by, goal.student_id)
