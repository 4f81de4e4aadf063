"""The life of a pathway element, as a table (product.md, section 4), and what each step does."""

from datetime import date
from enum import StrEnum
from typing import Any

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.planning.pathways import conditions, elsewhere
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus

PLAN, APPROVE, RECORD = (
    Permission.PATHWAYS_WRITE,
    Permission.PATHWAYS_APPROVE,
    Permission.PATHWAYS_RECORD,
)


class Party(StrEnum):
    """One of the two schools that must find a student ready (16 V.S.A. 944)."""

    HOME_SCHOOL = "home_school"
    PROVIDER = "provider"


def record_readiness(
    element: PathwayElement,
    access: Access,
    party: str,
    said_by: str,
    said_on: date | None = None,
    is_ready: bool = True,
    comment: str | None = None,
) -> None:
    """Write down who at one of the two schools found the student ready, or takes that back."""
    today = access.caller.today
    if said_on is not None and said_on > today:
        raise invalid("said_on", "Must not lie in the future.")
    by, on = (said_by, said_on or today) if is_ready else (None, None)
    if party == Party.HOME_SCHOOL:
        element.home_ready_by, element.home_ready_on = by, on
    else:
        element.provider_ready_by, element.provider_ready_on = by, on
    payload = {"party": party, "is_ready": is_ready, "on": on}
    _note("pathway_element.readiness_recorded", element, access, RECORD, comment, **payload)


def approve(element: PathwayElement, access: Access, comment: str | None = None) -> None:
    """Let it stand in the plan, once all holds that the law asks for.

    Raises Problem(pathway_condition_unmet), naming each rule with its source.
    """
    # Holds the plan's row until the end: of two approvals at once, the second counts the first.
    element.plan.stir()
    conditions.require_for_approval(element, access)
    element.approved_on, element.approved_by = access.caller.today, access.caller.person_id
    element.returned_on = None
    _note("pathway_element.approved", element, access, APPROVE, comment, funding=element.funding)


def return_(element: PathwayElement, access: Access, comment: str) -> None:
    """Give it back, saying what is asked for; it stays planned."""
    element.returned_on = access.caller.today
    _note("pathway_element.returned", element, access, APPROVE, comment)


def enroll(
    element: PathwayElement,
    access: Access,
    accepted_on: date | None = None,
    comment: str | None = None,
) -> None:
    """Record that the student is enrolled in the course; from here its voucher counts as used.

    Raises Problem(pathway_condition_unmet).
    """
    element.accepted_on = accepted_on or element.accepted_on
    conditions.require_for_enrollment(element, access)
    element.enrolled_on = access.caller.today
    element.is_voucher_used = element.is_state_funded
    _note("pathway_element.enrolled", element, access, RECORD, comment)


def complete(
    element: PathwayElement,
    access: Access,
    result: str | None = None,
    high_school_credits_earned: float | None = None,
    college_credits_earned: float | None = None,
    comment: str | None = None,
) -> None:
    """Record how it ended; once more, to put the result right."""
    element.result = result
    element.high_school_credits_earned = high_school_credits_earned
    element.college_credits_earned = college_credits_earned
    element.completed_on = element.completed_on or access.caller.today
    _note("pathway_element.completed", element, access, RECORD, comment)


def withdraw(
    element: PathwayElement,
    access: Access,
    is_voucher_used: bool | None = None,
    comment: str | None = None,
) -> None:
    """End it early. A voucher that paid for it stays used, unless the recorder says otherwise."""
    if is_voucher_used is not None:
        if not access.may_on(RECORD, element):
            raise Problem(Code.PERMISSION_DENIED)
        if not element.is_state_funded or element.enrolled_on is None:
            raise invalid("is_voucher_used", "No voucher was used for it.")
        element.is_voucher_used = is_voucher_used
    element.withdrawn_on = access.caller.today
    spoken = RECORD if access.may_on(RECORD, element) else PLAN
    payload = {"is_voucher_used": element.is_voucher_used}
    _note("pathway_element.withdrawn", element, access, spoken, comment, **payload)


def _note(
    what: str,
    element: PathwayElement,
    access: Access,
    permission: Permission,
    comment: str | None,
    **payload: Any,
) -> None:
    if comment is not None:
        comments.add(element, access, comment, permission)
    element.plan.stir()
    audit.record(what, element, by=access.caller.person_id, **payload)


def plan_is_open(element: PathwayElement, _access: Access) -> Code | None:
    """Nothing begins in a plan that is closed."""
    return None if element.plan.is_open else Code.PLAN_CLOSED


def not_its_author(element: PathwayElement, access: Access) -> str | None:
    """Nobody approves what they planned themselves."""
    if access.caller.person_id in (element.planned_by, element.student_id):
        return "Nobody approves their own work; another approver is needed."
    return None


def is_kept_here(element: PathwayElement, access: Access) -> str | None:
    """The student's own district decides, not one that hosts them."""
    if element.district_id != access.caller.district_id:
        return "The student's own district decides on it."
    return None


SCHOOL = (plan_is_open, not_family)
PLANNED, COMPLETED = PathwayStatus.PLANNED, PathwayStatus.COMPLETED
WITHDRAWN = PathwayStatus.WITHDRAWN

PATHWAY_ELEMENT = LifeCycle(
    [
        move(PLANNED, "record_readiness", (RECORD, APPROVE), None, record_readiness, *SCHOOL),
        move(
            PLANNED,
            "approve",
            APPROVE,
            PathwayStatus.APPROVED,
            approve,
            *SCHOOL,
            is_kept_here,
            not_its_author,
        ),
        move(PLANNED, "return", APPROVE, None, return_, *SCHOOL, is_kept_here),
        move("approved", "enroll", RECORD, PathwayStatus.ENROLLED, enroll, *SCHOOL),
        # A result may come after the plan was closed.
        move("enrolled completed", "complete", RECORD, COMPLETED, complete, not_family),
        move(PLANNED, "withdraw", PLAN, WITHDRAWN, withdraw, *SCHOOL),
        move("approved enrolled", "withdraw", RECORD, WITHDRAWN, withdraw, not_family),
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
    ]
)
