"""How a review stands on a day: from its dates and the version that answers it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.planning.reviews.interpreters import needed


class Standing(StrEnum):
    """What a review is on a day: `complete` once a version was approved in its cycle."""

    COMPLETE = "complete"
    EXCEPTED = "excepted"
    OVERDUE = "overdue"
    DUE = "due"


def standing(plan_version_id: Any, excepted_on: Any, due_on: date, today: date) -> Standing:
    """How a review with these columns stands today; of two it counts whether they are there."""
    if plan_version_id is not None:
        return Standing.COMPLETE
    if excepted_on is not None:
        return Standing.EXCEPTED
    return Standing.OVERDUE if due_on < today else Standing.DUE


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
