"""The life cycle of a template's edition."""

from plp_api.catalog.templates import actions
from plp_api.foundation import editions
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

TEMPLATE = editions.life_cycle(
    Permission.SETTINGS_WRITE,
    actions.publish,
    actions.retire,
    actions.default_is_kept,
    refuses=(Code.TEMPLATE_OVERLAPS,),
)
