"""Plan pathway elements, change them, and move them through their life cycle."""

from datetime import date
from enum import StrEnum
from typing import Any

from plp_api.catalog.item_links import actions as item_links
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.people.directory import references
from plp_api.planning.pathways import conditions
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import Plan

# Details of place and time that the approval does not cover.
CHANGE_LATER = frozenset({"course_code", "location", "term", "ends_on"})
# The readiness that both schools confirmed is for these; a change of them clears it.
READY_FOR = frozenset({"type", "title", "course_code", "provider_name", "starts_on"})
UNREADY = {
    "home_ready_by": None,
    "home_ready_on": None,
    "provider_ready_by": None,
    "provider_ready_on": None,
}


APPROVE, PLAN, RECORD = (
    Permission.PATHWAYS_APPROVE,
    Permission.PATHWAYS_WRITE,
    Permission.PATHWAYS_RECORD,
)


def add(plan: Plan, access: Access, **texts: Any) -> PathwayElement:
    """Add a planned element.

    Raises Problem: plan_closed, actor_is_family, validation_failed (`ends_on`,
    `supervisor_id`).
    """
    require_open(plan)
    access.refuse_family(plan.student_id)
    element = PathwayElement(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan=plan,
        status=PathwayStatus.PLANNED,
        planned_by=access.caller.person_id,
        **texts,
    )
    _check(element, access, texts)
    db.session().add(element)
    _note("pathway_element.planned", element, access, type=element.type)
    return element


def revise(element: PathwayElement, access: Access, **texts: Any) -> PathwayElement:
    """Change a planned element, or the details of place and time of an approved one.

    A change of the course itself clears the readiness that both schools confirmed.
    Raises Problem: element_fixed, plan_closed, actor_is_family, validation_failed
    (`ends_on`, `supervisor_id`), permission_denied.
    """
    require_open(element.plan)
    access.refuse_family(element.student_id)
    changed = sorted(name for name, value in texts.items() if getattr(element, name) != value)
    if not changed:
        return element
    _require_changeable(element, access, changed)
    for name in changed:
        setattr(element, name, texts[name])
    _check(element, access, {name: texts[name] for name in changed})
    if element.status == PathwayStatus.PLANNED:
        element.returned_on = None
        if READY_FOR & set(changed):
            for name, value in UNREADY.items():
                setattr(element, name, value)
    _note("pathway_element.revised", element, access, status=element.status, fields=changed)
    return element


def change_links(element: PathwayElement, access: Access) -> None:
    """Give the element, which shows its items, a new version.

    Its approval does not cover its links: the counselor changes them later too.
    Raises Problem: element_fixed, plan_closed, actor_is_family.
    """
    require_open(element.plan)
    access.refuse_family(element.student_id)
    _require_changeable(element, access, [])
    element.touch()
    element.plan.stir()


def _require_changeable(element: PathwayElement, access: Access, changed: list[str]) -> None:
    if element.status == PathwayStatus.PLANNED:
        return
    if element.status in (PathwayStatus.COMPLETED, PathwayStatus.WITHDRAWN):
        raise Problem(Code.ELEMENT_FIXED, f"It is {element.status}.")
    if not access.may_on(Permission.PATHWAYS_RECORD, element):
        raise Problem(Code.ELEMENT_FIXED, f"It is {element.status}; its counselor may change it.")
    fixed = [FieldError(f"/{name}", "Approved.") for name in changed if name not in CHANGE_LATER]
    if fixed:
        raise Problem(Code.ELEMENT_FIXED, errors=fixed)


def _check(element: PathwayElement, access: Access, fields: dict[str, Any]) -> None:
    if element.starts_on is not None:
        spans.check(element.starts_on, element.ends_on)
    if fields.get("supervisor_id") is not None:
        references.adult(access, fields["supervisor_id"], "supervisor_id")


def delete(element: PathwayElement, access: Access) -> None:
    """Delete a planned element that was never returned or commented on, with its links.

    Raises Problem: element_relied_on otherwise, plan_closed, actor_is_family.
    """
    require_open(element.plan)
    access.refuse_family(element.student_id)
    is_relied_on = element.status != PathwayStatus.PLANNED or element.returned_on is not None
    if is_relied_on or comments.exist_on(element):
        raise Problem(Code.ELEMENT_RELIED_ON)
    _note("pathway_element.deleted", element, access)
    item_links.remove_all(element, access)
    db.session().delete(element)


def _note(what: str, element: PathwayElement, access: Access, **payload: Any) -> None:
    element.plan.stir()
    audit.record(what, element, by=access.caller.person_id, **payload)


# The moves of the life cycle.


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
    """Record who at one of the two schools found the student ready, or clear it."""
    today = access.caller.today
    if said_on is not None and said_on > today:
        raise invalid("said_on", "Must not lie in the future.")
    by, on = (said_by, said_on or today) if is_ready else (None, None)
    if party == Party.HOME_SCHOOL:
        element.home_ready_by, element.home_ready_on = by, on
    else:
        element.provider_ready_by, element.provider_ready_on = by, on
    payload = {"party": party, "is_ready": is_ready, "on": on}
    _note_move("pathway_element.readiness_recorded", element, access, RECORD, comment, **payload)


def is_recorded_so(
    element: PathwayElement,
    access: Access,
    party: str,
    said_by: str,
    said_on: date | None = None,
    is_ready: bool = True,
    comment: str | None = None,
) -> bool:
    """Whether this was recorded already, with this comment."""
    known = {
        Party.HOME_SCHOOL: (element.home_ready_by, element.home_ready_on),
        Party.PROVIDER: (element.provider_ready_by, element.provider_ready_on),
    }
    said = (said_by, said_on or access.caller.today) if is_ready else (None, None)
    return known[Party(party)] == said and comments.was_said(element, access, comment)


def approve(element: PathwayElement, access: Access, comment: str | None = None) -> None:
    """Approve the element, so that it is part of the plan.

    Raises Problem(pathway_condition_unmet), which names each unmet rule with its source.
    """
    # Locks the plan's row until the commit: of two approvals at once, the second counts the first.
    element.plan.stir()
    conditions.require_for_approval(element, access)
    element.approved_on, element.approved_by = access.caller.today, access.caller.person_id
    element.returned_on = None
    _note_move(
        "pathway_element.approved", element, access, APPROVE, comment, funding=element.funding
    )


def return_(element: PathwayElement, access: Access, comment: str) -> None:
    """Return the element with a comment that says what to change; it stays planned."""
    element.returned_on = access.caller.today
    _note_move("pathway_element.returned", element, access, APPROVE, comment)


def is_returned_so(element: PathwayElement, access: Access, comment: str) -> bool:
    """Whether the caller returned it with this comment, and nobody has changed it since."""
    return element.returned_on is not None and comments.was_said(element, access, comment)


def enroll(
    element: PathwayElement,
    access: Access,
    accepted_on: date | None = None,
    comment: str | None = None,
) -> None:
    """Record that the student is enrolled in the course; from now on its voucher counts as used.

    Raises Problem(pathway_condition_unmet).
    """
    element.accepted_on = accepted_on or element.accepted_on
    conditions.require_for_enrollment(element, access)
    element.enrolled_on = access.caller.today
    element.is_voucher_used = element.is_state_funded
    _note_move("pathway_element.enrolled", element, access, RECORD, comment)


def complete(
    element: PathwayElement,
    access: Access,
    result: str | None = None,
    high_school_credits_earned: float | None = None,
    college_credits_earned: float | None = None,
    comment: str | None = None,
) -> None:
    """Record the result of the course; call it again to correct the result."""
    element.result = result
    element.high_school_credits_earned = high_school_credits_earned
    element.college_credits_earned = college_credits_earned
    element.completed_on = element.completed_on or access.caller.today
    _note_move("pathway_element.completed", element, access, RECORD, comment)


def is_completed_so(
    element: PathwayElement,
    access: Access,
    result: str | None = None,
    high_school_credits_earned: float | None = None,
    college_credits_earned: float | None = None,
    comment: str | None = None,
) -> bool:
    """Whether this result was recorded already, with this comment."""
    known = (element.result, element.high_school_credits_earned, element.college_credits_earned)
    told = (result, high_school_credits_earned, college_credits_earned)
    is_same = element.status == PathwayStatus.COMPLETED and known == told
    return is_same and comments.was_said(element, access, comment)


def withdraw(
    element: PathwayElement,
    access: Access,
    is_voucher_used: bool | None = None,
    comment: str | None = None,
) -> None:
    """Withdraw from the element. Its voucher stays used unless `is_voucher_used` says otherwise."""
    if is_voucher_used is not None:
        if not access.may_on(RECORD, element):
            raise denied(RECORD)
        if not element.is_state_funded or element.enrolled_on is None:
            raise invalid("is_voucher_used", "No voucher was used for it.")
        element.is_voucher_used = is_voucher_used
    element.withdrawn_on = access.caller.today
    spoken = RECORD if access.may_on(RECORD, element) else PLAN
    payload = {"is_voucher_used": element.is_voucher_used}
    _note_move("pathway_element.withdrawn", element, access, spoken, comment, **payload)


def _note_move(
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
