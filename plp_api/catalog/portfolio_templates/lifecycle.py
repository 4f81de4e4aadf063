"""The life cycle of a portfolio template's edition."""

from plp_api.catalog.portfolio_templates import actions
from plp_api.foundation import editions
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

PORTFOLIO_TEMPLATE = editions.life_cycle(
    Permission.SETTINGS_WRITE,
    actions.publish,
    actions.retire,
    refuses=(Code.FRAMEWORK_ITEM_RETIRED,),
)
