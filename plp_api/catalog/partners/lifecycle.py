"""The life cycle of a partner, as a table."""

from plp_api.catalog.partners import actions
from plp_api.catalog.partners.models import PartnerStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission

WRITE = Permission.PARTNERS_WRITE

PARTNER = LifeCycle(
    [
        move("active", "archive", WRITE, PartnerStatus.ARCHIVED, actions.archive),
        move("archived", "restore", WRITE, PartnerStatus.ACTIVE, actions.restore),
    ]
)
