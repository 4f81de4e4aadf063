"""Who decides on a credit line: its own teacher of record, or their delegate, as long as assigned.

Read from `roster.assignments` for many lines at once.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import CALLER, TODAY
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.learning.credit.models import CreditLine
from plp_api.learning.elos import team

ROLE = AssignmentRole.TEACHER_OF_RECORD


def look_up(lines: Iterable[Any], access: Access) -> None:
    """Set on each line whether the caller decides on it today, in one statement for all."""
    lines = list(lines)
    mine = {line.elo_id for line in lines} & access.caller.assigned
    held = team.on_day(mine, access.caller.today) if mine else ()
    teachers = {one.id: one.person_id for one in held if one.role == ROLE}
    deciding = {
        (one.subject_id, teachers.get(one.delegate_of_id or one.id))
        for one in held
        if one.role == ROLE and one.person_id == access.caller.person_id
    }
    for line in lines:
        line.is_callers = (line.elo_id, line.teacher_of_record_id) in deciding


def is_not_theirs(line: Any, access: Access) -> Code | None:
    """A guard: why the caller does not decide on the line."""
    if not hasattr(line, "is_callers"):
        look_up([line], access)
    return None if line.is_callers else Code.TEACHER_NOT_OF_RECORD


def is_decided_by_caller(line: Any = CreditLine) -> ColumnElement[bool]:
    """Whether the caller decides on the line today, as SQL."""
    own, principal = aliased(Assignment), aliased(Assignment)
    is_for_teacher = exists().where(
        principal.id == own.delegate_of_id,
        principal.person_id == line.teacher_of_record_id,
    )
    is_teacher = and_(own.delegate_of_id.is_(None), line.teacher_of_record_id == CALLER)
    return exists().where(
        own.person_id == CALLER,
        own.subject_id == line.elo_id,
        own.role == ROLE,
        team.holds(own, TODAY),
        or_(is_teacher, is_for_teacher),
    )


def may_be(elo_id: UUID, person_id: UUID, access: Access) -> bool:
    """Whether the person is a teacher of record of the ELO today, in their own right."""
    held = team.held(elo_id, ROLE, access.caller.today)
    return any(one.person_id == person_id and one.delegate_of_id is None for one in held)
