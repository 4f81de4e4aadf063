"""The filters and sort orders of the lists of schools, classes, people and students."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import contains_eager
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation.access import searching
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Listing,
    equals,
    in_states,
    names,
    one_of,
    same_id,
    same_year,
    search,
    since,
    yes_or_no,
)
from plp_api.foundation.roster.classes import AcademicSession, Class, Course, Enrollment
from plp_api.foundation.roster.models import Person, PersonStatus, School, Student
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    SchoolEnrollment,
)

SCHOOLS = Listing(
    filters={
        "q": search(School.name),
        "is_active": yes_or_no(School.is_active, "Only schools in use, or only others."),
        "updated_since": since(School.updated_at),
    },
    sorts={"name": School.name, "updated_at": School.updated_at},
)
SESSIONS = Listing(
    filters={
        "school_year": same_year(
            AcademicSession.school_year, "The year in which the school year ends."
        ),
        "is_active": yes_or_no(AcademicSession.is_active, "Only sessions in use, or only others."),
        "updated_since": since(AcademicSession.updated_at),
    },
    sorts={
        "starts_on": AcademicSession.starts_on,
        "title": AcademicSession.title,
        "updated_at": AcademicSession.updated_at,
    },
)
COURSES = Listing(
    filters={
        "q": search(Course.title, Course.code),
        "is_active": yes_or_no(Course.is_active, "Only courses in use, or only others."),
        "updated_since": since(Course.updated_at),
    },
    sorts={"title": Course.title, "updated_at": Course.updated_at},
)
CLASSES = Listing(
    filters={
        "q": search(Class.title, Class.code),
        "school_id": same_id(Class.school_id, "Only classes at this school."),
        "course_id": same_id(Class.course_id, "Only classes of this course."),
        "type": equals(
            Class.type,
            Text(longest=32, metadata={"description": "Such as `homeroom`, `scheduled`."}),
        ),
        "is_active": yes_or_no(Class.is_active, "Only classes in use, or only others."),
        "updated_since": since(Class.updated_at),
    },
    sorts={"title": Class.title, "updated_at": Class.updated_at},
)


def _with_office(roles: Sequence[str]) -> ColumnElement[bool]:
    held = select(Appointment.person_id).where(Appointment.role.in_(roles), holds(Appointment))
    return Person.id.in_(held)


BY_NAME = (Person.family_name, Person.given_name)
PEOPLE = Listing(
    filters={
        "q": names(
            Person.id, searching.people, "a name, the user name, the local id or the e-mail"
        ),
        "role": in_states(AppointmentRole, "Only people who hold this office today.", _with_office),
        "status": one_of(Person.status, PersonStatus, "Only people in these states."),
        "updated_since": since(Person.updated_at),
    },
    sorts={"family_name": BY_NAME, "updated_at": Person.updated_at},
)


def people(access: Access) -> Select[Any]:
    """The people whom the caller may see and who are not students."""
    return access.select(Person).where(~exists().where(Student.id == Person.id))


_named = partial(searching.students, listed_by=Permission.ROSTER_READ)
BY_WHAT = "a name, the user name, the local id or the state's number"
IS_ENROLLED = Student.id.in_(select(SchoolEnrollment.student_id).where(holds(SchoolEnrollment)))
STUDENTS = Listing(
    filters={
        "q": names(Student.id, _named, f"{BY_WHAT}, as far as you may read them"),
        "is_enrolled": yes_or_no(IS_ENROLLED, "Only students enrolled today, or only others."),
        "updated_since": since(Student.updated_at),
    },
    sorts={"family_name": BY_NAME, "updated_at": Student.updated_at},
    key=Student.id,
)
SCHOOL_ENROLLMENTS = Listing.of_spans(SchoolEnrollment)
ENROLLMENTS = Listing.of_spans(Enrollment)


def students(access: Access) -> Select[Any]:
    """The students the caller reaches, joined so that an index by name can serve the order."""
    same = and_(Person.id == Student.id, Person.district_id == Student.district_id)
    return access.select(Student).join(Person, same).options(contains_eager(Student.person))
