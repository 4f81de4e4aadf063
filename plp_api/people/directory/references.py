"""Load the rows that ids in a request body name, within the caller's district.

A row of another district gives the same answer as a row that does not exist: 422
at the field. So a caller learns nothing by trying ids.
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
    """The row, if it is of the caller's district.

    Raises Problem: validation_failed at `field`.
    """
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
    """A person of the district, a student or not, who is not of the caller's household."""
    if key in access.household:
        raise invalid(field, NOTHING)
    return of_district(access, Person, key, field)


def adult(access: Access, key: UUID, field: str = "person_id") -> Person:
    """A person of the district who is not a student. Raises Problem: person_is_student."""
    row = person(access, key, field)
    if db.session().get(Student, key) is not None:
        raise Problem(Code.PERSON_IS_STUDENT)
    return row


def student(access: Access, key: UUID, field: str = "student_id") -> Student:
    """A student of the district whom the caller reaches."""
    row = of_district(access, Student, key, field)
    if not access.may(Permission.ROSTER_READ, row.id):
        raise invalid(field, NOTHING)
    return row
