"""Who works in the district, and is no part of a student's household, as SQL over people.

`Caller.is_staff` says the first of one person who is loaded; a test compares the two.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, union_all

from plp_api.foundation.access.caller import FAMILY, ROLE_OF_TIE
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import AccountPerson, Person, PersonStatus
from plp_api.foundation.roster.relationships import (
    Appointment,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)

TIES = [kind for kind, role in ROLE_OF_TIE.items() if role not in FAMILY]


def is_staff(person: type[Person], day: date) -> ColumnElement[bool]:
    """Whether the person holds an office, advises or teaches on that day, and is not deactivated.

    `person` is `Person` or an alias of it.
    """
    works = union_all(
        select(Appointment.person_id).where(spans.holds_on(Appointment, day)),
        select(Enrollment.person_id).where(
            Enrollment.role == EnrollmentRole.TEACHER, spans.holds_on(Enrollment, day)
        ),
        select(Relationship.person_id).where(
            Relationship.kind.in_(TIES),
            Relationship.status == RelationshipStatus.CONFIRMED,
            spans.holds_on(Relationship, day),
        ),
    )
    return and_(person.status == PersonStatus.ACTIVE, person.id.in_(works))


def is_unrelated_to(person_id: Any, students: Collection[UUID]) -> ColumnElement[bool]:
    """Whether nobody of the person's account is one of these students, or family to one of them.

    Who is family is said by `caller.is_family_tie`: also who has no rights, or had them once.
    """
    return and_(person_id.not_in(_near(students)), person_id.not_in(_beside(students)))


def _near(students: Collection[UUID]) -> Any:
    """The students, and their family."""
    family = select(Relationship.person_id).where(
        Relationship.student_id.in_(students),
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status != RelationshipStatus.SUPPRESSED,
    )
    return union_all(family, select(Person.id).where(Person.id.in_(students)))


def _beside(students: Collection[UUID]) -> Any:
    """Every person of the accounts of these."""
    shared = select(AccountPerson.account_id).where(AccountPerson.person_id.in_(_near(students)))
    return select(AccountPerson.person_id).where(AccountPerson.account_id.in_(shared))
