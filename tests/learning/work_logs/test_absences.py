"""Days on which the student is not on site, and what the office sees of off-campus times."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from plp_api.learning.elos.models import EloTime
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elo_world import Internship, transfer_out
from tests.learning.work_logs.conftest import Change
from tests.world import World, ahead, relate, writing


def test_the_coordinator_and_the_team_record_absences(
    coordinator: Client, teacher: Client, student: Client, elo: Internship
) -> None:
    path = f"{elo.path}/absences"
    first = coordinator.made(path, {"on": ahead(-2), "is_excused": True, "words": "Ill."})
    assert (first["is_excused"], first["recorded_by_name"] is None) == (True, False)
    second = teacher.made(path, {"on": ahead(5)})
    assert [one["id"] for one in student.read(path)["items"]] == [first["id"], second["id"]]
    assert student.read(f"/elo-absences/{first['id']}") == first
    shown = teacher.read("/elo-absences?is_excused=false")["items"]
    assert [one["id"] for one in shown] == [second["id"]]
    excused = coordinator.patch(f"/elo-absences/{second['id']}", {"is_excused": True}).json
    assert (excused["is_excused"], excused["version"]) == (True, 2)
    assert student.read(f"{elo.path}/hours")["absences"] == {"excused": 2, "unexcused": 0}
    assert teacher.delete(f"/elo-absences/{second['id']}").status_code == 204
    assert len(student.read(path)["items"]) == 1


def test_a_day_has_one_absence(coordinator: Client, elo: Internship) -> None:
    path = f"{elo.path}/absences"
    first = coordinator.made(path, {"on": ahead(-2)})
    refused = coordinator.post(path, {"on": ahead(-2)})
    assert (refused.status_code, code(refused)) == (409, "absence_exists")
    assert refused.json["existing"]["id"] == first["id"]
    other = coordinator.made(path, {"on": ahead(-3)})
    moved = coordinator.patch(f"/elo-absences/{other['id']}", {"on": ahead(-2)})
    assert code(moved) == "absence_exists"
    again = coordinator.patch(f"/elo-absences/{other['id']}", {"on": ahead(-3), "words": "Bus."})
    assert again.status_code == 200


@pytest.mark.parametrize("on", [ahead(-31), ahead(61)])
def test_an_absence_lies_within_the_dates_of_the_elo(
    coordinator: Client, elo: Internship, on: str
) -> None:
    assert pointers(coordinator.post(f"{elo.path}/absences", {"on": on})) == {"/on"}


def test_who_may_not_record_or_change_absences(
    client: Client,
    world: World,
    database: Isolated,
    coordinator: Client,
    elo: Internship,
    change_elo: Change,
) -> None:
    path = f"{elo.path}/absences"
    absence = f"/elo-absences/{coordinator.made(path, {'on': ahead(-2)})['id']}"
    for name in ("student", "parent", "advisor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.read(absence)["on"] == ahead(-2)
        assert reader.post(path, {"on": ahead(-3)}).status_code == 403
        assert reader.patch(absence, {"is_excused": True}).status_code == 403
        assert reader.delete(absence).status_code == 403
    change_elo(status="withdrawn")
    assert code(coordinator.post(path, {"on": ahead(-3)})) == "elo_closed"
    assert code(coordinator.delete(absence)) == "elo_closed"
    change_elo(status="design")
    assert code(coordinator.patch(absence, {"words": "x"})) == "elo_not_active"
    change_elo(status="active")
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.elo_coordinator,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )
    assert code(coordinator.post(path, {"on": ahead(-3)})) == "actor_is_family"
    assert code(coordinator.delete(absence)) == "actor_is_family"


# Off campus.


@pytest.fixture
def weekly(database: Isolated, world: World, elo: Internship) -> Internship:
    """Every day of the week from one to three, and from nine to ten on today's weekday."""
    own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
    with writing(database, world.home) as session:
        session.add_all(
            EloTime(**own, elo_id=elo.id, weekday=day, begins=780, ends=900) for day in range(1, 8)
        )
        today = clock.today().isoweekday()
        session.add(EloTime(**own, elo_id=elo.id, weekday=today, begins=540, ends=600))
    return elo


def out(reader: Client, query: str = "") -> list[Any]:
    items: list[Any] = reader.read(f"/off-campus?{query}")["items"]
    return items


@pytest.mark.parametrize("name", ["registrar", "counselor", "school_admin", "elo_coordinator"])
def test_the_office_sees_who_is_off_campus_today_when_and_where(
    client: Client, world: World, weekly: Internship, name: str
) -> None:
    morning, noon = out(client.as_(getattr(world.home, name)))
    assert (morning["begins"], noon["begins"], noon["ends"]) == (540, 780, 900)
    assert (noon["partner_name"], noon["site"]["name"]) == ("North Peak Clinic", "Main house")
    assert noon["student"]["id"] == str(world.home.student.id)
    assert (noon["on"], noon["is_absent"]) == (ahead(0), False)


def test_another_day_has_its_own_weekday_and_an_absence_shows(
    client: Client, world: World, coordinator: Client, weekly: Internship
) -> None:
    office = client.as_(world.home.registrar)
    coordinator.made(f"{weekly.path}/absences", {"on": ahead(1)})
    assert [one["is_absent"] for one in out(office, f"on={ahead(1)}")] == [True]
    assert [one["is_absent"] for one in out(office)] == [False, False]
    assert out(office, f"on={ahead(61)}") == []
    assert out(office, f"on={ahead(-31)}") == []
    assert len(out(office, f"student_id={world.home.student.id}")) == 2
    assert out(office, f"student_id={world.home.senior.id}") == []


def test_only_active_elos_send_anybody_off_campus(
    client: Client, world: World, weekly: Internship, change_elo: Change
) -> None:
    office = client.as_(world.home.registrar)
    for status in ("approved", "suspended", "evidence_complete", "terminated"):
        change_elo(status=status)
        assert out(office) == [], status
    change_elo(status="active")
    assert [one["title"] for one in out(office)] == ["Nursing at the clinic"] * 2


def test_the_office_sees_who_may_be_out_there_without_an_agreement(
    client: Client, world: World, weekly: Internship, change_elo: Change
) -> None:
    office = client.as_(world.home.registrar)
    change_elo(unagreed_until=clock.today() - timedelta(days=1))
    assert [one["is_running"] for one in out(office)] == [False, False]
    change_elo(unagreed_until=clock.today())
    assert [one["is_running"] for one in out(office)] == [True, True]


def test_nobody_whose_plan_is_closed_is_expected_off_campus(
    client: Client, world: World, weekly: Internship
) -> None:
    transfer_out(client, world.home)
    assert out(client.as_(world.home.registrar)) == []
    assert client.as_(world.home.school_admin).read(weekly.path)["is_running"] is False


def test_the_office_sees_that_an_elo_may_not_go_on_today(
    client: Client, world: World, weekly: Internship, lapsed: Change
) -> None:
    office = client.as_(world.home.registrar)
    lapsed(suspends=False)
    assert [one["is_running"] for one in out(office)] == [True, True]
    lapsed(suspends=True)
    assert [one["is_running"] for one in out(office)] == [False, False]


def test_family_and_others_get_no_list_of_who_is_away(
    client: Client, world: World, weekly: Internship, teacher: Client
) -> None:
    for name in ("student", "parent", "advisor", "teacher", "district_admin", "auditor"):
        assert client.as_(getattr(world.home, name)).get("/off-campus").status_code == 403
    assert teacher.get("/off-campus").status_code == 403
    assert out(client.as_(world.away.registrar)) == []
