"""A school registrar's September on the demo district: who can be invited, and how."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import clock, db, migrating
from plp_api.foundation import settings as settings_module
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import powers
from plp_api.foundation.access.powers import Act
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.models import District, Person, School, Student
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Relationship,
    RelationshipKind,
)
from plp_api.server.demo import loading
from tests.databases import SECRET

SEPTEMBER = "2026-09-15T15:00:00Z"
PRINTED, MAILED, DISTRICTS = "printed or mailed", "mailed only", "the district's"


@pytest.fixture
def demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[db.Database]:
    """The demo districts in a database of their own."""
    url = f"sqlite:///{tmp_path}/demo.sqlite"
    settings = settings_module.Settings("development", tmp_path, url, url, SECRET)
    migrating.upgrade(settings)
    with time_machine.travel(SEPTEMBER):
        with settings_module.using(settings):
            loading.load(settings)
        capsys.readouterr()
        database = db.Database(url)
        yield database
        database.dispose()


def registrar_of(session: Any, school: School) -> Access:
    """A person of the district office, appointed registrar of one school."""
    somebody = Person(
        id=db.new_id(), district_id=school.district_id, given_name="Rae", family_name="Gist"
    )
    session.add(somebody)
    session.flush()
    session.add(
        Appointment(
            district_id=school.district_id,
            person_id=somebody.id,
            school_id=school.id,
            role=AppointmentRole.REGISTRAR,
            starts_on=clock.today(),
        )
    )
    session.flush()
    return Access(callers.absent(somebody, session.get(District, school.district_id).today))


def families(session: Any, district_id: UUID) -> dict[UUID, set[UUID | None]]:
    """The schools of each parent's children, computed without access code."""
    ties = select(Relationship.person_id, Student.plan_home_school_id).join(
        Student, Student.id == Relationship.student_id
    )
    ours = ties.where(
        Relationship.district_id == district_id,
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status != "suppressed",
        Relationship.ends_on.is_(None),
    )
    found: defaultdict[UUID, set[UUID | None]] = defaultdict(set)
    for person_id, school_id in session.execute(ours):
        found[person_id].add(school_id)
    return found


def how(acts: frozenset[Act]) -> str:
    if Act.TAKE_CODE in acts:
        return PRINTED
    return MAILED if Act.MAIL_CODE in acts else DISTRICTS


def test_a_registrar_invites_their_school_and_a_sibling_elsewhere_by_mail_alone(
    demo: db.Database,
) -> None:
    with demo.transaction() as session:
        school = session.scalars(select(School).where(School.name.like("%Union High%"))).one()
        access = registrar_of(session, school)
        parents = families(session, school.district_id)
        people = {
            one.id: one for one in session.query(Person).filter_by(district_id=school.district_id)
        }
        homes = {one.id: one.plan_home_school_id for one in session.query(Student)}
        holdings = powers.look_up(access, people)
        found = {one: how(powers.allowed(access, holdings[one])) for one in people}
        own = {one for one in people if homes.get(one) == school.id}
        for person_id, schools in parents.items():
            wanted = PRINTED if schools == {school.id} else MAILED
            if not holdings[person_id].has_office:
                assert found[person_id] == (wanted if school.id in schools else DISTRICTS)
        related = {one for one, schools in parents.items() if school.id in schools}
        staff = people.keys() - homes.keys() - parents.keys()
        reached = {one for one in related if people[one].email}
    assert count(found, own) == {PRINTED: 172}
    assert count(found, related) == {PRINTED: 225, MAILED: 60}
    # Of those who can only be invited by mail, 17 have no e-mail: the district prints their codes.
    assert count(found, reached) == {PRINTED: 182, MAILED: 43}
    # The district alone invites staff of the other school, and staff with an office beside classes.
    assert count(found, staff) == {PRINTED: 19, MAILED: 3, DISTRICTS: 22}


def count(found: dict[UUID, str], among: Collection[UUID]) -> Counter[str]:
    return Counter(found[one] for one in among)
