"""Whether a consent holds on a day: asked in SQL at each use, never stored.

A parent's consent holds while the tie by which they gave it lets them decide and the rights are
the parents', the student's own from the day on which the rights are theirs. Any holder's withdrawal
ends every consent. A tie that ran out and is made to hold again revives none: the change of its
dates ends what was given by it (`access.revocation`).
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from plp_api.foundation import db
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    kinds_denying,
)
from plp_api.people.consents.models import Consent, ConsentPurpose

ON_WITHDRAWN: list[Callable[[Consent, UUID | None], None]] = []
"""Functions called with a consent that was withdrawn, and by whom (None: its giver's rights
changed; another consent may hold still). Areas above register here how to end what rests on it."""
DENYING = kinds_denying(RecordKind.SHARE_LINKS) | kinds_denying(RecordKind.SHOWCASES)
"""Whoever may not see what is shared does not consent to it either."""


def holds(student_id: UUID, purpose: ConsentPurpose, today: date) -> bool:
    """Whether a consent to the purpose holds today, for this student; one statement."""
    return student_id in holding([student_id], purpose, today)


def has_held(
    purpose: ConsentPurpose, student_id: Any, since: Any, today: Any
) -> ColumnElement[bool]:
    """SQL: whether a consent that was given by `since` still holds: what rests on it goes on.

    One that was given later revives nothing, though it may have followed without a gap.
    """
    return exists().where(
        Consent.student_id == student_id,
        Consent.purpose == purpose,
        Consent.created_at <= since,
        is_standing(today),
    )


def holding(student_ids: Collection[UUID], purpose: ConsentPurpose, today: date) -> set[UUID]:
    """Those of the students for whom a consent to the purpose holds today; one statement."""
    standing = select(Consent.student_id).where(
        Consent.student_id.in_(student_ids), Consent.purpose == purpose, is_standing(today)
    )
    return set(db.session().scalars(standing))


def is_standing(on: Any) -> ColumnElement[bool]:
    """SQL: whether a Consent holds on the day: given, not over, and its giver holds the right."""
    return and_(
        Consent.given_on <= on,
        Consent.withdrawn_at.is_(None),
        spans.is_not_over(Consent, on),
        or_(_is_by_student(on), _is_by_parent(on)),
    )


def _is_by_student(on: Any) -> ColumnElement[bool]:
    return (Consent.given_by == Consent.student_id) & _holds_rights(Consent.student_id, on)


def _is_by_parent(on: Any) -> ColumnElement[bool]:
    decides = exists().where(
        Relationship.student_id == Consent.student_id,
        Relationship.person_id == Consent.given_by,
        Relationship.starts_on <= Consent.given_on,
        *deciding(on),
    )
    return ~_holds_rights(Consent.student_id, on) & decides


def _holds_rights(student_id: Any, on: Any) -> ColumnElement[bool]:
    """Whether the student, not a parent, holds the rights on the day."""
    return exists().where(Student.id == student_id, Student.rights_transfer_on <= on)


def deciding(on: Any) -> tuple[ColumnElement[bool], ...]:
    """The criteria of a Relationship of a parent who may consent on the day."""
    return (
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status == RelationshipStatus.CONFIRMED,
        Relationship.may_decide.is_(True),
        *(~db.has_tag(Relationship.denied, kind) for kind in sorted(DENYING)),
        spans.holds_on(Relationship, on),
    )
