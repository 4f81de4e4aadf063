"""What of a person each reader gets, filled in for a whole page at once.

Names and pronouns have an audience, which the student sets: the family finds
the preferred ones only where `family_uses_preferred` says so. That hides them
from daily view; a parent's right to inspect the record remains.
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
from plp_api.foundation.roster import district_settings
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
        Person.display_name.label("name"),
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
        Person.display_name.label("name"),
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
    """The person's name as this reader may see it in use."""
    is_child = access.is_family(person.id)
    return person.family_display_name if is_child else person.display_name


def names(person_ids: Iterable[UUID | None], access: Access) -> dict[UUID, str]:
    """The names of these people, in one query; whoever asks has seen that the ids are visible."""
    ids = {one for one in person_ids if one is not None}
    if not ids:
        return {}
    people = db.session().scalars(select(Person).where(db.any_of(Person.id, IDS)), {"ids": ids})
    return {person.id: name(person, access) for person in people}


def shape_people(people: Sequence[Person], access: Access) -> None:
    """Say which people are students, and give each the name this reader may see."""
    ids = [person.id for person in people]
    (rows,) = db.fetch(STUDENTS(ids=ids))
    students = {row["id"] for row in rows}
    holdings = powers.look_up(access, ids)
    opened_by = openers.of(ids)
    named = names(opened_by.values(), access)
    for person in people:
        is_child = access.is_family(person.id)
        _set(
            person,
            shown_name=name(person, access),
            is_student=person.id in students,
            available_acts=sorted(_acts(person, access, holdings[person.id])),
            activated_by_id=opened_by.get(person.id),
            activated_by_name=_name_of(opened_by.get(person.id), named),
            disclosed=frozenset() if is_child else AUDIENCE,
        )


def _acts(person: Person, access: Access, holdings: powers.Holdings) -> frozenset[powers.Act]:
    """What the reader may do to the account; nothing is mailed without an e-mail, or a server."""
    allowed = powers.allowed(access, holdings)
    can_mail = person.email and settings.current().mail_url
    return allowed if can_mail else allowed - {powers.Act.MAIL_CODE}


def _name_of(person_id: UUID | None, named: dict[UUID, str]) -> str | None:
    return None if person_id is None else named.get(person_id)


def shape_students(students: Sequence[Student], access: Access) -> None:
    """Give students what a front end shows of them beside their own columns."""
    ids = [student.id for student in students]
    homes = list({one.plan_home_school_id for one in students if one.plan_home_school_id})
    today = access.caller.today
    access.look_up(ids)
    advisors, enrolled, schools = db.fetch(
        ADVISORS(ids=ids, today=today), ENROLLED(ids=ids, today=today), SCHOOLS(ids=homes)
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
    """Advisors by student, the lead first; each once, however many ties they have."""
    found: defaultdict[UUID, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: RANK.get(row["capacity"], len(RANK))):
        found[row["student_id"]].setdefault(row["person_id"], row)
    listed = {student: list(advisors.values()) for student, advisors in found.items()}
    return defaultdict(list, listed)


def _is_adult(student: Student, today: date) -> bool:
    majority = majority_of(student.birth_date)
    if majority is None or student.is_birth_date_doubtful(today):
        return False
    return majority <= today


def _disclosed(student: Student, access: Access) -> frozenset[str]:
    """The guarded members this reader gets of a student."""
    is_child = access.is_family(student.id)
    found = frozenset() if is_child else AUDIENCE
    # Whoever may know the student's people may know their birthday; a teacher needs neither.
    if access.may(Permission.RELATIONSHIPS_READ, student.id):
        found |= PERSONAL
    if access.shows(RecordKind.RELATIONSHIPS, student.id):
        found |= WHO_ADVISES
    if access.may(Permission.ROSTER_WRITE, student.id) and not is_child:
        found |= REASONS
    return found


def shape_districts(districts: Sequence[District], access: Access) -> None:
    """Give districts all their settings, defaults included."""
    for district in districts:
        _set(
            district,
            shown_settings=district_settings.as_stored(district_settings.of(district)),
        )


def shape_classes(classes: Sequence[Class], access: Access) -> None:
    """Give classes their teachers of today."""
    (rows,) = db.fetch(TEACHERS(ids=[one.id for one in classes], today=access.caller.today))
    teachers: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        teachers[row["class_id"]].append(row)
    for one in classes:
        _set(one, teachers=teachers[one.id])
