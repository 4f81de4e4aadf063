"""The life cycle of a clearance: it is recorded once, and at most withdrawn."""

from plp_api.catalog.clearances import actions
from plp_api.catalog.clearances.models import ClearanceStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission

CLEARANCE = LifeCycle(
    [
        move(
            "recorded",
            "withdraw",
            Permission.CLEARANCES_WRITE,
            ClearanceStatus.WITHDRAWN,
            actions.withdraw,
        )
    ]
)
