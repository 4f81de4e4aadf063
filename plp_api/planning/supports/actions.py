"""Noting that a support record exists, and what was agreed."""

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
    """The student's supports: all, for who reads them whole; else those that hold today."""
    readable = access.select(Support, Permission.SUPPORTS_READ_ACCOMMODATIONS)
    found = readable.where(Support.student_id == student.id)
    is_whole = access.may(Permission.SUPPORTS_READ, student.id)
    return found if is_whole else found.where(holds(Support))


def require_current(support: Support, access: Access) -> Support:
    """Refuse with not_found a teacher who asks what no longer holds, or does not yet."""
    today = access.caller.today
    is_current = spans.is_held_on(support, today)
    if not is_current and not access.may(Permission.SUPPORTS_READ, support.student_id):
        raise Problem(Code.NOT_FOUND)
    return support


def add(student: Student, access: Access, **given: Any) -> Support:
    """Note that there is such a record.

    Raises Problem: actor_is_family, support_exists, validation_failed
    (`ends_on`, `coordinator_id`).
    """
    access.refuse_family(student.id)
    db.lock(student)
    given.setdefault("starts_on", access.caller.today)
    support = Support(
        id=db.new_id(), district_id=student.district_id, student_id=student.id, **given
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


def change(support: Support, access: Access, **given: Any) -> Support:
    """End it, correct its span, or name another coordinator.

    What is agreed is not changed but agreed anew: end this one and add another,
    so that every day has what held on it. Raises what `add` does.
    """
    access.refuse_family(support.student_id)
    db.lock(db.session().get_one(Student, support.student_id))
    _check(
        support,
        given.get("starts_on", support.starts_on),
        given.get("ends_on", support.ends_on),
        given.get("coordinator_id", support.coordinator_id),
    )
    for name, value in given.items():
        setattr(support, name, value)
    audit.record("support.changed", support, by=access.caller.person_id, fields=sorted(given))
    return support


def _check(support: Support, starts_on: date, ends_on: date | None, coordinator_id: UUID) -> None:
    spans.check(starts_on, ends_on)
    db.lock_name(f"supports|{support.student_id}")
    twin = exists().where(
        Support.student_id == support.student_id,
        Support.kind == support.kind,
        Support.id != support.id,
        spans.overlaps(Support, starts_on, ends_on),
    )
    if db.session().scalar(select(twin)):
        raise Problem(Code.SUPPORT_EXISTS)
    if not _is_adult_here(coordinator_id, support.district_id):
        raise invalid("coordinator_id", "No such person on the staff of the district.")


def _is_adult_here(person_id: UUID, district_id: UUID) -> bool:
    is_student = exists().where(Student.id == Person.id)
    asked = select(Person.id).where(
        Person.id == person_id, Person.district_id == district_id, ~is_student
    )
    return db.session().scalar(asked) is not None
