"""Rights begin and end by date, in the district's own day, and nobody does anything for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.models import District, RightsTransferBasis, Student
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Placement,
    PlacementKind,
    Post18Basis,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SampledStudent,
    SchoolEnrollment,
)
from tests import databases
from tests.client import Client, code
from tests.world import Somebody, World, appoint, relate, writing

VERMONT = ZoneInfo(clock.DEFAULT_ZONE)
BIRTHDAY = date(2027, 3, 10)


@pytest.fixture
def goal(world: World) -> str:
    return f"/goals/{world.home.student.goal_id}"


@contextmanager
def on(day: date, at: time = time(12)) -> Iterator[None]:
    """Noon of the day in the district, or another moment of it."""
    with time_machine.travel(datetime.combine(day, at, VERMONT), tick=False):
        yield


def read(client: Client, person: Somebody, path: str, day: date, at: time = time(12)) -> int:
    """What the person is answered on that day. They sign in anew: tokens don't last for years."""
    with on(day, at):
        return client.as_(person).get(path).status_code


@pytest.fixture
def change(database: databases.Isolated, world: World) -> Any:
    """Changes columns of rows at home."""

    def changed(model: Any, criterion: Any, **columns: Any) -> None:
        with writing(database, world.home) as session:
            for row in session.query(model).filter(criterion):
                for name, value in columns.items():
                    setattr(row, name, value)

    return changed


@pytest.fixture
def born(database: databases.Isolated, world: World) -> Any:
    """Sets the student's birth date."""

    def set_(on: date | None) -> None:
        with writing(database, world.home) as session:
            session.get(Student, world.home.student.id).born(on)

    return set_


# The eighteenth birthday.


def test_a_parent_reads_until_the_day_before_the_birthday(
    client: Client, world: World, goal: str, born: Any
) -> None:
    born(BIRTHDAY.replace(year=2009))
    parent = world.home.parent
    before = BIRTHDAY - timedelta(days=1)
    assert read(client, parent, goal, before, time(23, 59, 59)) == 200
    assert read(client, parent, goal, BIRTHDAY, time(0)) == 404
    assert read(client, parent, goal, BIRTHDAY + timedelta(days=3650)) == 404


def test_the_day_is_the_district_s_not_greenwich_s(
    client: Client, world: World, goal: str, born: Any
) -> None:
    born(BIRTHDAY.replace(year=2009))
    already_the_birthday_in_utc = datetime(2027, 3, 10, 3, tzinfo=UTC)
    with time_machine.travel(already_the_birthday_in_utc, tick=False):
        assert client.as_(world.home.parent).get(goal).status_code == 200


def test_everything_of_the_child_closes_to_the_parent_at_once(
    client: Client, world: World, born: Any
) -> None:
    born(BIRTHDAY.replace(year=2009))
    student = world.home.student
    paths = [
        f"/goals/{student.goal_id}",
        f"/plans/{student.plan_id}",
        f"/plan-versions/{student.version_id}",
        f"/plan-versions/{student.version_id}/signatures",
        f"/reviews/{student.review_id}",
        f"/profile-entries/{student.entry_id}",
        f"/students/{student.id}",
        f"/students/{student.id}/plan",
        f"/students/{student.id}/relationships",
    ]
    for path in paths:
        assert read(client, world.home.parent, path, BIRTHDAY - timedelta(days=1)) == 200, path
        assert read(client, world.home.parent, path, BIRTHDAY) == 404, path
    with on(BIRTHDAY):
        parent = client.as_(world.home.parent)
        for path in ("/goals", "/plans", "/plan-versions", "/reviews", "/students"):
            assert parent.read(path)["items"] == [], path


def test_nobody_but_the_parents_loses_anything_on_the_birthday(
    client: Client, world: World, goal: str, born: Any
) -> None:
    born(BIRTHDAY.replace(year=2009))
    for name in ("student", "advisor", "case_manager", "teacher", "counselor", "school_admin"):
        assert read(client, getattr(world.home, name), goal, BIRTHDAY) == 200, name


@pytest.mark.parametrize(
    ("birth", "last", "first"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2010, 2, 28), date(2028, 2, 27), date(2028, 2, 28)),
        (date(2010, 3, 1), date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_the_twenty_ninth_of_february_counts(
    client: Client,
    world: World,
    goal: str,
    born: Any,
    change: Any,
    birth: date,
    last: date,
    first: date,
) -> None:
    change(Relationship, Relationship.person_id == world.home.parent.id, starts_on=birth)
    born(birth)
    assert read(client, world.home.parent, goal, last) == 200
    assert read(client, world.home.parent, goal, first) == 404


def test_who_has_no_birth_date_is_a_minor(
    client: Client, world: World, goal: str, born: Any
) -> None:
    born(None)
    assert read(client, world.home.parent, goal, BIRTHDAY + timedelta(days=20_000)) == 200


@pytest.mark.parametrize(
    "basis", [RightsTransferBasis.EMANCIPATION, RightsTransferBasis.EARLY_COLLEGE]
)
def test_rights_may_move_before_the_birthday(
    client: Client, world: World, goal: str, change: Any, basis: RightsTransferBasis
) -> None:
    day = clock.today() + timedelta(days=30)
    is_student = Student.id == world.home.student.id
    change(Student, is_student, rights_transfer_basis=basis, rights_transfer_on=day)
    assert read(client, world.home.parent, goal, day - timedelta(days=1)) == 200
    assert read(client, world.home.parent, goal, day) == 404


# After it.


@pytest.mark.parametrize(
    ("basis", "is_shared", "wanted"),
    [
        (None, False, 404),
        (None, True, 404),
        (Post18Basis.STUDENT_CONSENT, False, 200),
        (Post18Basis.STUDENT_CONSENT, True, 200),
        (Post18Basis.DEPENDENT, False, 404),
        (Post18Basis.DEPENDENT, True, 200),
    ],
)
def test_a_parent_reads_on_by_consent_or_where_the_district_shares_with_parents_of_dependents(
    client: Client,
    world: World,
    change: Any,
    basis: Post18Basis | None,
    is_shared: bool,
    wanted: int,
) -> None:
    is_parent = Relationship.person_id == world.home.senior_parent.id
    change(Relationship, is_parent, post_18_basis=basis)
    settings = {"shares_with_parents_of_dependents": is_shared}
    change(District, District.id == world.home.district_id, settings=settings)
    parent = client.as_(world.home.senior_parent)
    assert parent.get(f"/goals/{world.home.senior.goal_id}").status_code == wanted
    assert len(parent.read("/goals")["items"]) == (wanted == 200)


def test_consent_to_read_is_no_right_to_sign(client: Client, world: World, change: Any) -> None:
    is_parent = Relationship.person_id == world.home.senior_parent.id
    change(Relationship, is_parent, post_18_basis=Post18Basis.STUDENT_CONSENT)
    parent = client.as_(world.home.senior_parent)
    version = f"/plan-versions/{world.home.senior.version_id}"
    assert parent.get(version).status_code == 200
    body = {"snapshot_sha256": "0" * 64, "language": "en"}
    answer = parent.post(f"{version}/signatures", body)
    assert (answer.status_code, code(answer)) == (403, "permission_denied")


def test_consent_that_ended_opens_nothing(client: Client, world: World, change: Any) -> None:
    change(
        Relationship,
        Relationship.person_id == world.home.senior_parent.id,
        post_18_basis=Post18Basis.STUDENT_CONSENT,
        ends_on=clock.today(),
    )
    path = f"/goals/{world.home.senior.goal_id}"
    assert client.as_(world.home.senior_parent).get(path).status_code == 404


# Custody.


def test_at_a_change_of_custody_one_parent_s_rights_end_and_the_other_s_begin(
    client: Client, database: databases.Isolated, world: World, goal: str, change: Any
) -> None:
    day = clock.today() + timedelta(days=10)
    home = world.home
    change(Relationship, Relationship.person_id == home.parent.id, ends_on=day)
    with writing(database, home) as session:
        relate(
            session,
            home,
            home.denied_parent,
            home.student,
            RelationshipKind.PARENT,
            parent_kind="guardian",
            may_inspect=True,
            may_decide=True,
            starts_on=day,
        )
    before = day - timedelta(days=1)
    assert [read(client, home.parent, goal, one) for one in (before, day)] == [200, 404]
    assert [read(client, home.denied_parent, goal, one) for one in (before, day)] == [404, 200]


def test_a_token_in_hand_opens_nothing_once_a_right_was_taken(
    client: Client, world: World, goal: str, change: Any
) -> None:
    parent = client.as_(world.home.parent)
    tag = parent.etag(goal)
    change(Relationship, Relationship.person_id == world.home.parent.id, may_inspect=False)
    assert parent.get(goal).status_code == 404
    assert parent.get(goal, headers={"If-None-Match": tag}).status_code == 404
    assert parent.read("/goals")["items"] == []


@pytest.mark.parametrize(
    ("denied", "closed", "open_"),
    [
        ({"goals"}, "goals", "plan-versions"),
        ({"plans"}, "plan-versions", "goals"),
        ({"goals", "plans", "reviews"}, "reviews", "students"),
    ],
)
def test_an_order_denies_kinds_of_record_and_leaves_the_others(
    client: Client, world: World, change: Any, denied: set[str], closed: str, open_: str
) -> None:
    change(Relationship, Relationship.person_id == world.home.parent.id, denied=frozenset(denied))
    student = world.home.student
    paths = {
        "goals": f"/goals/{student.goal_id}",
        "plan-versions": f"/plan-versions/{student.version_id}",
        "reviews": f"/reviews/{student.review_id}",
        "students": f"/students/{student.id}",
    }
    parent = client.as_(world.home.parent)
    assert parent.get(paths[closed]).status_code == 404
    assert parent.get(paths[open_]).status_code == 200
    assert parent.read(f"/{closed}")["items"] == []
    assert parent.read(f"/{open_}")["items"] != []


# Ties of staff.


@pytest.mark.parametrize("kind", [RelationshipKind.ADVISOR, RelationshipKind.CASE_MANAGER])
def test_a_tie_holds_from_its_first_day_to_the_day_before_its_end(
    client: Client,
    database: databases.Isolated,
    world: World,
    goal: str,
    kind: RelationshipKind,
) -> None:
    first, end = BIRTHDAY, BIRTHDAY + timedelta(days=5)
    somebody = world.home.other_advisor
    with writing(database, world.home) as session:
        columns = {"starts_on": first, "ends_on": end}
        relate(session, world.home, somebody, world.home.student, kind, **columns)
    days = {first - timedelta(days=1): 404, first: 200, end - timedelta(days=1): 200, end: 404}
    assert {day: read(client, somebody, goal, day) for day in days} == days


@pytest.mark.parametrize("status", [RelationshipStatus.UNCONFIRMED, RelationshipStatus.SUPPRESSED])
@pytest.mark.parametrize("kind", RelationshipKind)
def test_a_tie_that_nobody_confirmed_reaches_nothing_ever(
    client: Client,
    database: databases.Isolated,
    world: World,
    goal: str,
    kind: RelationshipKind,
    status: RelationshipStatus,
) -> None:
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.relative,
            world.home.student,
            kind,
            status=status,
            may_inspect=True,
            may_decide=True,
        )
    for day in (clock.today(), BIRTHDAY, BIRTHDAY + timedelta(days=4000)):
        assert read(client, world.home.relative, goal, day) == 404


@pytest.mark.parametrize(
    ("role", "school"),
    [
        (AppointmentRole.COUNSELOR, "school_id"),
        (AppointmentRole.SCHOOL_ADMIN, "school_id"),
        (AppointmentRole.ELO_COORDINATOR, "school_id"),
    ],
)
def test_an_office_is_held_from_its_first_day_to_the_day_before_its_end(
    client: Client,
    database: databases.Isolated,
    world: World,
    goal: str,
    role: AppointmentRole,
    school: str,
) -> None:
    first, end = BIRTHDAY, BIRTHDAY + timedelta(days=5)
    somebody = world.home.relative
    with writing(database, world.home) as session:
        row = appoint(session, world.home, somebody, role, getattr(world.home, school))
        row.starts_on, row.ends_on = first, end
    days = {first - timedelta(days=1): 404, first: 200, end - timedelta(days=1): 200, end: 404}
    assert {day: read(client, somebody, goal, day) for day in days} == days


def test_a_class_is_taught_and_attended_by_date(
    client: Client, world: World, goal: str, change: Any
) -> None:
    teacher, student = world.home.teacher, world.home.student
    first, left, end = (BIRTHDAY + timedelta(days=days) for days in (0, 5, 9))
    change(Enrollment, Enrollment.person_id == teacher.id, starts_on=first, ends_on=end)
    change(Enrollment, Enrollment.person_id == student.id, starts_on=date(2026, 1, 1))
    days = {first - timedelta(days=1): 404, first: 200, end - timedelta(days=1): 200, end: 404}
    assert {day: read(client, teacher, goal, day) for day in days} == days
    change(Enrollment, Enrollment.person_id == student.id, ends_on=left)
    days = {left - timedelta(days=1): 200, left: 404}
    assert {day: read(client, teacher, goal, day) for day in days} == days


def test_a_school_s_staff_reach_who_is_enrolled_there_that_day(
    client: Client, world: World, goal: str, change: Any
) -> None:
    """Its registrar and admin keep the record of who left; its counselor does not."""
    left = clock.today() + timedelta(days=20)
    is_student = SchoolEnrollment.student_id == world.home.student.id
    change(SchoolEnrollment, is_student, ends_on=left)
    path = f"/students/{world.home.student.id}"
    for name, wanted in (("counselor", 404), ("elo_coordinator", 404), ("school_admin", 200)):
        somebody = getattr(world.home, name)
        assert read(client, somebody, path, left - timedelta(days=1)) == 200, name
        assert read(client, somebody, path, left) == wanted, name


@pytest.mark.parametrize("is_in_other_district", [False, True])
def test_a_placement_gives_the_host_s_staff_reach_for_its_span(
    client: Client,
    database: databases.Isolated,
    world: World,
    goal: str,
    is_in_other_district: bool,
) -> None:
    home, host = world.home, world.away if is_in_other_district else world.home
    school = host.school_id if is_in_other_district else home.other_school_id
    somebody = host.counselor if is_in_other_district else home.other_school_admin
    first, end = BIRTHDAY, BIRTHDAY + timedelta(days=5)
    with writing(database, home) as session:
        session.add(
            Placement(
                id=new_id(),
                district_id=home.district_id,
                host_district_id=host.district_id,
                student_id=home.student.id,
                school_id=school,
                kind=PlacementKind.CTE,
                starts_on=first,
                ends_on=end,
            )
        )
    days = {first - timedelta(days=1): 404, first: 200, end - timedelta(days=1): 200, end: 404}
    assert {day: read(client, somebody, goal, day) for day in days} == days


def test_an_auditor_reads_the_sample_while_the_office_lasts(
    client: Client, world: World, goal: str, change: Any
) -> None:
    end = clock.today() + timedelta(days=9)
    auditor = world.home.auditor
    change(Appointment, Appointment.person_id == auditor.id, ends_on=end)
    days = {end - timedelta(days=1): 200, end: 404}
    assert {day: read(client, auditor, goal, day) for day in days} == days
    assert client.as_(auditor).get(f"/goals/{world.home.senior.goal_id}").status_code == 404


def test_a_sample_is_the_appointment_s_own(
    client: Client, database: databases.Isolated, world: World, goal: str
) -> None:
    """A second auditor of the district does not read the first one's sample."""
    with writing(database, world.home) as session:
        appoint(session, world.home, world.home.relative, AppointmentRole.AUDITOR, None)
        sampled = session.query(SampledStudent).filter_by(district_id=world.home.district_id)
        assert sampled.count() == 1
    second = client.as_(world.home.relative)
    assert second.get(goal).status_code == 404
    assert second.get(f"/students/{world.home.student.id}").status_code == 200


# Offices reach no further than they are.


@pytest.mark.parametrize("role", [AppointmentRole.TEACHER, AppointmentRole.REGISTRAR])
def test_an_office_at_one_school_reaches_no_other(
    client: Client, database: databases.Isolated, world: World, role: AppointmentRole
) -> None:
    with writing(database, world.home) as session:
        appoint(session, world.home, world.home.relative, role, world.home.other_school_id)
    somebody = client.as_(world.home.relative)
    assert somebody.get(f"/students/{world.home.student.id}").status_code == 404


def test_a_teacher_appointed_for_the_district_teaches_only_their_classes(
    client: Client, database: databases.Isolated, world: World, goal: str
) -> None:
    with writing(database, world.home) as session:
        appoint(session, world.home, world.home.relative, AppointmentRole.TEACHER, None)
    somebody = client.as_(world.home.relative)
    assert somebody.get(goal).status_code == 404
    assert somebody.read("/goals")["items"] == []


def test_an_admin_of_the_district_appointed_at_a_school_reaches_nobody(
    client: Client, database: databases.Isolated, world: World
) -> None:
    role = AppointmentRole.DISTRICT_ADMIN
    with writing(database, world.home) as session:
        appoint(session, world.home, world.home.relative, role, world.home.school_id)
    somebody = client.as_(world.home.relative)
    assert somebody.get(f"/students/{world.home.student.id}").status_code == 404
    assert somebody.read("/students")["items"] == []
