"""Students for whom there is no parent to sign."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import AppointmentRole, Relationship
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.planning.signatures.conftest import refusal
from tests.world import World, appoint, writing


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}/signature-waivers"


def test_in_state_custody_no_parent_is_waited_for(
    client: Client,
    world: World,
    path: str,
    sign: Callable[..., Any],
    status: Callable[..., Any],
    state: Callable[..., Any],
) -> None:
    sign(world.home.student)
    assert (status(), state()[0]) == ("open", "pending")
    made = client.as_(world.home.counselor).made(path, {"reason": "state_custody"})
    assert made["starts_on"] == clock.today().isoformat()
    assert (status(), state()[0]) == ("not_applicable", "complete")


@pytest.mark.parametrize("reason", ["unaccompanied", "emancipated", "no_parent_reachable"])
def test_reasons_come_from_a_closed_list(
    client: Client, world: World, path: str, reason: str, status: Callable[..., Any]
) -> None:
    admin = client.as_(world.home.school_admin)
    assert pointers(admin.post(path, {"reason": "bad_parent"})) == {"/reason"}
    assert admin.post(path, {"reason": reason}).status_code == 201
    assert status() == "not_applicable"


def test_a_missing_parent_bars_a_student_from_nothing(
    client: Client,
    world: World,
    database: Isolated,
    status: Callable[..., Any],
    state: Callable[..., Any],
    sign: Callable[..., Any],
) -> None:
    with writing(database, world.home) as session:
        session.query(Relationship).filter_by(
            student_id=world.home.student.id, kind="parent"
        ).delete()
    assert sign(world.home.student).status_code == 201
    assert (status(), state()[0]) == ("open", "pending")


def test_when_it_ends_a_parent_is_asked_again(
    client: Client, world: World, path: str, status: Callable[..., Any]
) -> None:
    counselor = client.as_(world.home.counselor)
    made = counselor.made(path, {"reason": "state_custody"})
    tomorrow = clock.today() + timedelta(days=1)
    ended = counselor.patch(f"/signature-waivers/{made['id']}", {"ends_on": tomorrow.isoformat()})
    assert ended.status_code == 200
    assert status() == "not_applicable"
    with time_machine.travel(f"{tomorrow}T17:00:00Z"):
        assert status() == "open"


def test_one_set_by_mistake_ends_on_its_first_day(
    client: Client, world: World, path: str, status: Callable[..., Any]
) -> None:
    counselor = client.as_(world.home.counselor)
    made = counselor.made(path, {"reason": "unaccompanied"})
    counselor.patch(f"/signature-waivers/{made['id']}", {"ends_on": made["starts_on"]})
    assert status() == "open"
    before = (clock.today() - timedelta(days=1)).isoformat()
    refused = counselor.patch(f"/signature-waivers/{made['id']}", {"ends_on": before})
    assert (refused.status_code, pointers(refused)) == (422, {"/ends_on"})


def test_the_reason_stands_nowhere_a_family_or_any_other_reads(
    client: Client, world: World, path: str, version: dict[str, Any]
) -> None:
    body = {"reason": "state_custody", "note": "Lives with the Harpers."}
    made = client.as_(world.home.counselor).made(path, body)
    plan = f"/plans/{world.home.student.plan_id}"
    reads = (
        f"/plan-versions/{version['id']}/signatures",
        f"/plan-versions/{version['id']}",
        f"{plan}?expand=goals,sections,signatures,profile_entries",
        "/plans",
        "/reviews",
        f"/students/{world.home.student.id}",
    )
    for name in ("student", "parent", "advisor", "registrar", "auditor"):
        somebody = client.as_(getattr(world.home, name))
        assert somebody.get(f"/signature-waivers/{made['id']}").status_code == 404, name
        for one in reads:
            told = somebody.get(one).get_data(as_text=True)
            assert "state_custody" not in told, (name, one)
            assert "Harpers" not in told, (name, one)
    events = client.as_(world.home.district_admin).get("/events").get_data(as_text=True)
    assert "state_custody" not in events


def test_staff_set_none_for_their_own_child(
    client: Client, world: World, database: Isolated, path: str
) -> None:
    with writing(database, world.home) as session:
        appoint(
            session,
            world.home,
            world.home.inspecting_parent,
            AppointmentRole.COUNSELOR,
            world.home.school_id,
        )
    refused = client.as_(world.home.inspecting_parent).post(path, {"reason": "emancipated"})
    assert refusal(refused) == (409, "actor_is_family")


def test_a_parent_who_signs_all_the_same_has_signed(
    client: Client, world: World, path: str, sign: Callable[..., Any], status: Callable[..., Any]
) -> None:
    client.as_(world.home.counselor).made(path, {"reason": "no_parent_reachable"})
    assert sign(world.home.parent).status_code == 201
    assert status() == "signed"


def test_a_reader_of_the_plan_learns_that_it_changed(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    student = client.as_(world.home.student)
    plan = f"/plans/{world.home.student.plan_id}"
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id)
    before = student.etag(plan)
    client.as_(world.home.counselor).made(path, {"reason": "state_custody"})
    assert student.etag(plan) != before
