"""Leave out of an import what its importer may not do by hand, with a finding for each.

A package is about everybody in a district, including its sender, their family,
and people with offices that the sender may not give. `BARRED` holds the people
to whom the importer may not do the acts of `powers.KEYS`; their user names,
e-mails, access, offices and relationships stay. The operator, at the command
line, is not restricted. Any import may appoint teachers, because that office
alone gives reach to no student.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    case,
    delete,
    exists,
    false,
    insert,
    or_,
    select,
    update,
)

from plp_api.foundation import db
from plp_api.foundation.access import powers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Person, PersonStatus
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole
from plp_api.people.rostering.difference import (
    CREATED,
    REACTIVATED,
    SKIPPED,
    UNCHANGED,
    UPDATED,
    Comparison,
    execute,
)
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.staging import BARRED, ROLES, STUDENTS, USERS

OF_PEOPLE = (
    "given_name",
    "family_name",
    "middle_name",
    "preferred_given_name",
    "preferred_family_name",
    "pronouns",
    "email",
    "phone",
)


def find_barred(comparison: Comparison) -> None:
    """Fill `BARRED` with the people of the district on whom the importer may not act."""
    if comparison.importer is None:
        return
    people = select(Person.id).where(Person.district_id == comparison.district_id)
    barred, binds = powers.outside(comparison.importer, people)
    db.session().execute(insert(BARRED).from_select(["person_id", "has_office"], barred), binds)
    gather_statistics(BARRED)


def is_barred(person_id: Any) -> ColumnElement[bool]:
    """SQL: whether the importer may not act on the person."""
    return exists().where(BARRED.c.person_id == person_id)


def is_barred_from(person_id: UUID) -> bool:
    """Whether the importer may not act on this person."""
    return bool(db.session().scalar(select(is_barred(person_id))))


def leave_accounts(people: Table, comparison: Comparison) -> None:
    """Keep barred people's names, phone, user name, e-mail and access; report differences.

    Call it before the users are compared with the stored `people`.
    """
    if comparison.importer is None:
        return
    same = and_(
        people.c.district_id == comparison.district_id,
        people.c.sourced_id == USERS.c.sourced_id,
        is_barred(people.c.id),
    )
    is_active = people.c.status == PersonStatus.ACTIVE
    differs = or_(
        USERS.c.username.is_distinct_from(people.c.username),
        USERS.c.is_enabled.is_distinct_from(is_active),
        *(
            and_(USERS.c[name].is_not(None), USERS.c[name].is_distinct_from(people.c[name]))
            for name in OF_PEOPLE
        ),
    )
    rows = select(USERS.c.row).select_from(USERS).join(people, same).where(differs)
    for row in db.session().scalars(rows.order_by(USERS.c.row)):
        comparison.findings.add(Code.ACCOUNT_LEFT, "users.csv", row)
    kept: dict[str, Any] = {name: people.c[name] for name in ("username", *OF_PEOPLE)}
    kept["is_enabled"] = is_active
    execute(update(USERS).where(same).values(kept))


def _gives_offices(importer: Access) -> bool:
    """Whether the importer may give the offices of the whole district."""
    return importer.may_at(Permission.APPOINTMENTS_WRITE, None)


def enters_emails(comparison: Comparison) -> UUID | None:
    """The importer who counts as the person who entered the package's e-mails, or None.

    It is an importer who may not give the district's offices: a code for an office must not be
    mailed to an address that they wrote into a package.
    """
    importer = comparison.importer
    return None if importer is None or _gives_offices(importer) else importer.caller.person_id


def leave_students(students: Table, comparison: Comparison) -> None:
    """Keep barred students' grade, birth date, state id and home school; report differences.

    Call it before the staged students are compared with the stored `students`.
    """
    if comparison.importer is None:
        return
    names = ("grade", "birth_date", "state_student_id", "plan_home_school_id")
    same = and_(students.c.id == STUDENTS.c.person_id, is_barred(students.c.id))
    changed = [
        and_(STUDENTS.c[name].is_not(None), STUDENTS.c[name].is_distinct_from(students.c[name]))
        for name in names
    ]
    rows = (
        select(USERS.c.row)
        .select_from(STUDENTS)
        .join(students, same)
        .outerjoin(USERS, USERS.c.id == STUDENTS.c.person_id)
        .where(or_(*changed))
        .order_by(USERS.c.row)
    )
    for row in db.session().scalars(rows):
        comparison.findings.add(Code.STUDENT_LEFT, "users.csv", row)
    kept = {name: students.c[name] for name in (*names, "rights_transfer_on")}
    execute(update(STUDENTS).where(same).values(kept))


def is_left(appointments: Any, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether the importer may not give or end an appointment, wanted or stored."""
    importer = comparison.importer
    if importer is None:
        return false()
    barred = is_barred(appointments.c.person_id)
    if _gives_offices(importer):
        return barred
    return or_(barred, appointments.c.role != AppointmentRole.TEACHER)


def tell_left_offices(stored: Table, wanted: Table, comparison: Comparison) -> None:
    """Report the roles whose office the importer may not give and the person does not hold yet."""
    left = and_(
        is_left(wanted, comparison),
        ~exists().where(
            stored.c.person_id == wanted.c.person_id,
            stored.c.role == wanted.c.role,
            stored.c.school_id.is_not_distinct_from(wanted.c.school_id),
            spans.is_not_over(stored.c, comparison.today),
        ),
    )
    of_wanted = and_(
        wanted.c.person_id == ROLES.c.person_id,
        wanted.c.role == ROLES.c.office,
        or_(wanted.c.school_id.is_(None), wanted.c.school_id == ROLES.c.school_id),
    )
    rows = select(ROLES.c.row).where(exists().where(of_wanted, left)).order_by(ROLES.c.row)
    for row in db.session().scalars(rows):
        comparison.findings.add(Code.OFFICE_NOT_GIVEN, comparison.file_of_roles, row, "role")


def leave_own_classes(staged: Table, comparison: Comparison) -> None:
    """Skip enrollments that would make the importer, or their family, a teacher of others."""
    is_changed = staged.c.state.in_([CREATED, REACTIVATED, UPDATED])
    mine = and_(
        staged.c.role == "teacher", is_changed, _is_of_household(staged.c.person_id, comparison)
    )
    for row in db.session().scalars(select(staged.c.row).where(mine).order_by(staged.c.row)):
        comparison.findings.add(Code.OFFICE_NOT_GIVEN, "enrollments.csv", row, "role")
    # A stored enrollment stays unchanged; a new one is skipped.
    left = case((staged.c.state == UPDATED, UNCHANGED), else_=SKIPPED)
    execute(update(staged).where(mine).values(state=left))


def _is_of_household(person_id: Any, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether the person is the importer, or of their household."""
    importer = comparison.importer
    if importer is None:
        return false()
    is_own: ColumnElement[bool] = person_id.in_(importer.selves | importer.household)
    return is_own


def leave_own_advisories(wanted: Table, stored: Table, comparison: Comparison) -> None:
    """Leave out the importer and their family as new advisors of an advisory."""
    is_there = exists().where(
        stored.c.advisory_id == wanted.c.advisory_id,
        stored.c.person_id == wanted.c.person_id,
        spans.is_not_over(stored.c, comparison.today),
    )
    mine = and_(_is_of_household(wanted.c.person_id, comparison), ~is_there)
    if execute(delete(wanted).where(mine)):
        comparison.findings.add(Code.OFFICE_NOT_GIVEN, "classes.csv", None)


def may_become_student(person_id: Any, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether a package may make a student of a person.

    It may not if the importer may not act on them, or if they hold an office: a student holds none.
    """
    office = cast(Table, Appointment.__table__).alias("office")
    holds_one = exists().where(
        office.c.person_id == person_id,
        office.c.role != AppointmentRole.TEACHER,
        spans.is_not_over(office.c, comparison.today),
    )
    return ~or_(holds_one, is_barred(person_id))


def may_link(person_id: Any) -> ColumnElement[bool]:
    """SQL: whether a package may make a person family of a student.

    It may not if the person holds an office that the importer may not give: nobody acts on their
    own household, so the relationship would take a power away from that person.
    """
    return ~exists().where(BARRED.c.person_id == person_id, BARRED.c.has_office)


def may_confirm(person_id: Any, student_id: Any, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether the district's setting may confirm a family relationship of this import.

    The importer's own, or one of their household, must be confirmed by another person.
    """
    return ~or_(_is_of_household(person_id, comparison), _is_of_household(student_id, comparison))
