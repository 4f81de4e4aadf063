"""The life cycles of a credit line and of an appeal, as tables."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.credit import actions, appealing, teachers
from plp_api.learning.credit.models import AppealStatus, CreditStatus

COORDINATOR, TEACHER = Permission.CREDIT_PROPOSE, Permission.CREDIT_DECIDE
PRINCIPAL, FAMILY = Permission.APPEALS_DECIDE, Permission.APPEALS_FILE
DECIDES = (not_family, teachers.is_not_theirs, actions.elo_is_not_evaluated)

CREDIT_LINE = LifeCycle(
    [
        move(
            "proposed",
            "attest",
            COORDINATOR,
            None,
            actions.attest,
            not_family,
            actions.elo_runs_elsewhere,
            actions.is_own_licence,
            actions.elo_has_ended,
            is_done=actions.is_attested,
        ),
        move(
            "proposed",
            "withdraw_attestation",
            COORDINATOR,
            None,
            actions.withdraw_attestation,
            not_family,
            actions.elo_runs_elsewhere,
            actions.elo_has_ended,
            actions.is_not_attested,
        ),
        move(
            "proposed",
            "award",
            TEACHER,
            CreditStatus.AWARDED,
            actions.award,
            *DECIDES,
            actions.names_no_proficiencies,
        ),
        move("proposed", "deny", TEACHER, CreditStatus.DENIED, actions.deny, *DECIDES),
    ],
    refuses=(
        Code.APPROVER_IS_FAMILY,
        Code.TEACHER_NOT_OF_RECORD,
        Code.PROFICIENCIES_MISSING,
        Code.CREDIT_ELECTIVE,
        Code.ELO_CLOSED,
    ),
    look_up=actions.look_up,
)

APPEAL = LifeCycle(
    [
        move(
            "open",
            "uphold",
            PRINCIPAL,
            AppealStatus.UPHELD,
            appealing.uphold,
            not_family,
            appealing.was_decided_by_caller,
        ),
        move(
            "open",
            "overturn",
            PRINCIPAL,
            AppealStatus.OVERTURNED,
            appealing.overturn,
            not_family,
            appealing.was_decided_by_caller,
            appealing.nothing_to_overturn,
        ),
        move(
            "open",
            "withdraw",
            FAMILY,
            AppealStatus.WITHDRAWN,
            appealing.withdraw,
            appealing.is_not_yours,
        ),
    ],
    refuses=(
        Code.APPROVER_IS_FAMILY,
        Code.PROFICIENCIES_MISSING,
        Code.CREDIT_ELECTIVE,
        Code.PLAN_CLOSED,
    ),
)
