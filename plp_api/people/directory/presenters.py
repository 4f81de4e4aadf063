"""Fill in the members of people, students and classes that a reader sees, a page at once.

The student chooses the audience of their names and pronouns: the family sees
the preferred ones only if `family_uses_preferred` is true. That hides them
from daily view only; a parent's right to inspect the record remains.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db, settings
from plp_api.foundation.access import powers
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import district_settings, names
from plp_api.foundation.roster.classes import Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import District, Person, School, Student, majority_of
from plp_api.foundation.roster.relationships import (
    Capacity,
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SchoolEnrollment,
)
from plp_api.people.identity import openers

AUDIENCE = frozenset(
    {"preferred_given_name", "preferred_family_name", "pronouns", "family_uses_preferred"}
)
PERSONAL = frozenset({"birth_date", "is_birth_date_doubtful", "state_student_id"})
REASONS = frozenset({"rights_transfer_reason"})
WHO_ADVISES = frozenset({"advisors"})
GUARDED = AUDIENCE | PERSONAL | REASONS | WHO_ADVISES

IDS = db.ids_bind("ids")
ADVISORS = db.Prepared(
    select(
        Relationship.student_id,
        Relationship.person_id,
        Relationship.capacity,
        names.for_reader(Person, Relationship.student_id).label("person_name"),
    )
    .join(Person, Person.id == Relationship.person_id)
    .where(
        db.any_of(Relationship.student_id, IDS),
        Relationship.kind == RelationshipKind.ADVISOR,
        Relationship.status == RelationshipStatus.CONFIRMED,
        holds(Relationship),
    )
    .order_by(Relationship.student_id, Person.family_name, Person.id)
)
ENROLLED = db.Prepared(
    select(SchoolEnrollment.student_id, SchoolEnrollment.school_id).where(
        db.any_of(SchoolEnrollment.student_id, IDS), holds(SchoolEnrollment)
    )
)
SCHOOLS = db.Prepared(select(School.id, School.name).where(db.any_of(School.id, IDS)))
STUDENTS = db.Prepared(select(Student.id).where(db.any_of(Student.id, IDS)))
TEACHERS = db.Prepared(
    select(
        Enrollment.class_id,
        Enrollment.person_id,
        Enrollment.is_primary,
        Person.display_name.label("person_name"),
    )
    .join(Person, Person.id == Enrollment.person_id)
    .where(
        db.any_of(Enrollment.class_id, IDS),
        Enrollment.role == EnrollmentRole.TEACHER,
        holds(Enrollment),
    )
    .order_by(Enrollment.class_id, Person.family_name, Person.id)
)
RANK = {capacity: rank for rank, capacity in enumerate(Capacity)}


def name(person: Person, access: Access) -> str:
    """The name of the person that this reader may see."""
    is_child = access.is_family(person.id)
    return person.family_display_name if is_child else person.display_name


def shape_people(people: Sequence[Person], access: Access) -> None:
    """Set the computed members of people: the name shown, whether a student, the acts allowed."""
    ids = [person.id for person in people]
    (rows,) = db.fetch(STUDENTS(ids=ids))
    students = {row["id"] for row in rows}
    holdings = powers.look_up(access, ids)
    opened_by = openers.of(ids)
    for person in people:
        is_child = access.is_family(person.id)
        _set(
            person,
            shown_name=name(person, access),
            is_student=person.id in students,
            available_acts=sorted(_acts(person, access, holdings[person.id])),
            activated_by_id=opened_by.get(person.id),
            disclosed=frozenset() if is_child else AUDIENCE,
        )


def _acts(person: Person, access: Access, holdings: powers.Holdings) -> frozenset[powers.Act]:
    """What the reader may do to the account; mailing needs an e-mail and a mail server."""
    allowed = powers.allowed(access, holdings)
    can_mail = person.email and settings.current().mail_url
    return allowed if can_mail else allowed - {powers.Act.MAIL_CODE}


def shape_students(students: Sequence[Student], access: Access) -> None:
    """Set the members of students that are not columns of their own table."""
    ids = [student.id for student in students]
    homes = list({row.plan_home_school_id for row in students if row.plan_home_school_id})
    today = access.caller.today
    access.look_up(ids)
    advisors, enrolled, schools = db.fetch(
        ADVISORS(ids=ids, today=today, **access.caller.naming),
        ENROLLED(ids=ids, today=today),
        SCHOOLS(ids=homes),
    )
    advisors_of = _advisors(advisors)
    are_enrolled = {row["student_id"] for row in enrolled}
    home_of = {row["id"]: row for row in schools}
    for student in students:
        _set(
            student,
            shown_name=name(student.person, access),
            advisors=advisors_of[student.id],
            is_enrolled=student.id in are_enrolled,
            is_adult=_is_adult(student, today),
            has_doubtful_birth_date=student.is_birth_date_doubtful(today),
            has_rights=student.holds_rights(today),
            plan_home_school=home_of.get(student.plan_home_school_id),
            disclosed=_disclosed(student, access),
        )


def _set(row: Any, **shown: Any) -> None:
    for key, value in shown.items():
        setattr(row, key, value)


def _advisors(rows: Iterable[dict[str, Any]]) -> defaultdict[UUID, list[dict[str, Any]]]:
    """Advisors by student, the lead first; each once, however many relationships they have."""
    by_student: defaultdict[UUID, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: RANK.get(row["capacity"], len(RANK))):
        by_student[row["student_id"]].setdefault(row["person_id"], row)
    listed = {student: list(advisors.values()) for student, advisors in by_student.items()}
    return defaultdict(list, listed)


def _is_adult(student: Student, today: date) -> bool:
    majority = majority_of(student.birth_date)
    if majority is None or student.is_birth_date_doubtful(today):
        return False
    return majority <= today


def _disclosed(student: Student, access: Access) -> frozenset[str]:
    """The guarded members of a student that this reader sees."""
    is_child = access.is_family(student.id)
    members = frozenset() if is_child else AUDIENCE
    # A reader of the student's relationships may see the birth date; a teacher needs neither.
    if access.may(Permission.RELATIONSHIPS_READ, student.id):
        members |= PERSONAL
    if access.shows(RecordKind.RELATIONSHIPS, student.id):
        members |= WHO_ADVISES
    if access.may(Permission.ROSTER_WRITE, student.id) and not is_child:
        members |= REASONS
    return members


def shape_districts(districts: Sequence[District], access: Access) -> None:
    """Set the settings of districts, with their defaults."""
    for district in districts:
        _set(
            district,
            shown_settings=district_settings.as_stored(district_settings.of(district)),
        )


def shape_classes(classes: Sequence[Class], access: Access) -> None:
    """Set the teachers of classes, as of today."""
    (rows,) = db.fetch(TEACHERS(ids=[group.id for group in classes], today=access.caller.today))
    teachers: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        teachers[row["class_id"]].append(row)
    for group in classes:
        _set(group, teachers=teachers[group.id])
