"""Advisories: a group of students, its advisors, and the relationships that follow from both."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update

from plp_api.foundation import clock, db
from plp_api.foundation.access import powers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Capacity,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.people.directory import references

Dated = TypeVar("Dated", AdvisoryMember, AdvisoryAdvisor)

ALIGNED_AT_ONCE = 200
TIES = cast(Table, Relationship.__table__)
Fields = dict[str, Any]


def open_advisory(access: Access, fields: Fields) -> Advisory:
    """Open an advisory at a school. Raises Problem: permission_denied at another's school."""
    references.school(access, fields["school_id"])
    access.require_at(Permission.ADVISORIES_WRITE, fields["school_id"])
    advisory = Advisory(id=db.new_id(), district_id=access.caller.district_id, **fields)
    db.session().add(advisory)
    audit.record("advisory.created", advisory, by=access.caller.person_id)
    return advisory


def change_advisory(advisory: Advisory, access: Access, fields: Fields) -> Advisory:
    """Rename an advisory, or close it; a closed one keeps its people and relationships."""
    for name, value in fields.items():
        setattr(advisory, name, value)
    audit.record("advisory.changed", advisory, by=access.caller.person_id, fields=sorted(fields))
    return advisory


def add_member(advisory: Advisory, access: Access, fields: Fields) -> AdvisoryMember:
    """Add a student to an advisory: its advisors become the student's advisors.

    Raises Problem: permission_denied for a guest, whose relationships only the home
    school writes; actor_is_family; record_duplicate.
    """
    db.lock(advisory)
    student = references.student(access, fields["student_id"])
    _require_own(access, student.id)
    fields.setdefault("starts_on", access.caller.today)
    row = AdvisoryMember(
        id=db.new_id(), district_id=advisory.district_id, advisory_id=advisory.id, **fields
    )
    _refuse_twin(row, "student_id")
    db.session().add(row)
    return _settled(row, "advisory_member.created", access)


def _require_own(access: Access, student_id: UUID) -> None:
    """Refuse an advisory member who is a guest, or a child of the caller."""
    if not access.may(Permission.RELATIONSHIPS_WRITE, student_id):
        raise Problem(Code.PERMISSION_DENIED, "The student's own school does this.")
    access.refuse_family(student_id)


def change_member(row: AdvisoryMember, access: Access, fields: Fields) -> AdvisoryMember:
    """End a student's time in an advisory, or correct its dates; relationships follow.

    Raises Problem: permission_denied for a guest; actor_is_family; record_duplicate.
    """
    _require_own(access, row.student_id)
    for name, value in fields.items():
        setattr(row, name, value)
    _refuse_twin(row, "student_id")
    return _settled(row, "advisory_member.changed", access)


def add_advisor(advisory: Advisory, access: Access, fields: Fields) -> AdvisoryAdvisor:
    """Add an advisor to an advisory: its members become their advisees.

    Raises Problem: permission_denied for the caller themselves, actor_is_family if a
    child of the caller is a member, person_is_student, record_duplicate.
    """
    db.lock(advisory)
    _refuse_own_child(advisory.id, access)
    powers.refuse_oneself(access, fields["person_id"])
    references.adult(access, fields["person_id"])
    fields.setdefault("starts_on", access.caller.today)
    row = AdvisoryAdvisor(
        id=db.new_id(),
        district_id=advisory.district_id,
        school_id=advisory.school_id,
        advisory_id=advisory.id,
        **fields,
    )
    row.capacity = row.capacity or Capacity.LEAD
    _refuse_twin(row, "person_id")
    db.session().add(row)
    return _settled(row, "advisory_advisor.created", access)


def change_advisor(row: AdvisoryAdvisor, access: Access, fields: Fields) -> AdvisoryAdvisor:
    """End or correct an advisor's time with an advisory; relationships follow.

    Raises Problem: permission_denied for the caller themselves, actor_is_family,
    record_duplicate.
    """
    _refuse_own_child(row.advisory_id, access)
    powers.refuse_oneself(access, row.person_id)
    powers.refuse_household(access, row.person_id)
    for name, value in fields.items():
        setattr(row, name, value)
    _refuse_twin(row, "person_id")
    return _settled(row, "advisory_advisor.changed", access)


def _refuse_own_child(advisory_id: UUID, access: Access) -> None:
    """Refuse if a child of the caller is, or will be, a member of the advisory."""
    members = select(AdvisoryMember.student_id).where(
        AdvisoryMember.advisory_id == advisory_id,
        spans.is_not_over(AdvisoryMember, access.caller.today),
    )
    for student_id in set(db.session().scalars(members)) & access.caller.children:
        access.refuse_family(student_id)


def _refuse_twin(row: Any, whom: str) -> None:
    model = type(row)
    spans.check(row.starts_on, row.ends_on)
    db.lock_name(f"{model.__tablename__}|{row.advisory_id}")
    db.refuse_second(
        model,
        model.advisory_id == row.advisory_id,
        getattr(model, whom) == getattr(row, whom),
        model.id != row.id,
        spans.overlaps(model, row.starts_on, row.ends_on),
        code=Code.RECORD_DUPLICATE,
        detail="They are in the advisory at that time.",
    )


def _settled(row: Dated, event: str, access: Access) -> Dated:
    """Record the change, and align the relationships with it."""
    facts: Fields = {
        "advisory_id": row.advisory_id,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }
    audit.record(event, row, by=access.caller.person_id, **facts)
    align([row.advisory_id], access.caller.today)
    return row


# The relationships that follow from an advisory.


@dataclass(frozen=True)
class Wanted:
    """A relationship that should hold today or later."""

    starts_on: date
    ends_on: date | None
    capacity: str
    is_from_roster: bool


Key = tuple[UUID, UUID, UUID]
"""Ids of the advisory, the advisor and the student."""


def align(advisory_ids: Iterable[UUID], today: date) -> None:
    """Make each advisor of these advisories an advisor of each member, while both are in it.

    Call it after every change of members or advisors, by people or by a roster. It
    works on sets of rows and may be repeated. It makes, changes and ends only
    relationships that hold today or later; past ones stay, and a suppressed one is not
    made again. It does not refresh rows of `relationships` already in the session.
    """
    db.session().flush()
    ids = list(advisory_ids)
    for first in range(0, len(ids), ALIGNED_AT_ONCE):
        _align(ids[first : first + ALIGNED_AT_ONCE], today)


def _align(advisory_ids: Sequence[UUID], today: date) -> None:
    wanted = _wanted(advisory_ids, today)
    standing, suppressed, districts = _standing(advisory_ids, today)
    inserts: list[Fields] = []
    updates: list[Fields] = []
    for key in {*wanted, *standing} - suppressed:
        for tie, want in zip_longest(standing[key], wanted[key]):
            if tie is None:
                inserts.append(_new(key, want, districts[key[0]]))
            elif change := _difference(tie, want, today):
                updates.append(change)
    if inserts:
        db.insert_many(Relationship, inserts)
    if updates:
        db.session().execute(CHANGE, updates)


def _holding(model: Any, ids: Sequence[UUID], today: date, *columns: Any) -> Sequence[Any]:
    statement = (
        select(*columns)
        .where(
            db.any_of(model.advisory_id, db.ids_bind("ids")),
            spans.is_not_over(model, today),
        )
        .order_by(model.starts_on, model.id)
    )
    return db.session().execute(statement, {"ids": list(ids)}).all()


def _wanted(advisory_ids: Sequence[UUID], today: date) -> defaultdict[Key, list[Wanted]]:
    members = _holding(AdvisoryMember, advisory_ids, today, *AdvisoryMember.__table__.c)
    advisors = _holding(AdvisoryAdvisor, advisory_ids, today, *AdvisoryAdvisor.__table__.c)
    members_of: defaultdict[UUID, list[Any]] = defaultdict(list)
    for member in members:
        members_of[member.advisory_id].append(member)
    wanted: defaultdict[Key, list[Wanted]] = defaultdict(list)
    for advisor in advisors:
        for member in members_of[advisor.advisory_id]:
            for want in _together(member, advisor):
                wanted[advisor.advisory_id, advisor.person_id, member.student_id].append(want)
    return wanted


def _together(member: Any, advisor: Any) -> Iterator[Wanted]:
    """The days on which both are in the advisory, if there are any."""
    starts_on = max(member.starts_on, advisor.starts_on)
    ends = [row.ends_on for row in (member, advisor) if row.ends_on is not None]
    ends_on = min(ends, default=None)
    if ends_on is None or ends_on > starts_on:
        is_from_roster = member.is_from_roster and advisor.is_from_roster
        yield Wanted(starts_on, ends_on, advisor.capacity, is_from_roster)


def _standing(
    advisory_ids: Sequence[UUID], today: date
) -> tuple[defaultdict[Key, list[Any]], set[Key], dict[UUID, UUID]]:
    """Relationships of today or later, keys of suppressed ones, and each advisory's district."""
    standing: defaultdict[Key, list[Any]] = defaultdict(list)
    suppressed: set[Key] = set()
    for tie in _holding(Relationship, advisory_ids, today, *TIES.c):
        key = (tie.advisory_id, tie.person_id, tie.student_id)
        if tie.status == RelationshipStatus.SUPPRESSED:
            suppressed.add(key)
        else:
            standing[key].append(tie)
    known = select(Advisory.id, Advisory.district_id).where(
        db.any_of(Advisory.id, db.ids_bind("ids"))
    )
    rows = db.session().execute(known, {"ids": list(advisory_ids)})
    return standing, suppressed, {row.id: row.district_id for row in rows}


def _new(key: Key, want: Wanted, district_id: UUID) -> Fields:
    advisory_id, person_id, student_id = key
    return {
        "id": db.new_id(),
        "district_id": district_id,
        "advisory_id": advisory_id,
        "person_id": person_id,
        "student_id": student_id,
        "kind": RelationshipKind.ADVISOR,
        "status": RelationshipStatus.CONFIRMED,
        "starts_on": want.starts_on,
        "ends_on": want.ends_on,
        "capacity": want.capacity,
        "is_from_roster": want.is_from_roster,
    }


CHANGE = (
    update(TIES)
    .where(TIES.c.id == bindparam("tie_id"))
    .values(
        starts_on=bindparam("new_starts_on"),
        ends_on=bindparam("new_ends_on"),
        capacity=bindparam("new_capacity"),
        version=TIES.c.version + 1,
        updated_at=bindparam("changed_at"),
    )
)


def _difference(tie: Any, want: Wanted | None, today: date) -> Fields | None:
    """The update a stored relationship needs; one that is no longer wanted ends today."""
    capacity = tie.capacity
    starts_on, ends_on = tie.starts_on, max(tie.starts_on, today)
    if want is not None:
        capacity, ends_on = want.capacity, want.ends_on
        # The start of a relationship that already holds does not matter any more.
        has_begun = tie.starts_on <= today and want.starts_on <= today
        starts_on = tie.starts_on if has_begun else want.starts_on
    if (starts_on, ends_on, capacity) == (tie.starts_on, tie.ends_on, tie.capacity):
        return None
    return {
        "tie_id": tie.id,
        "new_starts_on": starts_on,
        "new_ends_on": ends_on,
        "new_capacity": capacity,
        "changed_at": clock.now(),
    }
