"""Advisories: advisors and members are related while both are in one, and no longer."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import AppointmentRole, Relationship, RelationshipKind
from plp_api.people.relationships import advisories
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, appoint, person, relate, writing


@pytest.fixture
def advisory(client: Client, world: World) -> str:
    """The path of a new advisory with `other_advisor` in it."""
    registrar = client.as_(world.home.registrar)
    made = registrar.made("/advisories", {"name": "B12", "school_id": str(world.home.school_id)})
    path = f"/advisories/{made['id']}"
    registrar.made(f"{path}/advisors", {"person_id": str(world.home.other_advisor.id)})
    return path


def take_in(client: Client, world: World, advisory: str, **more: Any) -> dict[str, Any]:
    """The senior joins."""
    body = {"student_id": str(world.home.senior.id), **more}
    made: dict[str, Any] = client.as_(world.home.registrar).made(f"{advisory}/members", body)
    return made


def ties(database: Isolated, world: World) -> list[Relationship]:
    with writing(database, world.home) as session:
        rows = session.query(Relationship).filter(Relationship.advisory_id.is_not(None))
        found = list(rows.order_by(Relationship.id))
        session.expunge_all()
        return found


def test_a_member_is_advised_by_the_advisorys_advisors_until_they_leave(
    client: Client, world: World, advisory: str
) -> None:
    advisor = client.as_(world.home.other_advisor)
    path = f"/students/{world.home.senior.id}"
    assert advisor.get(path).status_code == 404
    member = take_in(client, world, advisory)
    assert member["student_name"].startswith("Senior ")
    assert advisor.get(path).status_code == 200
    registrar = client.as_(world.home.registrar)
    registrar.patch(f"/advisory-members/{member['id']}", {"ends_on": str(clock.today())})
    assert advisor.get(path).status_code == 404


def test_a_new_advisor_advises_who_is_in_already_and_no_longer_once_gone(
    client: Client, world: World, advisory: str
) -> None:
    take_in(client, world, advisory)
    registrar = client.as_(world.home.registrar)
    body = {"person_id": str(world.home.co_advisor.id), "capacity": "co"}
    made = registrar.made(f"{advisory}/advisors", body)
    advisor, path = client.as_(world.home.co_advisor), f"/students/{world.home.senior.id}"
    assert advisor.get(path).status_code == 200
    shown = registrar.read(path)["advisors"]
    assert {one["person_id"]: one["capacity"] for one in shown}[body["person_id"]] == "co"
    assert len(registrar.read(advisory)["advisors"]) == 2
    registrar.patch(f"/advisory-advisors/{made['id']}", {"ends_on": str(clock.today())})
    assert advisor.get(path).status_code == 404


def test_a_span_that_lies_ahead_ties_only_from_its_first_day(
    client: Client, world: World, database: Isolated, advisory: str
) -> None:
    ahead, end = clock.today() + timedelta(days=7), clock.today() + timedelta(days=70)
    member = take_in(client, world, advisory, starts_on=str(ahead), ends_on=str(end))
    (tie,) = ties(database, world)
    assert (tie.starts_on, tie.ends_on) == (ahead, end)
    sooner = ahead - timedelta(days=2)
    registrar = client.as_(world.home.registrar)
    registrar.patch(
        f"/advisory-members/{member['id']}", {"starts_on": str(sooner), "ends_on": None}
    )
    (tie,) = ties(database, world)
    assert (tie.starts_on, tie.ends_on) == (sooner, None)


def test_aligning_again_changes_nothing(
    client: Client, world: World, database: Isolated, advisory: str
) -> None:
    take_in(client, world, advisory)
    before = [(tie.id, tie.version) for tie in ties(database, world)]
    with writing(database, world.home):
        advisories.align([world.home.advisory_id], clock.today())
        tied_by = ties(database, world)[0].advisory_id
        assert tied_by
        advisories.align([tied_by], clock.today())
    after = [(tie.id, tie.version) for tie in ties(database, world)]
    # The world's own advisory had members and an advisor, but no relationships yet.
    assert set(before) < set(after)
    assert len(after) == len(before) + 1


def test_a_suppressed_tie_is_not_made_again(
    client: Client, world: World, database: Isolated, advisory: str
) -> None:
    take_in(client, world, advisory)
    (tie,) = ties(database, world)
    registrar = client.as_(world.home.registrar)
    registrar.act(f"/relationships/{tie.id}", "suppress")
    registrar.made(f"{advisory}/advisors", {"person_id": str(world.home.case_manager.id)})
    advisor = client.as_(world.home.other_advisor)
    assert advisor.get(f"/students/{world.home.senior.id}").status_code == 404
    assert len(ties(database, world)) == 2


def test_the_dates_of_such_a_tie_follow_the_advisory_alone(
    client: Client, world: World, database: Isolated, advisory: str
) -> None:
    take_in(client, world, advisory)
    (tie,) = ties(database, world)
    registrar = client.as_(world.home.registrar)
    path = f"/relationships/{tie.id}"
    today = str(clock.today())
    assert code(registrar.patch(path, {"ends_on": today})) == "action_unavailable"
    assert code(registrar.act(path, "end")) == "action_unavailable"
    assert "end" not in registrar.read(path)["available_actions"]


def test_everybody_is_in_an_advisory_once_at_a_time(
    client: Client, world: World, advisory: str
) -> None:
    take_in(client, world, advisory)
    registrar = client.as_(world.home.registrar)
    member, advisor = (
        {"student_id": str(world.home.senior.id)},
        {"person_id": str(world.home.other_advisor.id)},
    )
    assert code(registrar.post(f"{advisory}/members", member)) == "record_duplicate"
    assert code(registrar.post(f"{advisory}/advisors", advisor)) == "record_duplicate"


def test_members_and_advisors_are_of_the_district_and_within_reach(
    client: Client, world: World, advisory: str
) -> None:
    registrar = client.as_(world.home.registrar)
    for student in (world.away.student, world.home.other_student):
        refused = registrar.post(f"{advisory}/members", {"student_id": str(student.id)})
        assert pointers(refused) == {"/student_id"}
    foreign = {"person_id": str(world.away.advisor.id)}
    assert pointers(registrar.post(f"{advisory}/advisors", foreign)) == {"/person_id"}
    student = {"person_id": str(world.home.senior.id)}
    assert code(registrar.post(f"{advisory}/advisors", student)) == "person_is_student"
    own = {"person_id": str(world.home.registrar.id)}
    assert registrar.post(f"{advisory}/advisors", own).status_code == 403


def test_a_student_finds_their_own_advisory_and_no_other(
    client: Client, world: World, advisory: str
) -> None:
    student = client.as_(world.home.student)
    (own,) = student.read("/advisories")["items"]
    assert own["id"] == str(world.home.advisory_id)
    assert student.get(advisory).status_code == 404
    members = student.read(f"/advisories/{world.home.advisory_id}/members")["items"]
    assert [one["student_id"] for one in members] == [str(world.home.student.id)]
    assert client.as_(world.home.parent).get("/advisories").status_code == 403


def test_an_advisor_sees_of_an_advisory_the_members_they_reach(
    client: Client, world: World, advisory: str
) -> None:
    take_in(client, world, advisory)
    outsider = client.as_(world.home.case_manager)
    assert outsider.read(f"{advisory}/members")["items"] == []
    assert len(client.as_(world.home.other_advisor).read(f"{advisory}/members")["items"]) == 1


def test_a_registrar_writes_the_advisories_of_their_own_school(
    client: Client, world: World, advisory: str
) -> None:
    registrar = client.as_(world.home.registrar)
    elsewhere = {"name": "C1", "school_id": str(world.home.other_school_id)}
    assert registrar.post("/advisories", elsewhere).status_code == 403
    assert client.as_(world.home.other_school_admin).patch(advisory, {"name": "X"}).status_code == (
        403
    )
    assert registrar.patch(advisory, {"is_active": False}).json["is_active"] is False
    assert registrar.read("/advisories?is_active=false")["items"][0]["name"] == "B12"


def test_a_registrar_does_not_assign_their_own_child(
    client: Client, world: World, database: Isolated, advisory: str
) -> None:
    with writing(database, world.home) as session:
        clerk = person(session, world.home, "clerk_parent")
        appoint(session, world.home, clerk, AppointmentRole.REGISTRAR, world.home.school_id)
        relate(session, world.home, clerk, world.home.senior, RelationshipKind.PARENT)
    body = {"student_id": str(world.home.senior.id)}
    assert code(client.as_(clerk).post(f"{advisory}/members", body)) == "actor_is_family"
