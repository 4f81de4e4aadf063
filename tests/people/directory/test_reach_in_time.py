"""Rights begin and end by date, without a job; a change of custody takes effect at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from plp_api.foundation import clock
from plp_api.foundation.access import revocation
from plp_api.foundation.audit.models import AnsweredRequest, Event
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, person, relate, writing

NEW_YORK = ZoneInfo(clock.DEFAULT_ZONE)
BIRTHDAY = datetime(2031, 3, 14, tzinfo=NEW_YORK)


@pytest.fixture
def path(database: Isolated, world: World) -> str:
    """A student who turns 18 on 14 March 2031."""
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id).born(BIRTHDAY.date().replace(year=2013))
    return f"/students/{world.home.student.id}"


def status_on(client: Client, moment: datetime, somebody: object, path: str) -> int:
    """The status of the person's request at that moment."""
    with time_machine.travel(moment, tick=False):
        return client.as_(somebody).get(path).status_code


def test_a_parents_reach_ends_with_the_eighteenth_birthday_to_the_minute(
    client: Client, world: World, path: str
) -> None:
    before, on = BIRTHDAY - timedelta(minutes=1), BIRTHDAY
    for somebody in (world.home.parent, world.home.inspecting_parent):
        assert status_on(client, before, somebody, path) == 200
        assert status_on(client, on, somebody, path) == 404
        assert status_on(client, on, somebody, f"{path}/relationships") == 404
    for somebody in (world.home.student, world.home.advisor, world.home.counselor):
        assert status_on(client, on, somebody, path) == 200


def test_the_student_holds_the_rights_from_that_day(
    client: Client, world: World, path: str
) -> None:
    for moment, expected in ((BIRTHDAY - timedelta(days=1), False), (BIRTHDAY, True)):
        with time_machine.travel(moment, tick=False):
            shown = client.as_(world.home.student).read(path)
        assert (shown["is_adult"], shown["holds_rights"]) == (expected, expected)


@pytest.mark.parametrize(
    ("basis", "shares", "expected"),
    [
        ("student_consent", False, 200),
        ("dependent", False, 404),
        ("dependent", True, 200),
        (None, True, 404),
    ],
)
def test_after_eighteen_a_parent_inspects_by_consent_or_as_a_dependents(
    client: Client,
    world: World,
    database: Isolated,
    path: str,
    basis: str | None,
    shares: bool,
    expected: int,
) -> None:
    registrar = client.as_(world.home.registrar)
    (row,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    registrar.patch(f"/relationships/{row['id']}", {"post_18_basis": basis})
    if shares:
        client.as_(world.home.district_admin).patch(
            f"/districts/{world.home.district_id}",
            {"settings": {"shares_with_parents_of_dependents": True}},
        )
    later = BIRTHDAY + timedelta(days=400)
    assert status_on(client, later, world.home.parent, path) == expected
    with time_machine.travel(later, tick=False):
        shown = client.as_(world.home.student).read(path)
    assert shown["holds_rights"] is True


def test_an_advisor_reaches_from_the_first_day_and_not_on_the_last(
    client: Client, world: World, database: Isolated, path: str
) -> None:
    today = clock.today()
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.other_advisor,
            world.home.student,
            RelationshipKind.ADVISOR,
            starts_on=today + timedelta(days=10),
            ends_on=today + timedelta(days=20),
        )
    noon = datetime.combine(today, datetime.min.time(), NEW_YORK) + timedelta(hours=12)
    for days, expected in ((9, 404), (10, 200), (19, 200), (20, 404)):
        moment = noon + timedelta(days=days)
        assert status_on(client, moment, world.home.other_advisor, path) == expected, days


# Custody.


@pytest.fixture
def withdrawn() -> Iterator[list[tuple[object, object]]]:
    """The pairs (person, student) whose links or codes an area was told to withdraw."""
    told: list[tuple[object, object]] = []

    def withdraw(person_id: object, student_id: object) -> None:
        told.append((person_id, student_id))

    revocation.ON_REVOKED.append(withdraw)
    yield told
    revocation.ON_REVOKED.remove(withdraw)


def test_a_change_of_custody_ends_reach_at_once(
    client: Client,
    world: World,
    database: Isolated,
    path: str,
    withdrawn: list[tuple[object, object]],
) -> None:
    home = world.home
    parent, registrar = client.as_(home.parent), client.as_(home.registrar)
    with writing(database, home) as session:
        session.add(
            AnsweredRequest(
                person_id=home.parent.id,
                key="k",
                route="POST /x",
                fingerprint="-",
                status=201,
                headers={},
                body="{}",
            )
        )
        second = relate(
            session, home, home.parent, home.student, RelationshipKind.PARENT, may_inspect=True
        ).id
    assert parent.get(path).status_code == 200
    rows = registrar.read(f"{path}/relationships?person_id={home.parent.id}")["items"]
    first = next(row for row in rows if row["id"] != str(second))
    ended = registrar.act(f"/relationships/{first['id']}", "end").json
    assert ended["ends_on"] == str(clock.today())
    assert parent.get(path).status_code == 404
    assert withdrawn == [(home.parent.id, home.student.id)]
    with writing(database, home) as session:
        assert session.get(Relationship, second).ends_on == clock.today()
        kept = select(func.count()).select_from(AnsweredRequest)
        assert session.scalar(kept.where(AnsweredRequest.person_id == home.parent.id)) == 0
        (event,) = session.scalars(select(Event).where(Event.type == "reach.revoked"))
        assert (event.student_id, event.actor_id) == (home.student.id, home.registrar.id)
        assert event.payload == {"person_id": str(home.parent.id)}


def test_taking_a_right_away_recalls_what_was_issued_and_giving_one_does_not(
    client: Client, world: World, path: str, withdrawn: list[tuple[object, object]]
) -> None:
    registrar = client.as_(world.home.registrar)
    (row,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    link = f"/relationships/{row['id']}"
    registrar.patch(link, {"basis": "Agreement of the parents"})
    registrar.patch(link, {"post_18_basis": "student_consent"})
    assert withdrawn == []
    registrar.patch(link, {"denied": ["goals"]})
    registrar.patch(link, {"denied": []})
    assert len(withdrawn) == 1
    registrar.patch(link, {"may_decide": False, "may_inspect": False})
    assert len(withdrawn) == 2
    assert client.as_(world.home.parent).get(path).status_code == 404


def test_an_end_that_lies_ahead_lets_reach_run_out_by_itself(
    client: Client, world: World, path: str, withdrawn: list[tuple[object, object]]
) -> None:
    registrar = client.as_(world.home.registrar)
    (row,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    in_a_week = clock.today() + timedelta(days=7)
    registrar.act(f"/relationships/{row['id']}", "end", ends_on=str(in_a_week))
    assert withdrawn == []
    assert client.as_(world.home.parent).get(path).status_code == 200
    moment = datetime.combine(in_a_week, datetime.min.time(), NEW_YORK)
    assert status_on(client, moment, world.home.parent, path) == 404


def test_a_district_decides_by_its_own_midnight(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        district = session.get(District, world.home.district_id)
        moment = datetime(2031, 1, 1, 4, 30, tzinfo=ZoneInfo("UTC"))
        with time_machine.travel(moment, tick=False):
            assert district.today.isoformat() == "2030-12-31"
            district.time_zone = "UTC"
            assert district.today.isoformat() == "2031-01-01"
        person(session, world.home, "nobody_in_particular")
