"""Courses that the state paid for while another district kept the student's plan.

16 V.S.A. 944 allows two courses for a student, wherever they were taken. A
course taken elsewhere is a fact, so it is checked against no condition: it is
recorded with its source, counts in the ledger, and is in no version of the plan.
"""

from datetime import date
from typing import Any

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.planning.pathways.models import Funding, PathwayElement, PathwayStatus, PathwayType
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import Plan


def record(
    plan: Plan, access: Access, starts_on: date, ends_on: date, **fields: Any
) -> PathwayElement:
    """Record a state-funded dual-enrollment course taken elsewhere.

    Its status is completed, or enrolled while it runs. Raises Problem:
    permission_denied for a district that only hosts the student, plan_closed,
    actor_is_family, validation_failed (`starts_on` in the future, `ends_on`).
    """
    if plan.district_id != access.caller.district_id:
        raise Problem(Code.PERMISSION_DENIED, "The student's own district counts their courses.")
    require_open(plan)
    access.refuse_family(plan.student_id)
    today = access.caller.today
    if starts_on > today:
        raise invalid("starts_on", "It has not begun: plan it as an element of this plan.")
    spans.check(starts_on, ends_on)
    # Locks the plan's row, so that a concurrent approval either counts this course or comes first.
    plan.stir()
    has_ended = ends_on <= today
    element = PathwayElement(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan=plan,
        type=PathwayType.DUAL_ENROLLMENT,
        funding=Funding.STATE_VOUCHER,
        is_voucher_used=True,
        status=PathwayStatus.COMPLETED if has_ended else PathwayStatus.ENROLLED,
        planned_by=access.caller.person_id,
        starts_on=starts_on,
        ends_on=ends_on,
        enrolled_on=starts_on,
        completed_on=ends_on if has_ended else None,
        **fields,
    )
    db.session().add(element)
    audit.record("pathway_element.recorded", element, by=access.caller.person_id)
    return element


def strike(element: PathwayElement, access: Access, comment: str | None = None) -> None:
    """Strike a record that was a mistake: it no longer counts, but stays visible as withdrawn."""
    element.withdrawn_on, element.is_voucher_used = access.caller.today, False
    if comment is not None:
        comments.add(element, access, comment, Permission.PATHWAYS_RECORD)
    element.plan.stir()
    audit.record("pathway_element.struck", element, by=access.caller.person_id)


def was_taken_elsewhere(element: PathwayElement, _access: Access) -> str | None:
    """Why the element cannot be struck: it was planned in this district."""
    return None if element.taken_elsewhere_at else "It was planned here: withdraw from it instead."
