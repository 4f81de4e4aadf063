"""The dual-enrollment courses that count as paid by the state: at most two for a student.

16 V.S.A. 944. All versions of the plan, all schools and summers count, because
an element belongs to the student: leaving and returning changes nothing. A
course counts from its approval, which promises the voucher. After a withdrawal
it counts only if its voucher was used. A course taken while another district
kept the plan counts from its first day.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from plp_api.foundation import db
from plp_api.planning.pathways.models import Funding, PathwayElement, PathwayType

MOST = 2


def counted(on: Any) -> ColumnElement[bool]:
    """A criterion for the elements that counted as state-funded at the end of that day."""
    return and_(
        PathwayElement.type == PathwayType.DUAL_ENROLLMENT,
        PathwayElement.funding == Funding.STATE_VOUCHER,
        or_(
            PathwayElement.approved_on <= on,
            and_(PathwayElement.taken_elsewhere_at.is_not(None), PathwayElement.starts_on <= on),
        ),
        or_(
            PathwayElement.withdrawn_on.is_(None),
            PathwayElement.withdrawn_on > on,
            PathwayElement.is_voucher_used.is_(True),
        ),
    )


def used(student_id: UUID, on: date) -> int:
    """How many of the two state-funded courses the student has used."""
    mine = select(func.count()).where(PathwayElement.student_id == student_id, counted(on))
    return db.session().scalar(mine) or 0


def ledger(student_id: UUID, today: date) -> dict[str, Any]:
    """The student's approved or recorded dual-enrollment courses, and how many of two are left."""
    taken = (
        select(PathwayElement, counted(today).label("is_counted"))
        .where(
            PathwayElement.student_id == student_id,
            PathwayElement.type == PathwayType.DUAL_ENROLLMENT,
            or_(
                PathwayElement.approved_on.is_not(None),
                PathwayElement.taken_elsewhere_at.is_not(None),
            ),
        )
        .order_by(PathwayElement.starts_on, PathwayElement.id)
    )
    rows = db.session().execute(taken).unique().all()
    count = sum(bool(is_counted) for _, is_counted in rows)
    return {
        "student_id": student_id,
        "as_of": today,
        "state_funded_most": MOST,
        "state_funded_used": count,
        "state_funded_left": max(0, MOST - count),
        "courses": [_course(element, bool(is_counted)) for element, is_counted in rows],
    }


SHOWN = (
    "plan_id",
    "status",
    "title",
    "course_code",
    "provider_name",
    "starts_on",
    "ends_on",
    "is_summer",
    "funding",
    "approved_on",
    "is_before_course",
    "is_voucher_used",
    "taken_elsewhere_at",
)


def _course(element: PathwayElement, is_counted: bool) -> dict[str, Any]:
    shown = {name: getattr(element, name) for name in SHOWN}
    return {"pathway_element_id": element.id, **shown, "is_counted": is_counted}
