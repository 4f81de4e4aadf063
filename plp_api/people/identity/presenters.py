"""What a caller is shown of themselves (`GET /me`), and of their sessions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import Caller, holds, selves
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    PersonStatus,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import Relationship, RelationshipStatus
from plp_api.people.identity import personal_emails
from plp_api.people.identity.models import Invitation

MOST_CHILDREN = 50
# The settings that a front end needs for its pages; all settings are at `/districts/{id}`.
SHOWN_SETTINGS = (
    "cycle_end",
    "late_entry_days",
    "deciding_parents",
    "shares_with_parents_of_dependents",
)


@dataclass(frozen=True)
class Child:
    """A student whom the caller reaches as a parent, with the name shown to the family."""

    id: UUID
    display_name: str
    grade: str | None
    school_id: UUID | None
    may_decide: bool


def describe(access: Access) -> dict[str, Any]:
    """The whole body; the number of queries does not grow with what the caller reaches."""
    caller = access.caller
    person = db.session().get_one(Person, caller.person_id)
    district = db.session().get_one(District, caller.district_id)
    student = db.session().get(Student, person.id) if caller.is_student else None
    children = _children(access)
    return {
        "person": person,
        "session_id": caller.session_id,
        "district": _district(district, access),
        "roles": sorted(caller.roles),
        "offices": _offices(caller),
        "schools": _schools(caller, student, children),
        "permissions": sorted(permission for permission in Permission if caller.may(permission)),
        "relationships": _relationships(caller),
        "student": _student(student, access),
        "personal_email": personal_emails.of(person.id) if student else None,
        "children": children,
        "codes": _codes(access),
        **_account(access),
    }


def _district(district: District, access: Access) -> dict[str, Any]:
    decided = district_settings.of(district)
    stored = district_settings.as_stored(decided)
    return {
        "id": district.id,
        "slug": district.slug,
        "name": district.name,
        "time_zone": district.time_zone,
        "today": access.caller.today,
        "cycle": asdict(decided.cycle(access.caller.today)),
        "settings": {name: stored[name] for name in SHOWN_SETTINGS},
    }


def _offices(caller: Caller) -> list[dict[str, Any]]:
    held = [(role, None) for role in caller.wide]
    held += [(role, school) for role, schools in caller.schools.items() for school in schools]  # type: ignore[misc]
    return [{"role": role, "school_id": school} for role, school in sorted(held, key=str)]


def _schools(
    caller: Caller, student: Student | None, children: Sequence[Child]
) -> Sequence[School]:
    """The schools that the rest of the body names."""
    ids = {school for schools in caller.schools.values() for school in schools}
    ids |= {child.school_id for child in children if child.school_id}
    if student and student.plan_home_school_id:
        ids.add(student.plan_home_school_id)
    if not ids:
        return []
    named = select(School).where(School.id.in_(ids)).order_by(School.name, School.id)
    return db.session().scalars(named).all()


def _relationships(caller: Caller) -> list[dict[str, Any]]:
    """The kinds of relationship confirmed and held today, each with its number of students."""
    held = (
        select(
            Relationship.kind, func.count(Relationship.student_id.distinct()).label("student_count")
        )
        .where(
            Relationship.person_id == caller.person_id,
            Relationship.status == RelationshipStatus.CONFIRMED,
            holds(Relationship),
        )
        .group_by(Relationship.kind)
        .order_by(Relationship.kind)
    )
    return [dict(row) for row in db.session().execute(held, caller.binds).mappings()]


def _student(student: Student | None, access: Access) -> dict[str, Any] | None:
    if student is None:
        return None
    return {
        "grade": student.grade,
        "school_id": student.plan_home_school_id,
        "holds_rights": student.holds_rights(access.caller.today),
    }


def _children(access: Access) -> list[Child]:
    """The students whom the caller reaches as a parent; other roles are left aside."""
    if Role.PARENT not in access.caller.roles:
        return []
    as_parent = Access(replace(access.caller, roles=frozenset({Role.PARENT}), wide=frozenset()))
    reached = as_parent.select(Student, Permission.ROSTER_READ).order_by(Student.id)
    students = as_parent.scalars(reached.limit(MOST_CHILDREN))
    as_parent.look_up(student.id for student in students)
    return [
        Child(
            student.id,
            student.person.family_display_name,
            student.grade,
            student.plan_home_school_id,
            as_parent.decides_for(student.id),
        )
        for student in students
    ]


def _codes(access: Access) -> list[dict[str, Any]]:
    """The unused one-time codes for this account that staff printed or had mailed."""
    open_codes = (
        select(
            Invitation.id,
            Invitation.is_held.label("is_printed"),
            Invitation.created_at,
            Invitation.created_by.label("created_by_id"),
            Invitation.expires_at,
            Person.display_name.label("created_by_name"),
        )
        .outerjoin(Person, Person.id == Invitation.created_by)
        .where(
            Invitation.person_id.in_(selves()),
            Invitation.district_id == access.caller.district_id,
            or_(Invitation.is_held, Invitation.created_by.is_not(None)),
            Invitation.used_at.is_(None),
            Invitation.ended_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.created_at, Invitation.id)
    )
    return [dict(row) for row in db.session().execute(open_codes, access.caller.binds).mappings()]


def _account(access: Access) -> dict[str, Any]:
    """The user name, and the account's persons in all districts (see `POST /auth/refresh`)."""
    login = db.session().get_one(LoginSession, access.caller.session_id)
    account = db.session().get_one(Account, login.account_id)
    held = select(AccountPerson).where(AccountPerson.account_id == account.id)
    links = db.session().scalars(held).all()
    db.enter(list({link.district_id for link in links} | {access.caller.district_id}))
    persons = (
        select(Person.id, Person.given_name, Person.family_name, District.id, District.name)
        .join(District, District.id == Person.district_id)
        .where(
            Person.id.in_([link.person_id for link in links]),
            Person.status == PersonStatus.ACTIVE,
        )
        .order_by(District.name, Person.id)
    )
    shown = [
        {
            "id": person_id,
            "name": f"{given} {family}",
            "district_id": district_id,
            "district_name": district,
            "is_current": person_id == access.caller.person_id,
        }
        for person_id, given, family, district_id, district in db.session().execute(persons)
    ]
    db.enter(access.caller.districts)
    return {"username": account.username, "persons": shown}


def shape_sessions(logins: list[Any], access: Access) -> None:
    """Mark the session that asks."""
    for login in logins:
        login.is_current = login.id == access.caller.session_id
