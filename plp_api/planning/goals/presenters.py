"""What readers see of goals."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access


def shape(goals: Sequence[Any], access: Access) -> None:
    """Give goals who confirmed them, as far as the caller may know."""
    for goal in goals:
        goal.shown_confirmer = access.shown_person(goal.confirmed_by, goal.student_id)
