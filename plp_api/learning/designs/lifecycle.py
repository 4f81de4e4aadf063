"""The reviews of benchmarks and the ratings of training tasks, as tables."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.designs import actions

REVIEW = Permission.ELOS_REVIEW
REFUSES = (Code.APPROVER_IS_FAMILY, Code.ELO_NOT_ACTIVE)

BENCHMARK = LifeCycle(
    [
        move(
            "open reviewed",
            "review",
            REVIEW,
            None,
            actions.review,
            not_family,
            actions.work_began,
            actions.is_its_reviewer,
            is_done=actions.is_reviewed_so,
        )
    ],
    refuses=REFUSES,
    look_up=actions.look_up,
)
TRAINING_TASK = LifeCycle(
    [
        move(
            "open rated",
            "rate",
            REVIEW,
            None,
            actions.rate,
            not_family,
            actions.work_began,
            is_done=actions.is_rated_so,
        )
    ],
    refuses=REFUSES,
    look_up=actions.look_up,
)
