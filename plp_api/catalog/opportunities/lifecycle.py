"""The life cycle of an opportunity, as a table."""

from plp_api.catalog.opportunities import actions
from plp_api.catalog.opportunities.models import OpportunityStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

WRITE = Permission.OPPORTUNITIES_WRITE

OPPORTUNITY = LifeCycle(
    [
        move("open", "close", WRITE, OpportunityStatus.CLOSED, actions.close),
        move(
            "closed",
            "reopen",
            WRITE,
            OpportunityStatus.OPEN,
            actions.reopen,
            actions.partner_is_active,
        ),
    ],
    refuses=(Code.PARTNER_ARCHIVED,),
)
