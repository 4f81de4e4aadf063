"""Powers over people, spelled out a second time: who may do what to whose account.

Read across: each cell holds the acts that the actor may do to the target's account: `m` have a
code mailed, `t` take a code to print, `k` change e-mail or user name (the keys), `c` correct
anything else, `r` revoke access, `a` appoint. `.` is nothing, though the target may be seen;
`-` is a target that the actor does not see; `f` is refused as the actor's own household.
"""
# ruff: noqa: E501 - a table is read across.

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from plp_api.foundation import clock
from plp_api.foundation.access.powers import Act
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.classes import Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AppointmentRole,
    ParentKind,
    Placement,
    PlacementKind,
    RelationshipKind,
    RelationshipStatus,
)
from tests.world import World, appoint, person, pupil, relate, years_ago

# The offices of each actor, by role and place; `kin` is a parent of `student` too.
ACTORS: dict[str, list[tuple[str, str | None]]] = {
    "registrar": [("registrar", "high")],
    "school_admin": [("school_admin", "high")],
    "other_registrar": [("registrar", "middle")],
    "other_school_admin": [("school_admin", "middle")],
    "wide_registrar": [("registrar", None)],
    "district_admin": [("district_admin", None)],
    "kin_registrar": [("registrar", "high")],
    "kin_admin": [("district_admin", None)],
}

# Those who are in the world of every test.
OF_THE_WORLD = ("registrar", "school_admin", "other_school_admin", "district_admin")

MATRIX = """
                    registrar school_admin other_registrar other_school_admin wide_registrar district_admin kin_registrar kin_admin
student             mtkcr.    mtkcr.       -               -                  mtkcr.         mtkcr.         f             f
other_student       -         -            mtkcr.          mtkcr.             mtkcr.         mtkcr.         -             mtkcr.
guest_student       -         -            mtkcr.          mtkcr.             mtkcr.         mtkcr.         -             mtkcr.
placed_away         mtkcr.    mtkcr.       -               -                  mtkcr.         mtkcr.         mtkcr.        mtkcr.
parent              mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         -             -
unconfirmed_parent  mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         -             -
other_parent        .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
sibling_parent      m         m            m               m                  mtkcr.         mtkcra         m             mtkcra
suppressed_parent   mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         mtkcr.        mtkcra
former_parent       mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         mtkcr.        mtkcra
guest_parent        .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
parent_of_two_districts mtkcr. mtkcra      .               .                  mtkcr.         mtkcra         mtkcr.        mtkcra
advisor             mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         mtkcr.        mtkcra
other_advisor       .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
advisory_elsewhere  .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
assigned_elsewhere  .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
assigned_to_come    .         .            mtkcr.          mtkcra             mtkcr.         mtkcra         .             mtkcra
assigned_once       mtkcr.    mtkcra       mtkcr.          mtkcra             mtkcr.         mtkcra         mtkcr.        mtkcra
teacher             mtkcr.    mtkcra       .               .                  mtkcr.         mtkcra         mtkcr.        mtkcra
teacher_of_two      m         m            m               m                  mtkcr.         mtkcra         m             mtkcra
counselor           .         mcra         .               .                  .              mtkcra         .             mtkcra
other_counselor     .         .            .               mcra               .              mtkcra         .             mtkcra
counselor_to_come   m         m            .               .                  m              mtkcra         m             mtkcra
counselor_and_parent m        m            m               m                  m              mtkcra         m             mtkcra
behind_counselor    .         mcra         .               .                  .              mtkcra         .             mtkcra
second_admin        .         .            .               .                  .              mtkcra         .             mtkcra
auditor             .         .            .               .                  .              mtkcra         .             mtkcra
nobody              mtkcr.    mtkcra       mtkcr.          mtkcra             mtkcr.         mtkcra         mtkcr.        mtkcra
oneself             c         c            c               c                  c              c              c             c
away_parent         -         -            -               -                  -              -              -             -
away_student        -         -            -               -                  -              -              -             -
"""

LETTERS = {
    "m": Act.MAIL_CODE,
    "t": Act.TAKE_CODE,
    "k": Act.CHANGE_SIGN_IN,
    "c": Act.CORRECT,
    "r": Act.REVOKE,
    "a": Act.APPOINT,
}


def cells() -> Iterator[tuple[str, str, str]]:
    """Actor, target, and the cell between them."""
    head, *lines = (line.split() for line in MATRIX.strip().splitlines())
    for target, *row in lines:
        for actor, cell in zip(head, row, strict=True):
            yield actor, target, cell


def acts(cell: str) -> set[Act]:
    """The acts that a cell names."""
    return {LETTERS[letter] for letter in cell if letter in LETTERS}


def people(world: World, actor: str) -> dict[str, Any]:
    """Everybody of the table by name."""
    named = {target: world.home.people.get(target) for _, target, _ in cells()}
    return {
        **named,
        "placed_away": world.home.placed,
        "unconfirmed_parent": world.home.relative,
        "oneself": world.home.people[actor],
        "away_parent": world.away.parent,
        "away_student": world.away.student,
    }


def school(world: World, actor: str) -> UUID:
    """A school where the actor's office is."""
    ((_, place),) = ACTORS[actor]
    return world.home.other_school_id if place == "middle" else world.home.school_id


def populate(session: Any, world: World) -> None:
    """Write those of the table whom the world lacks."""
    _actors(session, world)
    _students(session, world)
    _parents(session, world)
    _staff(session, world)
    _assigned(session, world.home)


def _actors(session: Any, world: World) -> None:
    home = world.home
    places = {"high": home.school_id, "middle": home.other_school_id, None: None}
    for name, offices in ACTORS.items():
        if name in OF_THE_WORLD:
            continue
        somebody = person(session, home, name)
        for role, place in offices:
            appoint(session, home, somebody, AppointmentRole(role), places[place])
        if name.startswith("kin"):
            _tie(session, home, somebody, home.student, ends_on=clock.today() - timedelta(days=9))


def _tie(session: Any, home: Any, somebody: Any, student: Any, **columns: Any) -> None:
    kinds = {"parent_kind": ParentKind.PARENT, "may_inspect": True, "may_decide": True}
    relate(session, home, somebody, student, RelationshipKind.PARENT, **kinds, **columns)


def _students(session: Any, world: World) -> None:
    """A student of the middle school placed with the high school."""
    home = world.home
    guest = pupil(
        session,
        home,
        "guest_student",
        grade="08",
        school_id=home.other_school_id,
        born=years_ago(13),
    )
    session.add(
        Placement(
            district_id=home.district_id,
            host_district_id=home.district_id,
            student_id=guest.id,
            school_id=home.school_id,
            kind=PlacementKind.CTE,
            starts_on=clock.today() - timedelta(days=30),
        )
    )


def _parents(session: Any, world: World) -> None:
    home = world.home
    children = {
        "other_parent": [home.other_student],
        "sibling_parent": [home.senior, home.other_student],
        "suppressed_parent": [home.senior],
        "former_parent": [home.senior],
        "guest_parent": [home.guest_student],
        "parent_of_two_districts": [home.senior],
        "counselor_and_parent": [home.senior, home.other_student],
    }
    for name, students in children.items():
        somebody = person(session, home, name)
        for student in students:
            _tie(session, home, somebody, student)
    suppressed = {"status": RelationshipStatus.SUPPRESSED}
    _tie(session, home, home.suppressed_parent, home.other_student, **suppressed)
    over = {"ends_on": clock.today() - timedelta(days=1)}
    _tie(session, home, home.former_parent, home.other_student, **over)
    elsewhere = session.get_one(AccountPerson, world.away.senior_parent.id)
    elsewhere.account_id = home.parent_of_two_districts.account_id


def _staff(session: Any, world: World) -> None:
    home, today = world.home, clock.today()
    rooms = [home.class_id, _class(session, home)]
    for name in ("teacher_of_two", "advisory_elsewhere", "nobody", "behind_counselor"):
        person(session, home, name)
    for place, room in zip((home.school_id, home.other_school_id), rooms, strict=True):
        session.add(
            Enrollment(
                district_id=home.district_id,
                school_id=place,
                class_id=room,
                person_id=home.teacher_of_two.id,
                role=EnrollmentRole.TEACHER,
                starts_on=today - timedelta(days=30),
            )
        )
    advisory = Advisory(district_id=home.district_id, school_id=home.other_school_id, name="M")
    session.add(advisory)
    session.flush()
    session.add(
        AdvisoryAdvisor(
            district_id=home.district_id,
            school_id=home.other_school_id,
            advisory_id=advisory.id,
            person_id=home.advisory_elsewhere.id,
            starts_on=today,
        )
    )
    counsels = AppointmentRole.COUNSELOR
    offices: dict[str, UUID | None]
    offices = {"other_counselor": home.other_school_id, "second_admin": None}
    for name, school_id in offices.items():
        role = AppointmentRole.DISTRICT_ADMIN if school_id is None else counsels
        appoint(session, home, person(session, home, name), role, school_id)
    appoint(session, home, home.counselor_and_parent, counsels, home.school_id)
    coming = person(session, home, "counselor_to_come")
    _tie(session, home, coming, home.senior)
    later = appoint(session, home, coming, counsels, home.other_school_id)
    later.starts_on = today + timedelta(days=30)
    session.get_one(AccountPerson, home.behind_counselor.id).account_id = home.counselor.account_id
    session.flush()


def _assigned(session: Any, home: Any) -> None:
    """People assigned to the work of a student of the middle school: today, later, no more."""
    today, ten = clock.today(), timedelta(days=10)
    spans = {
        "assigned_elsewhere": (today - ten, None),
        "assigned_to_come": (today + ten, None),
        "assigned_once": (today - ten, today),
    }
    for name, (starts_on, ends_on) in spans.items():
        session.add(
            Assignment(
                district_id=home.district_id,
                student_id=home.other_student.id,
                subject_type="elos",
                subject_id=new_id(),
                role="panel_member",
                person_id=person(session, home, name).id,
                starts_on=starts_on,
                ends_on=ends_on,
            )
        )


def _class(session: Any, home: Any) -> Any:
    room = Class(
        district_id=home.district_id, school_id=home.other_school_id, title="Art", sourced_id="a8"
    )
    session.add(room)
    session.flush()
    return room.id
