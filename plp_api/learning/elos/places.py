"""The schools of a student today, and whether the caller's school runs an ELO."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, union_all

from plp_api.foundation import db
from plp_api.foundation.access.lifecycle import ForOthers, Reason
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Placement, SchoolEnrollment


def look_up(elos: Iterable[Any], access: Access) -> None:
    """Set on each ELO whether its school is still one of the student's, where it matters.

    It matters to a coordinator of another school alone: one statement, or none.
    """
    elos = list(elos)
    others = [elo for elo in elos if not access.may_at(Permission.ELOS_DECIDE, elo.school_id)]
    is_asked = others and access.caller.may(Permission.ELOS_DECIDE)
    pairs = _schools({elo.student_id for elo in others}, access) if is_asked else set()
    for elo in elos:
        elo.is_left = bool(is_asked) and (elo.student_id, elo.school_id) not in pairs


def _schools(student_ids: Iterable[Any], access: Access) -> set[tuple[Any, Any]]:
    ids, today = sorted(student_ids), access.caller.today
    home = select(Student.id, Student.plan_home_school_id).where(Student.id.in_(ids))
    at = (
        select(each.student_id, each.school_id).where(
            each.student_id.in_(ids), spans.holds_on(each, today)
        )
        for each in (SchoolEnrollment, Placement)
    )
    rows: Any = db.session().execute(union_all(home, *at))
    return {(student_id, school_id) for student_id, school_id in rows}


def runs_it(elo: Any, access: Access) -> Reason | None:
    """Why a coordinator may not decide: another school runs it, and the student is still there.

    If the student has left that school, the coordinators of their other schools decide.
    """
    if access.may_at(Permission.ELOS_DECIDE, elo.school_id):
        return None
    if not hasattr(elo, "is_left"):
        look_up([elo], access)
    return None if elo.is_left else ForOthers("The coordinator of the school that runs it decides.")
