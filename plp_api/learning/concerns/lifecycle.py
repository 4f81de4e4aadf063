"""The life cycle of a concern: open, acknowledged, closed."""

from typing import Any

from plp_api.foundation.access.lifecycle import ForOthers, LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.learning.concerns import actions
from plp_api.learning.concerns.models import ConcernStatus

HANDLER = Permission.CONCERNS_WRITE


def another_raised_it(concern: Any, access: Access) -> ForOthers | None:
    """A guard: who raised a concern does not answer it, so that a second person sees it."""
    if concern.raised_by in access.selves:
        return ForOthers("You raised it; the coordinator or the principal must answer it.")
    return None


CONCERN = LifeCycle(
    [
        move(
            "open",
            "acknowledge",
            HANDLER,
            ConcernStatus.ACKNOWLEDGED,
            actions.acknowledge,
            not_family,
            another_raised_it,
        ),
        move(
            "acknowledged",
            "close",
            HANDLER,
            ConcernStatus.CLOSED,
            actions.close,
            not_family,
            another_raised_it,
        ),
    ],
    refuses=(Code.APPROVER_IS_FAMILY,),
)
