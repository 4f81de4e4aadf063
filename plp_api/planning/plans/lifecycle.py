"""The life cycles of plans and of plan versions, as tables."""

from plp_api.foundation.access.lifecycle import (
    LifeCycle,
    move,
    not_family,
    not_family_unless_keeper,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.planning.plans import actions, amendments, closing, keeping, sections
from plp_api.planning.plans.guards import plan_is_open
from plp_api.planning.plans.models import PlanStatus, VersionStatus

SUBMIT, SUBMIT_FOR = Permission.PLANS_SUBMIT, Permission.PLANS_SUBMIT_FOR
APPROVE = Permission.PLANS_APPROVE
SUBMITTED, BACK = VersionStatus.SUBMITTED, VersionStatus.CHANGES_REQUESTED

VERSION = LifeCycle(
    [
        move(
            "draft changes_requested",
            "submit",
            SUBMIT,
            SUBMITTED,
            actions.submit,
            plan_is_open,
            keeping.not_the_familys,
        ),
        move(
            "draft changes_requested",
            "submit_for",
            SUBMIT_FOR,
            SUBMITTED,
            actions.submit_for,
            plan_is_open,
            not_family,
        ),
        move(
            "draft changes_requested",
            "change_template",
            Permission.PLANS_WRITE,
            None,
            sections.change_template,
            plan_is_open,
            not_family_unless_keeper,
        ),
        move("submitted", "recall", SUBMIT, VersionStatus.DRAFT, actions.recall, plan_is_open),
        move(
            "submitted",
            "request_changes",
            APPROVE,
            BACK,
            actions.request_changes,
            plan_is_open,
            not_family,
        ),
        move(
            "submitted",
            "approve",
            APPROVE,
            VersionStatus.IN_FORCE,
            actions.approve,
            plan_is_open,
            not_family,
            actions.author_is_approver,
        ),
        move(
            "draft submitted changes_requested",
            "put_in_force",
            Permission.PLANS_KEEP,
            VersionStatus.IN_FORCE,
            keeping.put_in_force,
            plan_is_open,
        ),
        move(
            "in_force",
            "reaffirm",
            APPROVE,
            VersionStatus.IN_FORCE,
            amendments.reaffirm,
            plan_is_open,
            not_family,
            amendments.holds_ones_own_words,
            amendments.is_of_an_earlier_cycle,
        ),
    ],
    refuses=(
        Code.PLAN_CLOSED,
        Code.APPROVER_IS_FAMILY,
        Code.VERSION_INCOMPLETE,
        Code.SECTION_UNASKED,
        Code.VERSION_REAFFIRMED,
    ),
    look_up=actions.look_up,
)

CLOSE = Permission.PLANS_CLOSE
CLOSED = (PlanStatus.TRANSFERRED_OUT, PlanStatus.COMPLETED, PlanStatus.WITHDRAWN)
ENDED = " ".join(CLOSED)

PLAN = LifeCycle(
    [
        move("active", "transfer_out", CLOSE, CLOSED[0], closing.transfer_out, not_family),
        move("active", "complete", CLOSE, CLOSED[1], closing.complete, not_family),
        move("active", "withdraw", CLOSE, CLOSED[2], closing.withdraw, not_family),
        move(ENDED, "archive", CLOSE, PlanStatus.ARCHIVED, closing.archive, not_family),
        move(f"{ENDED} archived", "reopen", CLOSE, PlanStatus.ACTIVE, closing.reopen, not_family),
    ],
    refuses=(Code.APPROVER_IS_FAMILY,),
)
