"""The life of a template's edition, as a table."""

from plp_api.access.lifecycle import LifeCycle, move
from plp_api.access.permissions import Permission
from plp_api.templates import actions
from plp_api.templates.models import TemplateStatus

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
    ]
)
