"""Finds the rows of students by school, grade, class, advisory and advisor.

Every list across students has these filters (`paging.Listing.across_students`). Each is
SQL over the column that holds the student's id, and compares it with an indexed
column, or looks the student up by id.

Nobody searches by what they may not see. A way names the permission that the caller
needs on the student, and `paging` asks for it: a parent to whom an order denies the
roster finds nothing by grade. People, advisories and classes of another district are
not found, nor is the other parent of the caller's child; the answer is then an empty
list, as for an id that does not exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation.access.caller import CALLER, DISTRICT, holds, household
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import GRADES, Person, Student
from plp_api.foundation.roster.relationships import (
    AdvisoryMember,
    Placement,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SchoolEnrollment,
)


@dataclass(frozen=True)
class Way:
    """A way to find students by several values, and the permission on the student it needs.

    `criterion` takes the column with the student's id and the values; `words` is the
    closed set of the values, None for ids.
    """

    description: str
    needs: Permission
    criterion: Callable[[Any, Sequence[Any]], ColumnElement[bool]]
    words: Sequence[str] | None = None


def _in_grade(student_id: Any, grades: Sequence[str]) -> ColumnElement[bool]:
    # The alias stands apart from a join of the list itself.
    student = aliased(Student)
    return exists().where(student.id == student_id, student.grade.in_(grades))


def _of_school(student_id: Any, schools: Sequence[Any]) -> ColumnElement[bool]:
    enrolled = select(SchoolEnrollment.student_id).where(
        SchoolEnrollment.school_id.in_(schools), holds(SchoolEnrollment)
    )
    stay, student = aliased(Placement), aliased(Student)
    placed = select(stay.student_id).where(stay.school_id.in_(schools), holds(stay))
    kept = select(student.id).where(student.plan_home_school_id.in_(schools))
    found: ColumnElement[bool] = student_id.in_(union_all(enrolled, placed, kept))
    return found


def _advised_by(student_id: Any, people: Sequence[Any]) -> ColumnElement[bool]:
    tie = aliased(Relationship)
    advisor = tie.person_id
    known = aliased(Person)
    advised = (
        select(tie.student_id)
        .join(known, known.id == advisor)
        .where(
            advisor.in_(people),
            known.district_id == DISTRICT,
            tie.kind == RelationshipKind.ADVISOR,
            tie.status == RelationshipStatus.CONFIRMED,
            holds(tie),
            or_(advisor == CALLER, advisor.not_in(household())),
        )
    )
    found: ColumnElement[bool] = student_id.in_(advised)
    return found


def _in_advisory(student_id: Any, advisories: Sequence[Any]) -> ColumnElement[bool]:
    member = aliased(AdvisoryMember)
    members = select(member.student_id).where(
        member.advisory_id.in_(advisories), member.district_id == DISTRICT, holds(member)
    )
    found: ColumnElement[bool] = student_id.in_(members)
    return found


def _in_class(student_id: Any, classes: Sequence[Any]) -> ColumnElement[bool]:
    learning = aliased(Enrollment)
    learners = select(learning.person_id).where(
        learning.class_id.in_(classes),
        learning.role == EnrollmentRole.STUDENT,
        learning.district_id == DISTRICT,
        holds(learning),
    )
    found: ColumnElement[bool] = student_id.in_(learners)
    return found


WAYS = {
    "school_id": Way(
        "Only students of this school: enrolled or placed there today, or whose plan it keeps.",
        Permission.ROSTER_READ,
        _of_school,
    ),
    "grade": Way("Only students in this grade.", Permission.ROSTER_READ, _in_grade, GRADES),
    "class_id": Way("Only students in this class today.", Permission.ROSTER_READ, _in_class),
    "advisory_id": Way(
        "Only students in this advisory today.", Permission.RELATIONSHIPS_READ, _in_advisory
    ),
    "advisor_id": Way(
        "Only students whom this person advises today.", Permission.RELATIONSHIPS_READ, _advised_by
    ),
}
