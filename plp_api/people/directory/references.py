"""Ids in a body: what they name must be of the caller's district.

What is elsewhere answers as what is nowhere: 422 at the field, so that nothing
is learnt by trying ids.
"""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Person, School, Student

Model = TypeVar("Model", bound=db.Base)
NOTHING = "There is no such thing in this district."


def of_district(access: Access, model: type[Model], key: UUID, field: str) -> Model:
    """The row of the caller's district; refuses with validation_failed at `field`."""
    mine = select(model).where(
        model.id == key,  # type: ignore[attr-defined]
        model.district_id == access.caller.district_id,  # type: ignore[attr-defined]
    )
    row = db.session().scalar(mine)
    if row is None:
        raise invalid(field, NOTHING)
    return row


def school(access: Access, key: UUID, field: str = "school_id") -> School:
    """A school of the district."""
    return of_district(access, School, key, field)


def person(access: Access, key: UUID, field: str = "person_id") -> Person:
    """A person of the district, a student or not; nobody of the caller's own household."""
    if key in access.household:
        raise invalid(field, NOTHING)
    return of_district(access, Person, key, field)


def adult(access: Access, key: UUID, field: str = "person_id") -> Person:
    """A person of the district who is no student. Raises Problem: person_is_student."""
    found = person(access, key, field)
    if db.session().get(Student, key) is not None:
        raise Problem(Code.PERSON_IS_STUDENT)
    return found


def student(access: Access, key: UUID, field: str = "student_id") -> Student:
    """A student of the district whom the caller reaches."""
    found = of_district(access, Student, key, field)
    if not access.may(Permission.ROSTER_READ, found.id):
        raise invalid(field, NOTHING)
    return found
