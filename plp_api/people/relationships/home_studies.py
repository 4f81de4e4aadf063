"""Begin and end home study: staff who keep the roster record the family's notice."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access import revocation
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code
from plp_api.foundation.roster import followers, spans
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind


def begin(student: Student, access: Access, fields: dict[str, Any]) -> HomeStudy:
    """Record that the student studies at home for a span, and apply what holds today.

    Raises Problem: actor_is_family, home_study_exists, validation_failed (`ends_on`).
    """
    access.refuse_family(student.id)
    db.lock(student)
    starts_on, ends_on = fields.get("starts_on", access.caller.today), fields.get("ends_on")
    _check(student.id, starts_on, ends_on, None)
    row = HomeStudy(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session().add(row)
    _follow(row, "home_study.created", access)
    return row


def change(row: HomeStudy, access: Access, fields: dict[str, Any]) -> HomeStudy:
    """Correct or end a span of home study.

    Raises Problem: actor_is_family, home_study_exists, validation_failed (`ends_on`).
    """
    access.refuse_family(row.student_id)
    db.lock(db.session().get_one(Student, row.student_id))
    starts_on = fields.get("starts_on", row.starts_on)
    ends_on = fields.get("ends_on", row.ends_on)
    _check(row.student_id, starts_on, ends_on, row.id)
    row.starts_on, row.ends_on = starts_on, ends_on
    _follow(row, "home_study.changed", access)
    return row


def _check(student_id: UUID, starts_on: date, ends_on: date | None, but: UUID | None) -> None:
    spans.check(starts_on, ends_on)
    db.lock_name(f"home studies|{student_id}")
    db.refuse_second(
        HomeStudy,
        HomeStudy.student_id == student_id,
        HomeStudy.id != but,
        spans.overlaps(HomeStudy, starts_on, ends_on),
        code=Code.HOME_STUDY_EXISTS,
    )


def _follow(row: HomeStudy, what: str, access: Access) -> None:
    """Update plan and review, and delete stored answers of staff who could read the plan."""
    db.session().flush()
    audit.record(
        what, row, by=access.caller.person_id, starts_on=row.starts_on, ends_on=row.ends_on
    )
    followers.home_study_changed(row.district_id, [row.student_id], access.caller.today)
    staff = select(Relationship.person_id).where(
        Relationship.student_id == row.student_id, Relationship.kind != RelationshipKind.PARENT
    )
    for person_id in set(db.session().scalars(staff)):
        revocation.forget_answers(person_id)
