"""What readers see of reviews."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.planning.reviews.interpreters import needed
from plp_api.planning.reviews.standing import standing


def shape(reviews: Sequence[Any], access: Access) -> None:
    """Give reviews their standing, and their participants as far as the caller may know them."""
    interpreters = needed((review.student_id for review in reviews), access)
    for review in reviews:
        review.interpreters_needed = interpreters.get(review.student_id)
        review.standing = standing(
            review.plan_version_id, review.excepted_on, review.due_on, access.caller.today
        )
        review.shown_participants = [
            _participant(one, review, access) for one in review.participants
        ]


def _participant(participant: Any, review: Any, access: Access) -> Any:
    """Who took part, by role alone where the caller may not know more."""
    if access.is_named(participant.person_id, review.student_id, participant.role):
        return participant
    return {"role": participant.role, "person_id": None, "name": None, "language": None}
