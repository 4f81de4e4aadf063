"""The life cycle of an agreement, as a table.

Signatures complete it, and changes of the ELO void it: neither is an action. Two actions are left
for where no signature comes any more.
"""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.agreements import actions
from plp_api.learning.agreements.models import AgreementStatus

AGREEMENT = LifeCycle(
    [
        move(
            "pending",
            "settle",
            Permission.ELOS_DECIDE,
            AgreementStatus.COMPLETE,
            actions.settle,
            not_family,
            actions.runs_its_elo,
            actions.nobody_is_left,
        ),
        move(
            "pending",
            "settle_split",
            Permission.SIGNATURES_EXCEPT,
            AgreementStatus.COMPLETE,
            actions.settle_split,
            not_family,
            actions.only_parents_disagree,
        ),
    ],
    refuses=(Code.APPROVER_IS_FAMILY,),
    look_up=actions.look_up,
)
