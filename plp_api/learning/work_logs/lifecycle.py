"""The life cycle of a log entry, as a table.

The student writes it; whoever saw the work says whether it is true. A verified entry can still be
corrected or declined, until credit is awarded. To change a declined entry sends it once more.
"""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.work_logs import actions
from plp_api.learning.work_logs.models import LogEntryStatus

VERIFIER = Permission.LOG_ENTRIES_VERIFY
GUARDS = (actions.not_own, not_family, actions.log_is_open)

LOG_ENTRY = LifeCycle(
    [
        move("pending", "verify", VERIFIER, LogEntryStatus.VERIFIED, actions.verify, *GUARDS),
        move(
            "verified",
            "correct",
            VERIFIER,
            None,
            actions.correct,
            *GUARDS,
            is_done=actions.is_corrected_so,
        ),
        move(
            "pending verified",
            "decline",
            VERIFIER,
            LogEntryStatus.DECLINED,
            actions.decline,
            *GUARDS,
        ),
    ],
    refuses=(
        Code.APPROVER_IS_FAMILY,
        Code.DAY_OVERFULL,
        Code.ELO_CLOSED,
        Code.LOG_ENTRY_YOURS,
    ),
    look_up=actions.look_up,
)
