"""The life cycle of a rubric's edition."""

from plp_api.catalog.rubrics import actions
from plp_api.foundation import editions
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

RUBRIC = editions.life_cycle(
    Permission.SETTINGS_WRITE,
    actions.publish,
    actions.retire,
    refuses=(Code.RUBRIC_INCOMPLETE, Code.FRAMEWORK_ITEM_RETIRED, Code.SCALE_RETIRED),
)
