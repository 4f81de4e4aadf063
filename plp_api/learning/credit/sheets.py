"""The registrar's sheets: lines of credit, and ELOs as sections for the student information system.

A sheet names students, so it has only lines and ELOs that the caller may export. An ELO stands
here by its title, its days and its teacher: the rest of it is not the registrar's business.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import names
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person, School, Student
from plp_api.learning.credit.models import CreditLine, CreditStatus
from plp_api.learning.elos import team
from plp_api.learning.elos.models import AGREED, Elo

Row = dict[str, Any]
YEAR_BEGINS = (7, 1)
"""The state's school year begins on 1 July."""
BOTH = (
    "elo_id",
    "title",
    "type",
    "elo_status",
    "starts_on",
    "ends_on",
    "began_on",
    "ended_on",
    "school_id",
    "school_sourced_id",
    "school_name",
    "student_id",
    "student_sourced_id",
    "state_student_id",
    "student_name",
    "grade",
    "teacher_of_record_id",
    "teacher_of_record_sourced_id",
    "teacher_of_record_name",
    "credit_line_id",
    "area",
    "amount",
    "is_elective",
    "credit_status",
    "decided_on",
)
CREDIT_COLUMNS = (*BOTH, "proficiencies")
SECTION_COLUMNS = ("section_code", *BOTH)


def lines(
    access: Access,
    since: date | None = None,
    until: date | None = None,
    status: Sequence[str] = (CreditStatus.AWARDED,),
    school_id: UUID | None = None,
    elo_id: UUID | None = None,
) -> Row:
    """The lines of credit that were decided on these days; lines not decided have no day.

    Raises Problem: validation_failed (`until`).
    """
    first, last = _days(access, since, until)
    zone = access.district(access.caller.district_id).time_zone
    is_within = and_(
        CreditLine.decided_at >= clock.end_of(first - timedelta(days=1), zone),
        CreditLine.decided_at < clock.end_of(last, zone),
    )
    columns = (*_columns(), CreditLine.framework_item_ids)
    of_elos = select(*columns).select_from(CreditLine).join(Elo, Elo.id == CreditLine.elo_id)
    query = _joined(of_elos).where(
        visible(CreditLine, access.caller, Permission.CREDIT_EXPORT),
        or_(CreditLine.decided_at.is_(None), is_within),
        CreditLine.status.in_(status),
        *_narrowed(school_id, elo_id),
    )
    found = _found(query, access)
    codes = _codes({key for row in found for key in row["framework_item_ids"]})
    for row in found:
        keys = row.pop("framework_item_ids")
        row["proficiencies"] = [codes[key] for key in keys if key in codes]
    return {"since": first, "until": last, "rows": found}


def sections(
    access: Access,
    since: date | None = None,
    until: date | None = None,
    school_id: UUID | None = None,
    elo_id: UUID | None = None,
) -> Row:
    """The agreed ELOs that run on these days, once for each line of credit that is not denied.

    Raises Problem: validation_failed (`until`).
    """
    first, last = _days(access, since, until)
    is_counted = and_(CreditLine.elo_id == Elo.id, CreditLine.status != CreditStatus.DENIED)
    running = and_(
        or_(Elo.starts_on.is_(None), Elo.starts_on <= last),
        or_(Elo.ends_on.is_(None), Elo.ends_on >= first),
    )
    query = _joined(select(*_columns()).select_from(Elo).outerjoin(CreditLine, is_counted)).where(
        visible(Elo, access.caller, Permission.CREDIT_EXPORT),
        Elo.status.in_(sorted(AGREED)),
        running,
        *_narrowed(school_id, elo_id),
    )
    rows = [{"section_code": _code(row["elo_id"]), **row} for row in _found(query, access)]
    return {"since": first, "until": last, "rows": rows}


def table(document: Row, columns: Sequence[str]) -> Iterator[list[Any]]:
    """The rows of a sheet in the order of the columns; a list is one cell."""
    return ([_cell(row[name]) for name in columns] for row in document["rows"])


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, list) else value


def _days(access: Access, since: date | None, until: date | None) -> tuple[date, date]:
    """The first and the last day: by default from the beginning of the school year to today."""
    last = until or access.caller.today
    year = last.year - ((last.month, last.day) < YEAR_BEGINS)
    first = since or date(year, *YEAR_BEGINS)
    if last < first:
        errors = [FieldError("", "Must not lie before `since`.", parameter="until")]
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    return first, last


_student, _teacher = aliased(Person), aliased(Person)


def _columns() -> list[Any]:
    return [
        Elo.id.label("elo_id"),
        Elo.title,
        Elo.type,
        Elo.status.label("elo_status"),
        Elo.starts_on,
        Elo.ends_on,
        Elo.started_on.label("began_on"),
        Elo.ended_at,
        Elo.school_id,
        School.sourced_id.label("school_sourced_id"),
        School.name.label("school_name"),
        Elo.student_id,
        _student.sourced_id.label("student_sourced_id"),
        Student.state_student_id,
        names.for_reader(_student, Elo.student_id).label("student_name"),
        Student.grade,
        _teacher.id.label("teacher_of_record_id"),
        _teacher.sourced_id.label("teacher_of_record_sourced_id"),
        names.at_school(_teacher).label("teacher_of_record_name"),
        CreditLine.id.label("credit_line_id"),
        CreditLine.area,
        CreditLine.amount,
        CreditLine.is_elective,
        CreditLine.status.label("credit_status"),
        CreditLine.decided_at,
    ]


def _joined(query: Select[Any]) -> Select[Any]:
    """The query over lines and ELOs, with the school and the people."""
    return (
        query.join(School, School.id == Elo.school_id)
        .join(Student, Student.id == Elo.student_id)
        .join(_student, _student.id == Elo.student_id)
        .outerjoin(_teacher, _teacher.id == _teacher_of_record())
        .order_by(School.name, func.lower(_student.family_name), Elo.id, CreditLine.id)
    )


def _teacher_of_record() -> ColumnElement[Any]:
    """The teacher of the line; without a line, who has been it longest of those of the team."""
    one = aliased(Assignment)
    held = select(one.person_id).where(
        one.subject_type == team.SUBJECT,
        one.subject_id == Elo.id,
        one.role == AssignmentRole.TEACHER_OF_RECORD,
        one.delegate_of_id.is_(None),
        team.holds(one, TODAY),
    )
    first = held.order_by(one.starts_on, one.id).limit(1).correlate(Elo).scalar_subquery()
    return func.coalesce(CreditLine.teacher_of_record_id, first)


def _narrowed(school_id: UUID | None, elo_id: UUID | None) -> Iterator[ColumnElement[bool]]:
    if school_id is not None:
        yield Elo.school_id == school_id
    if elo_id is not None:
        yield Elo.id == elo_id


def _found(query: Select[Any], access: Access) -> list[Row]:
    zone = ZoneInfo(access.district(access.caller.district_id).time_zone)
    return [_row(row._mapping, zone) for row in access.rows(query)]  # noqa: SLF001 - its public name


def _row(found: Any, zone: ZoneInfo) -> Row:
    row = dict(found)
    days = {f"{name}_on": _day(row.pop(f"{name}_at"), zone) for name in ("decided", "ended")}
    return {**row, **days}


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()


def _codes(keys: set[str]) -> dict[str, str]:
    """The code of each item, or its statement where it has none."""
    if not keys:
        return {}
    wanted = FrameworkItem.id.in_([UUID(key) for key in keys])
    columns = (FrameworkItem.id, FrameworkItem.code, FrameworkItem.statement)
    rows = db.session().execute(select(*columns).where(wanted))
    return {str(row.id): row.code or row.statement for row in rows}


def _code(elo_id: UUID) -> str:
    """A section's code: the end of the ELO's id, which is random."""
    return f"ELO-{elo_id.hex[-12:].upper()}"
