"""Every kind of part goes by one mechanism: who adds, changes and deletes it, and when."""

from typing import Any

import pytest

from plp_api.learning.designs.actions import MOST_PARTS
from plp_api.learning.elos.models import Communication
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.designs.conftest import KINDS, At
from tests.queries import counting
from tests.world import World, writing

STUDENTS_OWN = sorted(KINDS.keys() - {"permissions"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_coordinator_adds_changes_and_deletes_a_part(
    coordinator: Client, internship: At, kind: str
) -> None:
    elo = internship()
    path, body, change = KINDS[kind]
    part = coordinator.made(f"{elo.path}/{kind}", body)
    assert {name: part[name] for name in body} == body
    assert part["elo_id"] == str(elo.id)
    assert coordinator.read(f"/{path}/{part['id']}") == part
    assert coordinator.read(f"{elo.path}/{kind}")["items"] == [part]
    changed = coordinator.patch(f"/{path}/{part['id']}", change).json
    assert {name: changed[name] for name in body} == {**body, **change}
    assert coordinator.delete(f"/{path}/{part['id']}").status_code == 204
    assert coordinator.read(f"{elo.path}/{kind}")["items"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_change_gives_the_elo_a_new_version(
    coordinator: Client, internship: At, kind: str
) -> None:
    elo = internship()
    path, body, change = KINDS[kind]
    versions = [coordinator.read(elo.path)["version"]]
    part = coordinator.made(f"{elo.path}/{kind}", body)
    versions.append(coordinator.read(elo.path)["version"])
    coordinator.patch(f"/{path}/{part['id']}", change)
    versions.append(coordinator.read(elo.path)["version"])
    coordinator.patch(f"/{path}/{part['id']}", change)
    assert coordinator.read(elo.path)["version"] == versions[-1], "nothing changed"
    coordinator.delete(f"/{path}/{part['id']}")
    versions.append(coordinator.read(elo.path)["version"])
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("kind", STUDENTS_OWN)
def test_a_student_designs_until_the_design_is_complete(
    student: Client, internship: At, kind: str
) -> None:
    path, body, change = KINDS[kind]
    for status in ("draft", "returned", "design"):
        elo = internship(status)
        part = student.made(f"{elo.path}/{kind}", body)
        assert student.patch(f"/{path}/{part['id']}", change).status_code == 200
    for status in ("submitted", "approved", "active"):
        response = student.post(f"{internship(status).path}/{kind}", body)
        assert (response.status_code, code(response)) == (409, "action_unavailable")


def test_a_student_records_no_permission_of_their_parents(student: Client, internship: At) -> None:
    response = student.post(f"{internship().path}/permissions", KINDS["permissions"][1])
    assert (response.status_code, code(response)) == (403, "permission_denied")


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_writes_a_part(
    client: Client, world: World, coordinator: Client, internship: At, kind: str
) -> None:
    elo = internship()
    path, body, change = KINDS[kind]
    part = coordinator.made(f"{elo.path}/{kind}", body)
    etag = coordinator.etag(f"/{path}/{part['id']}")
    readers = (world.home.parent, world.home.advisor, world.home.teacher, elo.cooperating_teacher)
    for reader in readers:
        somebody = client.as_(reader)
        assert somebody.read(f"/{path}/{part['id']}")["id"] == part["id"]
        assert somebody.post(f"{elo.path}/{kind}", body).status_code == 403
        assert somebody.patch(f"/{path}/{part['id']}", change, etag=etag).status_code == 403
    for stranger in (elo.others, world.away.elo_coordinator, world.home.other_student):
        assert client.as_(stranger).get(f"/{path}/{part['id']}").status_code == 404
        assert client.as_(stranger).get(f"{elo.path}/{kind}").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_an_elo_that_ended_keeps_its_parts(coordinator: Client, internship: At, kind: str) -> None:
    response = coordinator.post(f"{internship('withdrawn').path}/{kind}", KINDS[kind][1])
    assert (response.status_code, code(response)) == (409, "elo_closed")


def test_a_parent_does_not_read_who_gave_a_permission(
    client: Client, world: World, coordinator: Client, internship: At
) -> None:
    part = coordinator.made(f"{internship().path}/permissions", KINDS["permissions"][1])
    path = f"/elo-permissions/{part['id']}"
    assert client.as_(world.home.student).read(path)["given_by_name"] == "Ada Roy"
    for parent in (world.home.parent, world.home.inspecting_parent):
        shown = client.as_(parent).read(path)
        assert "given_by_name" not in shown
        assert shown["kind"] == "private_vehicle"


def test_an_elo_takes_so_many_parts_of_a_kind_and_no_more(
    coordinator: Client, internship: At, world: World, database: Isolated
) -> None:
    elo = internship()
    with writing(database, world.home) as session:
        own = {
            "district_id": world.home.district_id,
            "student_id": world.home.student.id,
            "elo_id": elo.id,
        }
        session.add_all(
            Communication(**own, party="Mentor", means="Visit", rhythm="Weekly")
            for _ in range(MOST_PARTS)
        )
    response = coordinator.post(f"{elo.path}/communications", KINDS["communications"][1])
    assert (response.status_code, code(response)) == (409, "elo_parts_full")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"weekday": 5, "begins": 900, "ends": 780}, "/ends"),
        ({"weekday": 5, "begins": 880, "ends": 1000}, "/begins"),
        ({"weekday": 8, "begins": 780, "ends": 900}, "/weekday"),
        ({"weekday": 1, "begins": 1000, "ends": 1500}, "/ends"),
    ],
    ids=["backwards", "overlapping", "no such day", "after midnight"],
)
def test_a_weekly_time_is_a_span_of_one_day_by_itself(
    coordinator: Client, internship: At, body: dict[str, Any], pointer: str
) -> None:
    elo = internship()
    coordinator.made(f"{elo.path}/times", KINDS["times"][1])
    response = coordinator.post(f"{elo.path}/times", body)
    assert (response.status_code, pointers(response)) == (422, {pointer})


def test_a_time_may_follow_another_and_change_itself(coordinator: Client, internship: At) -> None:
    elo = internship()
    first = coordinator.made(f"{elo.path}/times", KINDS["times"][1])
    coordinator.made(f"{elo.path}/times", {"weekday": 5, "begins": 900, "ends": 960})
    changed = coordinator.patch(f"/elo-times/{first['id']}", {"begins": 800})
    assert (changed.status_code, changed.json["begins"]) == (200, 800)
    response = coordinator.patch(f"/elo-times/{first['id']}", {"ends": 930})
    assert pointers(response) == {"/begins"}


def test_a_list_of_many_parts_takes_as_many_statements_as_one_of_few(
    coordinator: Client, internship: At, database: Isolated
) -> None:
    elo = internship()
    numbers = []
    for _ in range(2):
        coordinator.made(f"{elo.path}/benchmarks", KINDS["benchmarks"][1])
        with counting(database) as statements:
            coordinator.read(f"{elo.path}/benchmarks")
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
