"""The life cycles of a call for work, and of the work of one student who was called."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.calls import actions, recipients
from plp_api.learning.calls.models import CallStatus

CALLER = Permission.CALLS_WRITE

CALL = LifeCycle(
    [
        move("open", "extend", CALLER, None, actions.extend, is_done=actions.is_extended_so),
        move("open", "remind", CALLER, None, actions.remind, is_done=actions.is_reminded),
        move(
            "open",
            "catch_up",
            CALLER,
            None,
            actions.catch_up,
            actions.is_of_group,
            is_done=actions.is_caught_up,
        ),
        move("open", "close", CALLER, CallStatus.CLOSED, actions.close),
        move("closed", "reopen", CALLER, CallStatus.OPEN, actions.reopen),
    ],
)
# The state of a recipient follows from its instants, so that no move sets it.
RECIPIENT = LifeCycle(
    [
        move(
            "awaited",
            "excuse",
            CALLER,
            None,
            recipients.excuse,
            not_family,
            recipients.is_their_caller,
        ),
        move(
            "excused",
            "expect",
            CALLER,
            None,
            recipients.expect,
            not_family,
            recipients.is_their_caller,
        ),
    ],
    status="state",
    refuses=(Code.APPROVER_IS_FAMILY, Code.CALL_CLOSED),
)
