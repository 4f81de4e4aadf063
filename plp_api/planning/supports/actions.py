"""Add, change and list supports."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select

from plp_api.foundation import db
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Person, Student
from plp_api.planning.supports.models import Support


def of(student: Student, access: Access) -> Select[Any]:
    """A query of the student's supports: all for a caller with `supports:read`, else today's."""
    readable = access.select(Support, Permission.SUPPORTS_READ_ACCOMMODATIONS)
    query = readable.where(Support.student_id == student.id)
    is_whole = access.may(Permission.SUPPORTS_READ, student.id)
    return query if is_whole else query.where(holds(Support))


def require_current(support: Support, access: Access) -> Support:
    """Raise not_found if the support is not current and the caller lacks `supports:read`."""
    today = access.caller.today
    is_current = spans.is_held_on(support, today)
    if not is_current and not access.may(Permission.SUPPORTS_READ, support.student_id):
        raise Problem(Code.NOT_FOUND)
    return support


def add(student: Student, access: Access, **fields: Any) -> Support:
    """Add a support.

    Raises Problem: actor_is_family, support_exists, validation_failed
    (`ends_on`, `coordinator_id`).
    """
    access.refuse_family(student.id)
    db.lock(student)
    fields.setdefault("starts_on", access.caller.today)
    support = Support(
        id=db.new_id(), district_id=student.district_id, student_id=student.id, **fields
    )
    _check(support, support.starts_on, support.ends_on, support.coordinator_id)
    db.session().add(support)
    audit.record(
        "support.added",
        support,
        by=access.caller.person_id,
        kind=support.kind,
        starts_on=support.starts_on,
        ends_on=support.ends_on,
    )
    return support


def change(support: Support, access: Access, **fields: Any) -> Support:
    """End a support, correct its span, or name another coordinator.

    For new accommodations, end this support and add another, so that the
    accommodations of every day are kept. Raises the problems of `add`.
    """
    access.refuse_family(support.student_id)
    db.lock(db.session().get_one(Student, support.student_id))
    _check(
        support,
        fields.get("starts_on", support.starts_on),
        fields.get("ends_on", support.ends_on),
        fields.get("coordinator_id", support.coordinator_id),
    )
    for name, value in fields.items():
        setattr(support, name, value)
    audit.record("support.changed", support, by=access.caller.person_id, fields=sorted(fields))
    return support


def _check(support: Support, starts_on: date, ends_on: date | None, coordinator_id: UUID) -> None:
    spans.check(starts_on, ends_on)
    db.lock_name(f"supports|{support.student_id}")
    db.refuse_second(
        Support,
        Support.student_id == support.student_id,
        Support.kind == support.kind,
        Support.id != support.id,
        spans.overlaps(Support, starts_on, ends_on),
        code=Code.SUPPORT_EXISTS,
    )
    if not _is_adult_here(coordinator_id, support.district_id):
        raise invalid("coordinator_id", "No such person on the staff of the district.")


def _is_adult_here(person_id: UUID, district_id: UUID) -> bool:
    is_student = exists().where(Student.id == Person.id)
    query = select(Person.id).where(
        Person.id == person_id, Person.district_id == district_id, ~is_student
    )
    return db.session().scalar(query) is not None
