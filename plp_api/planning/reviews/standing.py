"""How a review stands on a day: from its dates and the version that answers it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.planning.reviews.interpreters import needed
from plp_api.planning.reviews.models import ParticipantRole


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
        is_child = access.is_family(review.student_id)
        review.shown_participants = [
            _withheld(one) if is_child and _may_be_other_familys(one, access) else one
            for one in review.participants
        ]


OF_A_FAMILY = frozenset(
    {ParticipantRole.PARENT, ParticipantRole.ENGAGED_ADULT, ParticipantRole.INTERPRETER}
)
"""Who may have come with one parent: the other is told of the role alone."""


def _may_be_other_familys(participant: Any, access: Access) -> bool:
    is_of_family: bool = participant.role in OF_A_FAMILY
    return is_of_family and participant.person_id != access.caller.person_id


def _withheld(participant: Any) -> dict[str, Any]:
    """A parent never learns who the other parent is, nor whom the other brought."""
    return {"role": participant.role, "person_id": None, "name": None, "language": None}
