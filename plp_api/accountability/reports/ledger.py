"""The dual-enrollment ledger of a district on any day, for the report that is due in January.

Two statements for any size of district: how many students have used how many of
the courses that the state pays for, and the list of courses of a school year.
The ledger names students, so it includes only students whose pathway elements
the caller may read, and no number must be hidden.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Subquery, bindparam, func, or_, select

from plp_api.accountability.reports.actions import day
from plp_api.accountability.reports.coverage import places
from plp_api.foundation import db
from plp_api.foundation.access.caller import DISTRICT, Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.foundation.roster.models import Person, School, Student
from plp_api.planning.pathways import vouchers
from plp_api.planning.pathways.models import (
    Funding,
    PathwayElement,
    PathwayStatus,
    PathwayType,
    is_in_summer,
)
from plp_api.planning.signatures.standing import AS_OF

# The state's school year begins on 1 July; a course belongs to the year in which it starts.
YEAR_BEGINS = (7, 1)
ELIGIBLE = ("11", "12")
STARTS_ON = bindparam("starts_on", type_=Date())
ENDS_ON = bindparam("ends_on", type_=Date())
USED = tuple(f"used_{number}" for number in range(vouchers.MOST + 1))
COURSES = ("courses", *(f"funded_by_{one}" for one in Funding))
COURSES += ("summer", "before_course", "not_before_course")
MEASURES = ("students", *USED, *COURSES)


@dataclass(frozen=True)
class SchoolYear:
    """A school year from 1 July to 30 June, named by the calendar year in which it ends."""

    number: int

    @classmethod
    def containing(cls, on: date) -> "SchoolYear":
        """The school year of a day."""
        return cls(on.year + ((on.month, on.day) >= YEAR_BEGINS))

    @property
    def starts_on(self) -> date:
        """Its first day."""
        return date(self.number - 1, *YEAR_BEGINS)

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return date(self.number, 6, 30)


def report(
    access: Access, as_of: date | None, school_year: int | None, school_id: UUID | None
) -> dict[str, Any]:
    """The ledger of the caller's district: totals, a row for each school, and each course.

    Raises Problem(validation_failed) for a future day.
    """
    on = day(access, as_of)
    year = SchoolYear.containing(on) if school_year is None else SchoolYear(school_year)
    standing, courses = _fetched(access.caller, on, year)
    if school_id is not None:
        standing = [row for row in standing if row["school_id"] == school_id]
        courses = [row for row in courses if row["school_id"] == school_id]
    listed = [_course(row, on) for row in courses]
    schools = _schools(standing, listed)
    return {
        "as_of": on,
        "school_year": {
            "number": year.number,
            "starts_on": year.starts_on,
            "ends_on": year.ends_on,
        },
        "state_funded_most": vouchers.MOST,
        "total": _summed(schools),
        "schools": schools,
        "courses": listed,
    }


def _fetched(
    caller: Caller, on: date, year: SchoolYear
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    binds = {**caller.binds, "as_of": on}
    term = {"starts_on": year.starts_on, "ends_on": year.ends_on}
    standing, courses = _prepared(caller)
    counted, listed = db.fetch(standing(**binds), courses(**binds, **term))
    return counted, listed


_built: dict[Any, tuple[db.Prepared, db.Prepared]] = {}


def _prepared(caller: Caller) -> tuple[db.Prepared, db.Prepared]:
    """Both statements for callers of this shape, built once."""
    if caller.shape not in _built:
        seen = visible(Student, caller, Permission.PATHWAYS_READ)
        _built[caller.shape] = db.Prepared(_standing(seen)), db.Prepared(_courses(seen))
    return _built[caller.shape]


def _used() -> Subquery:
    """How many courses of each student count as state-funded on the day."""
    return (
        select(PathwayElement.student_id, func.count().label("used"))
        .where(PathwayElement.district_id == DISTRICT, vouchers.counted(AS_OF))
        .group_by(PathwayElement.student_id)
        .subquery("used")
    )


def _standing(is_seen: ColumnElement[bool]) -> Select[Any]:
    """For each school, how many students have used none, one or both of the two courses.

    Counts students enrolled in grade 11 or 12 on the day or with a state-funded course.
    """
    place, used = places(), _used()
    count = func.coalesce(used.c.used, 0)
    return (
        select(School.id.label("school_id"), School.name, count.label("used"))
        .add_columns(func.count().label("students"))
        .select_from(Student)
        .outerjoin(place, place.c.student_id == Student.id)
        .outerjoin(used, used.c.student_id == Student.id)
        .outerjoin(School, School.id == place.c.school_id)
        .where(
            Student.district_id == DISTRICT,
            is_seen,
            or_(used.c.used.is_not(None), *(place.c.grade == grade for grade in ELIGIBLE)),
        )
        .group_by(School.id, School.name, count)
    )


SHOWN = (
    PathwayElement.student_id,
    PathwayElement.title,
    PathwayElement.course_code,
    PathwayElement.provider_name,
    PathwayElement.term,
    PathwayElement.starts_on,
    PathwayElement.ends_on,
    PathwayElement.funding,
    PathwayElement.high_school_credits,
    PathwayElement.college_credits,
    PathwayElement.approved_on,
    PathwayElement.enrolled_on,
    PathwayElement.completed_on,
    PathwayElement.withdrawn_on,
    PathwayElement.is_voucher_used,
)


def _courses(is_seen: ColumnElement[bool]) -> Select[Any]:
    """The courses of the school year that were approved by the day, with their students."""
    place, used = places(), _used()
    columns: list[Any] = [
        PathwayElement.id.label("pathway_element_id"),
        *SHOWN,
        Person.display_name.label("student_name"),
        Student.state_student_id,
        place.c.grade,
        School.id.label("school_id"),
        School.name.label("school_name"),
        func.coalesce(used.c.used, 0).label("state_funded_used"),
    ]
    return (
        select(*columns)
        .select_from(PathwayElement)
        .join(Student, Student.id == PathwayElement.student_id)
        .join(Person, Person.id == Student.id)
        .outerjoin(place, place.c.student_id == Student.id)
        .outerjoin(used, used.c.student_id == Student.id)
        .outerjoin(School, School.id == place.c.school_id)
        .where(
            PathwayElement.district_id == DISTRICT,
            PathwayElement.type == PathwayType.DUAL_ENROLLMENT,
            PathwayElement.approved_on <= AS_OF,
            PathwayElement.starts_on.between(STARTS_ON, ENDS_ON),
            is_seen,
        )
        .order_by(School.name, Person.display_name, PathwayElement.starts_on, PathwayElement.id)
    )


COLUMNS = (
    "as_of",
    "school_id",
    "school_name",
    "student_id",
    "student_name",
    "state_student_id",
    "grade",
    "state_funded_used",
    "pathway_element_id",
    "title",
    "course_code",
    "provider_name",
    "term",
    "starts_on",
    "ends_on",
    "is_summer",
    "funding",
    "high_school_credits",
    "college_credits",
    "status",
    "approved_on",
    "is_before_course",
    "is_counted",
)


def _course(row: Mapping[str, Any], on: date) -> dict[str, Any]:
    """A course of the ledger, with its status on the day."""
    is_left = row["withdrawn_on"] is not None and row["withdrawn_on"] <= on
    is_paid = row["funding"] == Funding.STATE_VOUCHER
    shown = {
        **row,
        "is_summer": is_in_summer(row["starts_on"], row["ends_on"]),
        "status": _status(row, on),
        "is_before_course": row["approved_on"] < row["starts_on"],
        "is_counted": is_paid and (not is_left or bool(row["is_voucher_used"])),
    }
    return {name: shown[name] for name in COLUMNS if name != "as_of"}


def _status(row: Mapping[str, Any], on: date) -> PathwayStatus:
    reached = (
        (PathwayStatus.WITHDRAWN, row["withdrawn_on"]),
        (PathwayStatus.COMPLETED, row["completed_on"]),
        (PathwayStatus.ENROLLED, row["enrolled_on"]),
    )
    by_then = (status for status, since in reached if since is not None and since <= on)
    return next(by_then, PathwayStatus.APPROVED)


def _schools(
    standing: Iterable[Mapping[str, Any]], courses: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A row of numbers for each school; the last row is for students enrolled in no school."""
    tallies: dict[tuple[str, UUID | None], Counter[str]] = {}
    for row in standing:
        tally = tallies.setdefault((row["name"] or "", row["school_id"]), Counter())
        tally["students"] += row["students"]
        tally[f"used_{min(row['used'], vouchers.MOST)}"] += row["students"]
    for course in courses:
        tally = tallies.setdefault((course["school_name"] or "", course["school_id"]), Counter())
        tally.update(_measures(course))
    ordered = sorted(tallies, key=lambda key: (key[1] is None, key[0], str(key[1])))
    return [
        {
            "school": None if key is None else {"id": key, "name": name},
            **{measure: tallies[name, key][measure] for measure in MEASURES},
        }
        for name, key in ordered
    ]


def _measures(course: Mapping[str, Any]) -> list[str]:
    measures = ["courses", "before_course" if course["is_before_course"] else "not_before_course"]
    if course["funding"]:
        measures.append(f"funded_by_{course['funding']}")
    return [*measures, *(["summer"] if course["is_summer"] else [])]


def _summed(schools: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in schools:
        total.update({measure: row[measure] for measure in MEASURES})
    return {measure: total[measure] for measure in MEASURES}


def table(document: Mapping[str, Any]) -> list[list[Any]]:
    """The courses of a report as rows of COLUMNS."""
    return [[document["as_of"], *course.values()] for course in document["courses"]]
