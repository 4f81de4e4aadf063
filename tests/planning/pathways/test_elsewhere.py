"""Courses the State paid for before the student came: recorded, marked and counted."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client, code, pointers
from tests.planning.pathways.conftest import School
from tests.planning.pathways.test_gates import refused
from tests.world import World, ahead

COURSE = {
    "title": "Introduction to Psychology",
    "provider_name": "Community College of Vermont",
    "taken_elsewhere_at": "Rutland High School",
    "source": "Transcript of 2 September",
    "result": "B+",
}


@pytest.fixture
def record(school: School, world: World) -> Callable[..., Any]:
    """Record a course of the senior, as the registrar or the given person."""

    def recording(by: str = "registrar", **texts: Any) -> Any:
        body = {**COURSE, "starts_on": ahead(-300), "ends_on": ahead(-200), **texts}
        path = f"/plans/{world.home.senior.plan_id}/courses-taken-elsewhere"
        return getattr(school, by).post(path, body)

    return recording


@pytest.fixture
def ledger(school: School, world: World) -> Callable[..., Any]:
    return lambda: school.registrar.read(f"/students/{world.home.senior.id}/pathway-ledger")


@pytest.mark.parametrize("by", ["registrar", "counselor", "school_admin"])
def test_a_course_taken_elsewhere_is_recorded_without_gates_and_marked(
    record: Callable[..., Any], ledger: Callable[..., Any], by: str
) -> None:
    made = record(by)
    assert made.status_code == 201, made.json
    assert (made.json["status"], made.json["approved_on"]) == ("completed", None)
    assert made.json["taken_elsewhere_at"] == "Rutland High School"
    assert made.json["source"] == "Transcript of 2 September"
    found = ledger()
    assert (found["state_funded_used"], found["state_funded_left"]) == (1, 1)
    (course,) = found["courses"]
    assert course["is_counted"] is True
    assert course["taken_elsewhere_at"] == "Rutland High School"


def test_it_counts_for_the_gate_of_two_courses(
    school: School, world: World, record: Callable[..., Any]
) -> None:
    senior = world.home.senior
    record()
    school.approved(senior)
    third = school.plan(senior)
    school.make_ready(third)
    answer = school.counselor.act(third, "approve")
    assert "2 are counted already" in refused(answer, "/funding", "16 V.S.A. 944")


def test_it_counts_in_the_january_report_and_is_no_course_of_this_district(
    school: School, record: Callable[..., Any]
) -> None:
    path = "/reports/dual-enrollment"
    before = school.registrar.read(path)["total"]
    record()
    after = school.registrar.read(path)["total"]
    assert after["used_1"] == before["used_1"] + 1
    assert after["courses"] == before["courses"]


def test_it_stands_in_no_version(
    client: Client, school: School, world: World, record: Callable[..., Any]
) -> None:
    record()
    senior = world.home.senior
    path = f"/plan-versions/{senior.version_id}"
    client.as_(senior).act(path, "submit")
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    assert client.as_(senior).read(f"{path}/snapshot")["pathway_elements"] == []


def test_one_still_running_is_completed_later(school: School, record: Callable[..., Any]) -> None:
    made = record(ends_on=ahead(30), result=None).json
    assert made["status"] == "enrolled"
    element = f"/pathway-elements/{made['id']}"
    assert school.registrar.act(element, "complete", result="A").json["status"] == "completed"


def test_a_mistake_is_struck_and_counts_no_more(
    school: School, world: World, record: Callable[..., Any], ledger: Callable[..., Any]
) -> None:
    element = f"/pathway-elements/{record().json['id']}"
    struck = school.registrar.act(element, "strike", comment="Of another student.")
    assert (struck.status_code, struck.json["status"]) == (200, "withdrawn")
    assert ledger()["state_funded_used"] == 0
    own = school.enrolled(world.home.senior)
    answer = school.registrar.act(own, "strike")
    assert (answer.status_code, code(answer)) == (409, "action_unavailable")


def test_what_has_not_begun_or_has_no_source_is_refused(record: Callable[..., Any]) -> None:
    assert pointers(record(starts_on=ahead(1), ends_on=ahead(90))) == {"/starts_on"}
    assert pointers(record(ends_on=ahead(-400))) == {"/ends_on"}
    assert pointers(record(source="")) == {"/source"}


def test_neither_the_student_nor_the_advisor_records_it(record: Callable[..., Any]) -> None:
    for by in ("senior", "advisor"):
        assert record(by).status_code == 403


def test_a_district_that_hosts_a_student_uses_up_none_of_their_courses(
    client: Client, world: World
) -> None:
    placed, host = world.home.placed, client.as_(world.away.counselor)
    path = f"/plans/{placed.plan_id}/courses-taken-elsewhere"
    assert host.get(f"/plans/{placed.plan_id}/pathway-elements").status_code == 200
    course = {**COURSE, "starts_on": ahead(-300), "ends_on": ahead(-200)}
    refused = host.post(path, course)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    kept = client.as_(world.home.counselor).made(path, course)
    struck = host.act(f"/pathway-elements/{kept['id']}", "strike")
    assert (struck.status_code, code(struck)) == (409, "action_unavailable")
