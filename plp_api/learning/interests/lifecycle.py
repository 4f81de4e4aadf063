"""The life cycle of a raised hand, as a table.

The student raises it and may withdraw it; a coordinator answers it, with a last day until which a
seat is held. Nothing happens on that day: who holds a seat is asked of the date.
"""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.interests import actions
from plp_api.learning.interests.models import InterestStatus

STUDENT, COORDINATOR = Permission.INTERESTS_RAISE, Permission.INTERESTS_DECIDE
GIVES_A_SEAT = (
    not_family,
    actions.partner_is_active,
    actions.it_is_not_over,
    actions.a_seat_is_left,
)

INTEREST = LifeCycle(
    [
        move(
            "raised",
            "approve",
            COORDINATOR,
            InterestStatus.APPROVED,
            actions.approve,
            *GIVES_A_SEAT,
        ),
        move(
            "raised",
            "decline",
            COORDINATOR,
            InterestStatus.DECLINED,
            actions.decline,
            not_family,
        ),
        move(
            "approved",
            "extend",
            COORDINATOR,
            None,
            actions.extend,
            *GIVES_A_SEAT,
            is_done=actions.is_extended_so,
        ),
        move(
            "approved",
            "release",
            COORDINATOR,
            InterestStatus.RELEASED,
            actions.release,
            not_family,
        ),
        move("raised approved", "withdraw", STUDENT, InterestStatus.WITHDRAWN, actions.withdraw),
    ],
    refuses=(Code.APPROVER_IS_FAMILY, Code.OPPORTUNITY_FULL, Code.PARTNER_ARCHIVED),
    look_up=actions.look_up,
)
