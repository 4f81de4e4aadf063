"""The life cycle of a template's edition, as a table."""

from plp_api.catalog.templates import actions
from plp_api.catalog.templates.models import TemplateStatus
from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code

WRITE = Permission.SETTINGS_WRITE

TEMPLATE = LifeCycle(
    [
        move("draft", "publish", WRITE, TemplateStatus.PUBLISHED, actions.publish),
        move(
            "published",
            "retire",
            WRITE,
            TemplateStatus.RETIRED,
            actions.retire,
            actions.default_is_kept,
        ),
    ],
    refuses=(Code.TEMPLATE_OVERLAPS,),
)
