"""Ends a person's reach to a student at once, and withdraws what was issued under it.

Every request reads reach again, with its dates. But answers that are kept for
repeated requests (and later calendar links, exports and share links) were issued
before. This module withdraws them, so that a change of custody holds immediately.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import AnsweredRequest
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind

ON_REVOKED: list[Callable[[UUID, UUID], None]] = []
"""Functions that are called with the ids of the person and the student. An area that issues
something which outlives a request registers here how to withdraw it."""


def revoke(person_id: UUID, student: Student, *, access: Access) -> None:
    """End every family relationship of the person to the student today; withdraw what was issued.

    Relationships that would begin later never begin. This function notifies nobody.
    """
    today = access.caller.today
    relationships = select(Relationship).where(
        Relationship.person_id == person_id,
        Relationship.student_id == student.id,
        Relationship.kind == RelationshipKind.PARENT,
        spans.is_not_over(Relationship, today),
    )
    for relationship in db.session().scalars(relationships):
        relationship.ends_on = max(relationship.starts_on, today)
    recall(person_id, student, access=access)


def recall(person_id: UUID, student: Student, *, access: Access) -> None:
    """Withdraw what was issued to the person about the student, after their rights were reduced."""
    forget_answers(person_id)
    for withdraw in ON_REVOKED:
        withdraw(person_id, student.id)
    audit.record(
        "reach.revoked",
        student,
        by=access.caller.person_id,
        student_id=student.id,
        person_id=person_id,
    )


def forget_answers(person_id: UUID) -> None:
    """Delete the answers kept for the person's repeated requests: they may reveal too much now."""
    db.session().execute(delete(AnsweredRequest).where(AnsweredRequest.person_id == person_id))
