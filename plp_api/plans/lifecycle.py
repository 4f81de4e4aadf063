"""The life of a plan version, as a table (product.md, section 4)."""

from plp_api.access.lifecycle import LifeCycle, move, not_family
from plp_api.access.permissions import Permission
from plp_api.plans import actions, keeping
from plp_api.plans.models import VersionStatus

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
            keeping.not_the_familys,
        ),
        move(
            "draft changes_requested",
            "submit_for",
            SUBMIT_FOR,
            SUBMITTED,
            actions.submit_for,
            not_family,
        ),
        move("submitted", "recall", SUBMIT, VersionStatus.DRAFT, actions.recall),
        move(
            "submitted",
            "request_changes",
            APPROVE,
            BACK,
            actions.request_changes,
            not_family,
        ),
        move(
            "submitted",
            "approve",
            APPROVE,
            VersionStatus.IN_FORCE,
            actions.approve,
            not_family,
            actions.author_is_approver,
        ),
        move(
            "draft submitted changes_requested",
            "put_in_force",
            Permission.PLANS_KEEP,
            VersionStatus.IN_FORCE,
            keeping.put_in_force,
        ),
    ]
)
