"""What callers may read of ratings."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access


def shape(ratings: Sequence[Any], access: Access) -> None:
    """Set what each rating shows of its evidence: only what the caller may read elsewhere."""
    for rating in ratings:
        may_read_goals = access.may(Permission.GOALS_READ, rating.student_id)
        may_read_pathways = access.may(Permission.PATHWAYS_READ, rating.student_id)
        rating.shown_goal_id = rating.goal_id if may_read_goals else None
        may_read_elo = access.may(Permission.ELOS_READ, rating.student_id)
        is_on_elo = rating.elo_id in access.caller.assigned
        rating.shown_elo_id = rating.elo_id if may_read_elo or is_on_elo else None
        _show_artifact(rating, access)
        rating.shown_element_id = rating.pathway_element_id if may_read_pathways else None


def _show_artifact(rating: Any, access: Access) -> None:
    may_read = access.may(Permission.ARTIFACTS_READ, rating.student_id)
    is_shown = may_read or rating.artifact_id in access.caller.assigned
    rating.shown_artifact_id = rating.artifact_id if is_shown else None
    rating.shown_review_id = rating.artifact_review_id if is_shown else None
