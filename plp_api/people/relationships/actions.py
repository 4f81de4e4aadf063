"""Make, change and end relationships, placements and appointments."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.access import powers, revocation
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.lifecycle import ForOthers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import PLAN_GRADES, School, Student
from plp_api.foundation.roster.relationships import (
    DISTRICT_WIDE,
    Appointment,
    AppointmentRole,
    Capacity,
    ParentKind,
    Placement,
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SampledStudent,
    SchoolEnrollment,
)
from plp_api.people.directory import references

Fields = dict[str, Any]

OF_PARENTS = (
    "parent_kind",
    "may_inspect",
    "may_decide",
    "denied",
    "basis",
    "order_reference",
    "post_18_basis",
)
FOLLOWS_ADVISORY = "It follows from an advisory: change the advisory's members or advisors."
# These have both rights by default (20 U.S.C. 1232g; 15 V.S.A. 664, 670).
HAS_BOTH_RIGHTS = frozenset({ParentKind.PARENT, ParentKind.GUARDIAN})


# Relationships.


def relate(student: Student, access: Access, fields: Fields) -> Relationship:
    """Add a relationship of a person to a student; it is confirmed, as the caller entered it.

    A parent or guardian has both rights unless the fields say otherwise.

    Raises Problem: actor_is_family, permission_denied for the caller's own relationship,
    person_is_student for an advisor or case manager, account_beyond_offices for a parent
    whose office is beyond the caller's, relationship_exists, relationship_suppressed.
    """
    access.refuse_family(student.id)
    powers.refuse_oneself(access, fields["person_id"])
    db.lock(student)
    kind = fields["kind"]
    _check_person(student, access, fields["person_id"], kind)
    if kind == RelationshipKind.PARENT:
        powers.refuse_overseer(access, fields["person_id"])
    _check_members(kind, fields)
    fields.setdefault("starts_on", access.caller.today)
    row = Relationship(
        id=db.new_id(), district_id=student.district_id, student_id=student.id, **fields
    )
    row.status = RelationshipStatus.CONFIRMED
    if kind == RelationshipKind.PARENT:
        _give_rights(row, fields.get("may_inspect"), fields.get("may_decide"))
    if kind == RelationshipKind.ADVISOR:
        row.capacity = row.capacity or Capacity.LEAD
    _refuse_second(row)
    db.session().add(row)
    _note(row, "relationship.created", access, person_id=row.person_id, kind=kind)
    return row


def _check_person(student: Student, access: Access, person_id: UUID, kind: str) -> None:
    if person_id == student.id:
        raise invalid("person_id", "Nobody is related to themselves.")
    if kind == RelationshipKind.PARENT:
        references.person(access, person_id)
    else:
        references.adult(access, person_id)


def _check_members(kind: str, fields: Fields) -> None:
    """Refuse fields that do not belong to the kind, and a parent without `parent_kind`."""
    is_parent = kind == RelationshipKind.PARENT
    foreign = () if is_parent else OF_PARENTS
    for name in (*foreign, *(() if kind == RelationshipKind.ADVISOR else ("capacity",))):
        if fields.get(name):
            raise invalid(name, f"Not for the kind `{kind}`.")
    must_say = "kind" in fields or "parent_kind" in fields
    if is_parent and must_say and not fields.get("parent_kind"):
        raise invalid("parent_kind", "A parent needs it.")


def _give_rights(row: Relationship, may_inspect: bool | None, may_decide: bool | None) -> None:
    """Set a parent's rights as given; by default both for a parent or guardian, else none."""
    usual = row.parent_kind in HAS_BOTH_RIGHTS
    row.may_inspect = usual if may_inspect is None else may_inspect
    row.may_decide = usual and row.may_inspect if may_decide is None else may_decide
    _check_rights(row)


def _check_rights(row: Relationship) -> None:
    if row.may_decide and not row.may_inspect:
        raise invalid("may_decide", "A parent who decides must also inspect: set `may_inspect`.")


def _refuse_second(row: Relationship) -> None:
    """Refuse a second relationship of the same kind, between the same two, at the same time."""
    spans.check(row.starts_on, row.ends_on)
    db.lock_name(f"relationships|{row.student_id}")
    is_twin = (
        Relationship.person_id == row.person_id,
        Relationship.student_id == row.student_id,
        Relationship.kind == row.kind,
        Relationship.id != row.id,
        Relationship.advisory_id.is_(None),
        spans.overlaps(Relationship, row.starts_on, row.ends_on),
    )
    is_suppressed = Relationship.status == RelationshipStatus.SUPPRESSED
    db.refuse_second(
        Relationship,
        *is_twin,
        is_suppressed,
        code=Code.RELATIONSHIP_SUPPRESSED,
        detail="Restore it instead.",
    )
    db.refuse_second(Relationship, *is_twin, code=Code.RELATIONSHIP_EXISTS)


def _note(row: Relationship, event: str, access: Access, **facts: Any) -> None:
    audit.record(event, row, by=access.caller.person_id, **facts)


def change_relationship(row: Relationship, access: Access, fields: Fields) -> Relationship:
    """Correct a relationship. A change that takes a right away from a parent holds at once.

    One that gives them back what ran out by its date revives nothing that was issued before.

    Raises Problem: actor_is_family; permission_denied for the caller's own relationship;
    action_unavailable for the dates of one that follows from an advisory; relationship_exists.
    """
    access.refuse_family(row.student_id)
    powers.refuse_oneself(access, row.person_id)
    powers.refuse_household(access, row.person_id)
    _check_members(row.kind, fields)
    if fields.keys() & {"starts_on", "ends_on", "capacity"} and row.advisory_id:
        raise Problem(Code.ACTION_UNAVAILABLE, FOLLOWS_ADVISORY)
    changes_dates = bool(fields.keys() & {"starts_on", "ends_on"})
    before, was_over = _opens(row, access.caller.today), has_ended(row, access) is not None
    for name, value in fields.items():
        setattr(row, name, value)
    _check_rights(row)
    if changes_dates:
        _refuse_second(row)
    # When a tie ran out, nothing was recalled: what was issued under it must not hold again.
    if before - _opens(row, access.caller.today) or (was_over and changes_dates):
        revocation.recall(row.person_id, _student_of(row), access=access)
    _note(row, "relationship.changed", access, fields=sorted(fields))
    return row


def _opens(row: Relationship, today: date) -> set[str]:
    """Names of the accesses that the relationship gives today, to compare before and after."""
    is_over = row.ends_on is not None and row.ends_on <= today
    if row.status != RelationshipStatus.CONFIRMED or row.starts_on > today or is_over:
        return set()
    opened = {name for name in ("may_inspect", "may_decide", "post_18_basis") if getattr(row, name)}
    return opened | {row.kind, *(set(RecordKind) - row.denied)}


def _student_of(row: Relationship) -> Student:
    return db.session().get_one(Student, row.student_id)


def confirm(
    row: Relationship,
    access: Access,
    may_inspect: bool | None = None,
    may_decide: bool | None = None,
) -> None:
    """Confirm a relationship: from now on it gives reach. Rights that were set are kept."""
    if row.kind == RelationshipKind.PARENT:
        if row.may_inspect or row.may_decide:
            may_inspect = row.may_inspect if may_inspect is None else may_inspect
            may_decide = row.may_decide if may_decide is None else may_decide
        _give_rights(row, may_inspect, may_decide)
    elif may_inspect or may_decide:
        raise invalid("may_inspect", f"Not for the kind `{row.kind}`.")
    _note(row, "relationship.confirmed", access, person_id=row.person_id)


def suppress(row: Relationship, access: Access) -> None:
    """Mark a relationship as false: it gives no reach, and no roster import revives it."""
    revocation.recall(row.person_id, _student_of(row), access=access)
    _note(row, "relationship.suppressed", access, person_id=row.person_id)


def restore(row: Relationship, access: Access) -> None:
    """Take a suppression back; the relationship still needs to be confirmed."""
    _note(row, "relationship.restored", access, person_id=row.person_id)


def end(row: Relationship, access: Access, ends_on: date | None = None) -> None:
    """End a relationship on `ends_on`, by default today.

    If it is a parent's and the day has come (a change of custody), every family
    relationship between the two ends, and links and answers already issued are recalled.
    """
    day = access.caller.today if ends_on is None else ends_on
    spans.check(row.starts_on, day)
    if day <= access.caller.today:
        _end_now(row, access)
    row.ends_on = day
    _note(row, "relationship.ended", access, person_id=row.person_id, ends_on=day)


def ends_so(row: Relationship, access: Access, ends_on: date | None = None) -> bool:
    """Whether it ends on that day already."""
    return row.ends_on == (access.caller.today if ends_on is None else ends_on)


def _end_now(row: Relationship, access: Access) -> None:
    if row.kind == RelationshipKind.PARENT:
        revocation.revoke(row.person_id, _student_of(row), access=access)
    else:
        revocation.recall(row.person_id, _student_of(row), access=access)


# Reasons why an action is not available, although state and permission would allow it.


def concerns_caller(row: Relationship, access: Access) -> ForOthers | None:
    """Reason: the relationship is the caller's own, their child's, or their child's family's."""
    if row.person_id in access.selves:
        return ForOthers("It is your own.")
    if row.person_id in access.household:
        return ForOthers("They are your child's family.")
    if access.is_family(row.student_id):
        return ForOthers("You are the student's family.")
    return None


def has_ended(row: Relationship, access: Access) -> str | None:
    """Reason: the relationship has ended."""
    is_over = row.ends_on is not None and row.ends_on <= access.caller.today
    return f"It ended on {row.ends_on}." if is_over else None


def follows_advisory(row: Relationship, access: Access) -> str | None:
    """Reason: the relationship follows from the advisors and members of an advisory."""
    return FOLLOWS_ADVISORY if row.advisory_id else None


# Placements.


def place(student: Student, access: Access, fields: Fields) -> Placement:
    """Place a student at another school, of any district; its staff reach the student.

    Raises Problem: actor_is_family, record_duplicate.
    """
    access.refuse_family(student.id)
    db.lock(student)
    host = db.session().get(School, fields["school_id"])
    if host is None:
        raise invalid("school_id", "There is no such school; see `/host-schools`.")
    if host.id == student.plan_home_school_id:
        raise invalid("school_id", "The student is at home there.")
    fields.setdefault("starts_on", access.caller.today)
    row = Placement(
        id=db.new_id(),
        district_id=student.district_id,
        host_district_id=host.district_id,
        student_id=student.id,
        **fields,
    )
    _refuse_second_placement(row)
    db.session().add(row)
    audit.record(
        "placement.created", row, by=access.caller.person_id, school_id=host.id, kind=row.kind
    )
    return row


def change_placement(row: Placement, access: Access, fields: Fields) -> Placement:
    """Correct or end a placement. Raises Problem: actor_is_family, record_duplicate."""
    access.refuse_family(row.student_id)
    for name, value in fields.items():
        setattr(row, name, value)
    _refuse_second_placement(row)
    audit.record("placement.changed", row, by=access.caller.person_id, fields=sorted(fields))
    return row


def _refuse_second_placement(row: Placement) -> None:
    spans.check(row.starts_on, row.ends_on)
    db.lock_name(f"placements|{row.student_id}")
    db.refuse_second(
        Placement,
        Placement.student_id == row.student_id,
        Placement.school_id == row.school_id,
        Placement.kind == row.kind,
        Placement.id != row.id,
        spans.overlaps(Placement, row.starts_on, row.ends_on),
        code=Code.RECORD_DUPLICATE,
        detail="The student is placed there at that time.",
    )


# Appointments.


def appoint(access: Access, fields: Fields) -> Appointment:
    """Give a person an office. An auditor's has an end date and gives access to a sample.

    Raises Problem: permission_denied for an office that the caller may not give,
    and for the caller themselves; actor_is_family; account_beyond_offices for a
    person who reaches more than the caller's offices cover; person_is_student;
    record_duplicate.
    """
    person_id, school_id = fields["person_id"], fields.get("school_id")
    _check_place(access, fields["role"], school_id)
    access.require_at(Permission.APPOINTMENTS_WRITE, school_id)
    references.adult(access, person_id)
    powers.require(access, powers.Act.APPOINT, person_id)
    listed, size = fields.pop("sample", None), fields.pop("sample_size", None)
    _check_audit(fields["role"], fields.get("ends_on"), listed, size)
    fields.setdefault("starts_on", access.caller.today)
    row = Appointment(id=db.new_id(), district_id=access.caller.district_id, **fields)
    _refuse_second_appointment(row)
    db.session().add(row)
    db.session().flush()
    if row.role == AppointmentRole.AUDITOR:
        _keep_sample(row, _sample(access, listed, size))
    audit.record(
        "appointment.created",
        row,
        by=access.caller.person_id,
        person_id=person_id,
        role=row.role,
        school_id=school_id,
        ends_on=row.ends_on,
    )
    return row


def _check_place(access: Access, role: str, school_id: UUID | None) -> None:
    if school_id is None:
        return
    if role in DISTRICT_WIDE:
        raise invalid("school_id", f"The office `{role}` is the whole district's.")
    references.school(access, school_id)


def _check_audit(
    role: str, ends_on: date | None, listed: list[UUID] | None, size: int | None
) -> None:
    if role != AppointmentRole.AUDITOR:
        for name, value in (("sample_student_ids", listed), ("sample_size", size)):
            if value is not None:
                raise invalid(name, "Only for an auditor.")
        return
    if ends_on is None:
        raise invalid("ends_on", "An auditor's office must end.")
    if (listed is None) is (size is None):
        raise invalid("sample_size", "Send either this or `sample_student_ids`.")


def _sample(access: Access, listed: list[UUID] | None, size: int | None) -> Iterable[UUID]:
    """The students an auditor sees: the listed ones, or `size` students drawn at random."""
    if listed is None:
        return _drawn(access, size or 0)
    wanted = set(listed)
    if not wanted:
        raise invalid("sample_student_ids", "Name at least one student.")
    known = select(Student.id).where(
        Student.district_id == access.caller.district_id,
        db.any_of(Student.id, db.ids_bind("ids")),
    )
    if set(db.session().scalars(known, {"ids": list(wanted)})) != wanted:
        raise invalid("sample_student_ids", "Not all are students of this district.")
    return wanted


def _drawn(access: Access, size: int) -> Iterable[UUID]:
    """Draw `size` students at random among those enrolled today in grades with plans."""
    enrolled = select(SchoolEnrollment.student_id).where(
        SchoolEnrollment.grade.in_(PLAN_GRADES), holds(SchoolEnrollment)
    )
    drawn = (
        select(Student.id)
        .where(Student.district_id == access.caller.district_id, Student.id.in_(enrolled))
        .order_by(func.random())
        .limit(size)
    )
    return db.session().scalars(drawn, access.caller.binds).all()


def _keep_sample(row: Appointment, student_ids: Iterable[UUID]) -> None:
    db.session().add_all(
        SampledStudent(appointment_id=row.id, student_id=student_id, district_id=row.district_id)
        for student_id in student_ids
    )


def change_appointment(row: Appointment, access: Access, fields: Fields) -> Appointment:
    """Correct or end an office.

    To end it, or to move its end forward, the caller needs the permission to give it. Any
    other change has the same conditions as giving it.

    Raises Problem: permission_denied for the caller's own office, actor_is_family,
    account_beyond_offices, record_duplicate, admin_is_last.
    """
    powers.refuse_oneself(access, row.person_id)
    if _only_shortens(row, fields):
        powers.refuse_household(access, row.person_id)
    else:
        powers.require(access, powers.Act.APPOINT, row.person_id)
    gap = _gap(fields, access)
    if row.role == AppointmentRole.DISTRICT_ADMIN and gap is not None:
        powers.require_another_admin(access, row.person_id, *gap)
    for name, value in fields.items():
        setattr(row, name, value)
    if row.role == AppointmentRole.AUDITOR and row.ends_on is None:
        raise invalid("ends_on", "An auditor's office must end.")
    _refuse_second_appointment(row)
    if row.ends_on is not None and row.ends_on <= access.caller.today:
        revocation.forget_answers(row.person_id)
    audit.record(
        "appointment.changed",
        row,
        by=access.caller.person_id,
        person_id=row.person_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )
    return row


def _gap(fields: Fields, access: Access) -> tuple[date, date] | None:
    """The days from today on that the change takes out of the office's span: [first, last).

    None if the change takes none.
    """
    starts_on, ends_on = fields.get("starts_on"), fields.get("ends_on")
    today = access.caller.today
    if starts_on is not None and starts_on > today:
        return today, starts_on if ends_on is None else date.max
    return (max(ends_on, today), date.max) if ends_on is not None else None


def _only_shortens(row: Appointment, fields: Fields) -> bool:
    """Whether the change only sets an earlier end of the office."""
    ends_on = fields.get("ends_on")
    is_earlier = ends_on is not None and (row.ends_on is None or ends_on <= row.ends_on)
    return fields.keys() == {"ends_on"} and is_earlier


def _refuse_second_appointment(row: Appointment) -> None:
    spans.check(row.starts_on, row.ends_on)
    db.lock_name(f"appointments|{row.person_id}")
    db.refuse_second(
        Appointment,
        Appointment.person_id == row.person_id,
        Appointment.role == row.role,
        Appointment.school_id.is_not_distinct_from(row.school_id),
        Appointment.id != row.id,
        spans.overlaps(Appointment, row.starts_on, row.ends_on),
        code=Code.RECORD_DUPLICATE,
        detail="They hold that office at that time.",
    )
