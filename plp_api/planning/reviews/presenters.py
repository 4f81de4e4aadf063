"""What callers may read of reviews."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.planning.reviews.interpreters import needed
from plp_api.planning.reviews.standing import standing


def shape(reviews: Sequence[Any], access: Access) -> None:
    """Set the standing of reviews, and the participants that the caller may know."""
    interpreters = needed((review.student_id for review in reviews), access)
    for review in reviews:
        review.interpreters_needed = interpreters.get(review.student_id)
        review.standing = standing(
            review.plan_version_id, review.excepted_on, review.due_on, access.caller.today
        )
        review.shown_participants = [
            _participant(participant, review, access) for participant in review.participants
        ]


def _participant(participant: Any, review: Any, access: Access) -> Any:
    """The participant, or only the role if the caller may not know the person."""
    if access.is_named(participant.person_id, review.student_id, participant.role):
        return participant
    return {"role": participant.role, "person_id": None, "name": None, "language": None}
