"""The life cycle of a scale, as a table."""

from plp_api.catalog.scales import actions
from plp_api.catalog.scales.models import ScaleStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

WRITE = Permission.SETTINGS_WRITE

SCALE = LifeCycle(
    [
        move("active", "make_default", WRITE, None, actions.make_default, actions.is_not_default),
        move("active", "retire", WRITE, ScaleStatus.RETIRED, actions.retire, actions.is_retirable),
        move("retired", "restore", WRITE, ScaleStatus.ACTIVE, actions.restore),
    ],
    refuses=(Code.SCALE_IN_USE,),
    look_up=actions.look_up_use,
)
