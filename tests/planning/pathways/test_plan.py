"""Elements in the plan: in its snapshot, for their readers, with two approvals at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import orjson
import pytest

from plp_api.planning.pathways import vouchers
from plp_api.planning.plans.models import PlanVersion
from tests.client import Client
from tests.conftest import Live
from tests.databases import Isolated
from tests.planning.pathways.conftest import School
from tests.queries import counting
from tests.world import Pupil, World, writing


def approve_version(school: School, student: Pupil) -> str:
    """Submit and approve the open version; return its address."""
    version = f"/plan-versions/{student.version_id}"
    assert school.client.as_(student).act(version, "submit").status_code == 200
    assert school.advisor.act(version, "approve").status_code == 200
    return version


def test_the_snapshot_holds_approved_elements_and_names_nobody(
    school: School, world: World, database: Isolated
) -> None:
    senior = world.home.senior
    approved = school.approved(senior, location="Online")
    enrolled = school.enrolled(senior, title="Calculus")
    school.plan(senior, title="Only planned")
    left = school.approved(senior, title="Left", funding="family")
    school.counselor.act(left, "withdraw")
    approve_version(school, senior)
    with writing(database, world.home) as session:
        snapshot = session.get(PlanVersion, senior.version_id).snapshot
    elements = orjson.loads(snapshot)["pathway_elements"]
    assert [f"/pathway-elements/{one['pathway_element_id']}" for one in elements] == [
        approved,
        enrolled,
    ]
    assert elements[0]["location"] == "Online"
    assert elements[0]["high_school_credits"] == 1
    assert "status" not in elements[0]
    assert "Dean Lu" not in snapshot
    assert "Ms. Roy" not in snapshot


def test_a_student_placed_in_a_second_district_is_read_by_its_staff(
    client: Client, world: World
) -> None:
    """A CTE student: the center's own staff read the element, and the home district approves."""
    placed = world.home.placed
    school = School(client, world.home)
    texts: dict[str, Any] = {
        "type": "cte",
        "title": "Welding",
        "provider_kind": "cte_center",
        "funding": None,
    }
    element = school.plan(placed, **texts)
    center = client.as_(world.away.counselor)
    assert center.read(element)["title"] == "Welding"
    listed = center.read("/pathway-elements?type=cte")["items"]
    assert [f"/pathway-elements/{one['id']}" for one in listed] == [element]
    assert "approve" not in center.read(element)["available_actions"]
    assert center.act(element, "approve").status_code == 409
    said = center.act(element, "record_readiness", party="provider", said_by="The center")
    assert said.json["provider_ready_by"] == "The center"
    assert school.counselor.act(element, "approve").status_code == 200
    assert client.as_(world.away.advisor).get(element).status_code == 404


def test_others_out_of_reach_find_nothing(client: Client, world: World) -> None:
    school = School(client, world.home)
    element = school.plan(world.home.senior)
    for stranger in ("student", "parent", "other_advisor", "other_school_admin", "teacher"):
        asks = client.as_(getattr(world.home, stranger))
        assert asks.get(element).status_code == 404, stranger
        ledger = asks.get(f"/students/{world.home.senior.id}/pathway-ledger")
        assert ledger.status_code == 404, stranger
    assert client.as_(world.away.district_admin).get(element).status_code == 404


def test_the_ledger_of_a_student_names_each_course(school: School, world: World) -> None:
    senior = world.home.senior
    school.enrolled(senior, title="Nursing")
    school.approved(senior, title="History", funding="district")
    school.plan(senior, title="Only planned")
    ledger = school.senior.read(f"/students/{senior.id}/pathway-ledger")
    told = {one["title"]: (one["is_counted"], one["is_before_course"]) for one in ledger["courses"]}
    assert told == {"Nursing": (True, True), "History": (False, True)}
    assert (ledger["state_funded_used"], ledger["state_funded_left"]) == (1, 1)
    assert ledger == school.registrar.read(f"/students/{senior.id}/pathway-ledger")


def test_two_approvals_at_once_do_not_pass_the_two_course_gate(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = School(live.client, live.world.home)
    senior = live.world.home.senior
    school.approved(senior)
    elements = [school.plan(senior, title=title) for title in ("Calculus", "Welding")]
    for element in elements:
        school.make_ready(element)
    people = [school.counselor, school.school_admin]
    tags = [one.etag(element) for one, element in zip(people, elements, strict=True)]
    start, count = Barrier(2), vouchers.used

    def slowly(*args: Any) -> int:
        found = count(*args)
        time.sleep(0.2)
        return found

    def approve(person: Client, element: str, tag: str) -> int:
        start.wait(5)
        return person.post(
            f"{element}/actions", {"action": "approve"}, headers={"If-Match": tag}
        ).status_code

    monkeypatch.setattr(vouchers, "used", slowly)
    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(approve, people, elements, tags)]
    assert sorted(answers) == [200, 409]


def test_a_list_takes_the_same_few_queries_whatever_its_length(
    school: School, world: World, database: Isolated
) -> None:
    counts = []
    counselor = school.counselor
    for more in (1, 6):
        for _ in range(more):
            school.plan(world.home.senior)
        with counting(database) as queries:
            counselor.read("/pathway-elements")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7, queries.statements
