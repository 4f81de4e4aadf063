"""The life cycle of an annual review, as a table. `standing` is computed, never stored."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.planning.plans.guards import plan_is_open
from plp_api.planning.reviews import actions
from plp_api.planning.reviews.models import ReviewStatus

PREPARED, HELD, EXCEPTED = ReviewStatus.PREPARED, ReviewStatus.HELD, ReviewStatus.EXCEPTED

REVIEW = LifeCycle(
    [
        move(
            "scheduled prepared",
            "prepare",
            Permission.REVIEWS_PREPARE,
            PREPARED,
            actions.prepare,
            plan_is_open,
            is_done=actions.is_prepared_so,
        ),
        move(
            "scheduled prepared held",
            "hold",
            Permission.REVIEWS_HOLD,
            HELD,
            actions.hold,
            not_family,
            plan_is_open,
            is_done=actions.is_held_so,
        ),
        move(
            "scheduled prepared held",
            "except",
            Permission.REVIEWS_EXCEPT,
            EXCEPTED,
            actions.except_,
            not_family,
            actions.no_version_came,
        ),
        move(
            "excepted",
            "reinstate",
            Permission.REVIEWS_EXCEPT,
            None,
            actions.reinstate,
            not_family,
        ),
    ],
    refuses=(
        Code.PLAN_CLOSED,
        Code.APPROVER_IS_FAMILY,
    ),
)
