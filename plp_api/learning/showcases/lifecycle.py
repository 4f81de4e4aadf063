"""The life cycle of a showcase, as a table."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.showcases import actions
from plp_api.learning.showcases.models import ShowcaseStatus

STUDENT, ADMIN = Permission.SHOWCASES_WRITE, Permission.SHOWCASES_TAKE_DOWN
ACTIVE, ARCHIVED, TAKEN_DOWN = ShowcaseStatus

SHOWCASE = LifeCycle(
    [
        move("active", "archive", STUDENT, ARCHIVED, actions.archive),
        move("archived", "restore", STUDENT, ACTIVE, actions.restore),
        move("active archived", "take_down", ADMIN, TAKEN_DOWN, actions.take_down, not_family),
        move("taken_down", "put_back", ADMIN, ARCHIVED, actions.put_back, not_family),
    ],
    refuses=(Code.APPROVER_IS_FAMILY,),
)
