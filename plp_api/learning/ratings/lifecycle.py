"""The life cycle of a rating: given, and perhaps withdrawn by the person who gave it."""

from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.learning.ratings import actions
from plp_api.learning.ratings.models import Rating, RatingStatus


def it_is_yours(rating: Rating, access: Access) -> Code | None:
    """Why the caller cannot withdraw the rating: another person gave it."""
    return None if rating.rated_by == access.caller.person_id else Code.RATING_NOT_YOURS


def not_family(rating: Rating, access: Access) -> Code | None:
    """Why the caller cannot withdraw the rating: they became the student's family since."""
    return Code.ACTOR_IS_FAMILY if access.is_family(rating.student_id) else None


RATING = LifeCycle(
    [
        move(
            RatingStatus.GIVEN,
            "withdraw",
            Permission.RATINGS_RATE,
            RatingStatus.WITHDRAWN,
            actions.withdraw,
            it_is_yours,
            not_family,
        ),
    ],
    refuses=(Code.RATING_NOT_YOURS, Code.ACTOR_IS_FAMILY),
)
