"""The life cycle of a rating: given, and perhaps withdrawn, by who gave it or by the school."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.learning.ratings import actions
from plp_api.learning.ratings.models import Rating, RatingStatus


def is_the_schools(rating: Rating, access: Access) -> Code | None:
    """Why an office cannot withdraw the rating: the student gave it, or is the caller."""
    is_caller = rating.student_id in access.selves
    return Code.RATING_NOT_YOURS if rating.is_self or is_caller else None


def it_is_yours(rating: Rating, access: Access) -> Code | None:
    """Why the caller cannot withdraw the rating: another person gave it."""
    return None if rating.rated_by == access.caller.person_id else Code.RATING_NOT_YOURS


WITHDRAWN = RatingStatus.WITHDRAWN

RATING = LifeCycle(
    [
        move(
            RatingStatus.GIVEN,
            "withdraw",
            Permission.RATINGS_WITHDRAW,
            WITHDRAWN,
            actions.withdraw,
            not_family,
            is_the_schools,
        ),
        # Who gave it may as long as they may read it, whether or not they still teach.
        move(
            RatingStatus.GIVEN,
            "withdraw",
            Permission.RATINGS_READ,
            WITHDRAWN,
            actions.withdraw,
            it_is_yours,
            not_family,
        ),
    ],
    refuses=(Code.RATING_NOT_YOURS, Code.APPROVER_IS_FAMILY),
)
