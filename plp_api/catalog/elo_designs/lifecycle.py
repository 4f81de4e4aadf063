"""The life cycle of a design template, as a table."""

from plp_api.catalog.elo_designs import actions
from plp_api.catalog.elo_designs.models import DesignTemplateStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission

WRITE = Permission.DESIGNS_WRITE

DESIGN_TEMPLATE = LifeCycle(
    [
        move("active", "archive", WRITE, DesignTemplateStatus.ARCHIVED, actions.archive),
        move("archived", "restore", WRITE, DesignTemplateStatus.ACTIVE, actions.restore),
    ]
)
