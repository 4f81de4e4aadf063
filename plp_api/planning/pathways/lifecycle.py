"""The life cycle of a pathway element, as a table."""

from plp_api.foundation.access.lifecycle import ForOthers, LifeCycle, move, not_family, own_work
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.planning.pathways import actions, elsewhere
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus
from plp_api.planning.plans.guards import plan_is_open

PLAN, APPROVE, RECORD = (
    Permission.PATHWAYS_WRITE,
    Permission.PATHWAYS_APPROVE,
    Permission.PATHWAYS_RECORD,
)


def not_its_author(element: PathwayElement, access: Access) -> ForOthers | None:
    """Why the caller cannot approve the element: they planned it."""
    return own_work(access, element.planned_by, element.student_id)


def is_kept_here(element: PathwayElement, access: Access) -> ForOthers | None:
    """Why the caller cannot decide: their district only hosts the student."""
    if element.district_id != access.caller.district_id:
        return ForOthers("Only the student's own district decides on it.")
    return None


SCHOOL = (plan_is_open, not_family)
PLANNED, COMPLETED = PathwayStatus.PLANNED, PathwayStatus.COMPLETED
WITHDRAWN = PathwayStatus.WITHDRAWN

PATHWAY_ELEMENT = LifeCycle(
    [
        move(
            PLANNED,
            "record_readiness",
            (RECORD, APPROVE),
            None,
            actions.record_readiness,
            *SCHOOL,
            is_done=actions.is_recorded_so,
        ),
        move(
            PLANNED,
            "approve",
            APPROVE,
            PathwayStatus.APPROVED,
            actions.approve,
            *SCHOOL,
            is_kept_here,
            not_its_author,
        ),
        move(
            PLANNED,
            "return",
            APPROVE,
            None,
            actions.return_,
            *SCHOOL,
            is_kept_here,
            is_done=actions.is_returned_so,
        ),
        move("approved", "enroll", RECORD, PathwayStatus.ENROLLED, actions.enroll, *SCHOOL),
        # A result may come after the plan was closed.
        move(
            "enrolled completed",
            "complete",
            RECORD,
            COMPLETED,
            actions.complete,
            not_family,
            is_done=actions.is_completed_so,
        ),
        move(PLANNED, "withdraw", PLAN, WITHDRAWN, actions.withdraw, *SCHOOL),
        move("approved enrolled", "withdraw", RECORD, WITHDRAWN, actions.withdraw, not_family),
        move(
            "enrolled completed",
            "strike",
            RECORD,
            WITHDRAWN,
            elsewhere.strike,
            not_family,
            is_kept_here,
            elsewhere.was_taken_elsewhere,
        ),
    ],
    refuses=(
        Code.PLAN_CLOSED,
        Code.APPROVER_IS_FAMILY,
        Code.PATHWAY_CONDITION_UNMET,
    ),
)
