"""Ending somebody's reach to a student at once, with whatever was issued on the strength of it.

Reach itself is dated and read afresh by every request. What was issued before
(answers kept for a repeated request; later calendar links, exports, share
links) is recalled here, so that a change of custody holds from this moment.
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
"""Called with the ids of the person and the student; an area that issues something which outlives
a request registers here how it is withdrawn."""


def revoke(person_id: UUID, student: Student, *, access: Access) -> None:
    """End today every family tie of the person to the student, and recall what was issued.

    Ties that would begin later never do. Nobody is told by this function.
    """
    today = access.caller.today
    ties = select(Relationship).where(
        Relationship.person_id == person_id,
        Relationship.student_id == student.id,
        Relationship.kind == RelationshipKind.PARENT,
        spans.is_not_over(Relationship, today),
    )
    for tie in db.session().scalars(ties):
        tie.ends_on = max(tie.starts_on, today)
    recall(person_id, student, access=access)


def recall(person_id: UUID, student: Student, *, access: Access) -> None:
    """Withdraw what the person holds about the student, after their right to it grew less."""
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
    """Drop the answers kept for the person's repeated requests: they may tell too much now."""
    db.session().execute(delete(AnsweredRequest).where(AnsweredRequest.person_id == person_id))
