"""Close a plan, archive it, and open it again when its student returns.

Nothing is lost: drafts and goals stay as they are, and cannot be changed until
the plan is open again. A roster import never closes or reopens a plan, because
a student who left in June is often back in August; a person decides. A person
also decides that a roster key now belongs to another child, which ends the old
record and closes its plan.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans.followers import ON_REOPENED
from plp_api.planning.plans.models import Plan, PlanStatus

RECORD_ENDED = "The student system gave the student's id to another child."


def transfer_out(plan: Plan, access: Access, reason: str, closed_on: date | None = None) -> None:
    """Close the plan of a student who changes schools. Raises validation_failed (closed_on)."""
    _close(plan, access, PlanStatus.TRANSFERRED_OUT, reason, closed_on)


def complete(plan: Plan, access: Access, reason: str, closed_on: date | None = None) -> None:
    """Close the plan of a student who finishes school. Raises validation_failed (closed_on)."""
    _close(plan, access, PlanStatus.COMPLETED, reason, closed_on)


def withdraw(plan: Plan, access: Access, reason: str, closed_on: date | None = None) -> None:
    """Close the plan of a student who leaves otherwise. Raises validation_failed (closed_on)."""
    _close(plan, access, PlanStatus.WITHDRAWN, reason, closed_on)


def _close(
    plan: Plan, access: Access, status: PlanStatus, reason: str, closed_on: date | None
) -> None:
    today = access.caller.today
    day = closed_on or today
    if not plan.opened_on <= day <= today:
        detail = f"Must lie between {plan.opened_on}, when the plan was opened, and today."
        raise invalid("closed_on", detail)
    plan.closed_on, plan.closing_reason = day, reason
    _student(plan).left_on = day
    _note("plan.closed", plan, access, status=status, closed_on=day)


def close_ended(
    district_id: UUID, student_ids: Sequence[UUID], today: date, by: UUID | None
) -> None:
    """Withdraw the open plans of students whose record was ended (`ON_RECORD_ENDED`)."""
    plans = select(Plan).where(
        Plan.district_id == district_id,
        db.any_of(Plan.student_id, db.ids_bind("ids")),
        Plan.status == PlanStatus.ACTIVE,
    )
    for plan in db.session().scalars(plans, {"ids": list(student_ids)}).all():
        plan.status = PlanStatus.WITHDRAWN
        plan.closed_on, plan.closing_reason = max(today, plan.opened_on), RECORD_ENDED
        _student(plan).left_on = plan.closed_on
        plan.stir()
        audit.record("plan.closed", plan, by=by, status=plan.status, closed_on=plan.closed_on)
    db.session().flush()


def archive(plan: Plan, access: Access) -> None:
    """Archive a closed plan."""
    _note("plan.archived", plan, access)


def reopen(plan: Plan, access: Access, reason: str) -> None:
    """Reopen the plan of a student who returned. Also opens this cycle's review (`ON_REOPENED`)."""
    plan.closed_on = plan.closing_reason = _student(plan).left_on = None
    plan.status = PlanStatus.ACTIVE
    db.session().flush()
    for follow in ON_REOPENED:
        follow(plan.district_id, [plan.student_id], access.caller.today)
    _note("plan.reopened", plan, access, reason=reason)


def _student(plan: Plan) -> Student:
    return db.session().get_one(Student, plan.student_id)


def _note(what: str, plan: Plan, access: Access, **facts: Any) -> None:
    plan.stir()
    audit.record(what, plan, by=access.caller.person_id, **facts)
