"""For whom a meeting needs an interpreter, so that staff can ask one in time."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from plp_api.foundation import db
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import (
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)

Needed = list[dict[str, Any]]
STUDENTS = db.ids_bind("ids")
IS_PARENT = and_(
    Relationship.person_id == Person.id,
    Relationship.kind == RelationshipKind.PARENT,
    Relationship.status == RelationshipStatus.CONFIRMED,
    Relationship.may_inspect.is_(True),
    holds(Relationship),
)
PARENTS = db.Prepared(
    select(Relationship.student_id, Person.id, Person.language)
    .join(Person, IS_PARENT)
    .where(db.any_of(Relationship.student_id, STUDENTS), Person.needs_interpreter.is_(True))
    .order_by(Relationship.student_id, Person.id)
)
THEMSELVES = db.Prepared(
    select(Student.id.label("student_id"), Person.id, Person.language)
    .join(Person, Person.id == Student.id)
    .where(db.any_of(Student.id, STUDENTS), Person.needs_interpreter.is_(True))
)


def needed(student_ids: Iterable[UUID], access: Access) -> dict[UUID, Needed]:
    """By student whose meeting the caller may hold, the family members who need an interpreter.

    A family never learns it from here: one parent would learn of the other.
    """
    held = [
        one
        for one in set(student_ids)
        if access.may(Permission.REVIEWS_HOLD, one) and not access.is_family(one)
    ]
    if not held:
        return {}
    found: defaultdict[UUID, Needed] = defaultdict(list)
    asked = THEMSELVES(ids=held), PARENTS(ids=held, today=access.caller.today)
    for role, rows in zip(("student", "parent"), db.fetch(*asked), strict=True):
        for row in rows:
            told = {"role": role, "person_id": row["id"], "language": row["language"]}
            found[row["student_id"]].append(told)
    return {one: found[one] for one in held}
