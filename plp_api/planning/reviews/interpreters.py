"""The family members who need an interpreter at a meeting, so that staff can book one in time."""

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
    """The family members who need an interpreter, by student, if the caller may hold the review.

    Not shown to the family, because one parent would learn about the other.
    """
    held = [
        student_id
        for student_id in set(student_ids)
        if access.may(Permission.REVIEWS_HOLD, student_id) and not access.is_family(student_id)
    ]
    if not held:
        return {}
    by_student: defaultdict[UUID, Needed] = defaultdict(list)
    queries = THEMSELVES(ids=held), PARENTS(ids=held, today=access.caller.today)
    for role, rows in zip(("student", "parent"), db.fetch(*queries), strict=True):
        for row in rows:
            person = {"role": role, "person_id": row["id"], "language": row["language"]}
            by_student[row["student_id"]].append(person)
    return {student_id: by_student[student_id] for student_id in held}
