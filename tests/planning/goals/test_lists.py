"""Lists of goals: their rows for each reader, filters, and paging."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World


def ids(page: dict[str, Any]) -> list[Any]:
    return [f"/goals/{one['id']}" for one in page["items"]]


@pytest.mark.parametrize(
    ("name", "students"),
    [
        ("student", {"student"}),
        ("parent", {"student"}),
        ("advisor", {"student", "senior"}),
        ("teacher", {"student"}),
        ("counselor", {"student", "senior", "placed"}),
        ("school_admin", {"student", "senior", "placed"}),
        ("auditor", {"student"}),
        ("denied_parent", set()),
        ("district_admin", set()),  # Single records with a stated reason; never a list.
    ],
)
def test_a_list_holds_the_goals_of_students_one_reaches(
    client: Client, world: World, name: str, students: set[Any]
) -> None:
    goals = client.as_(getattr(world.home, name)).read("/goals")["items"]
    assert {one["student_id"] for one in goals} == {
        str(getattr(world.home, one).id) for one in students
    }


def test_a_registrar_lists_no_goals(client: Client, world: World) -> None:
    assert client.as_(world.home.registrar).get("/goals").status_code == 403


def test_a_guest_student_stands_in_the_list_of_the_school_that_hosts_them(
    client: Client, world: World
) -> None:
    goals = client.as_(world.away.counselor).read("/goals")["items"]
    assert str(world.home.placed.id) in {one["student_id"] for one in goals}


def test_filters_narrow_the_list(advisor: Client, world: World, a_goal: Callable[..., Any]) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    due = a_goal("proposed", domain="civic", due_on=tomorrow, specific="The Town Meeting")
    a_goal("proposed", due_on=tomorrow + timedelta(days=30))
    waiting = a_goal("active", world.home.senior, proposed_outcome="achieved")
    for asked, wanted in (
        ("status=proposed&domain=civic", [due]),
        (f"due_by={tomorrow}", [due]),
        ("q=town meeting", [due]),
        ("q=100%", []),
        ("has_proposed_outcome=true", [waiting]),
        (f"student_id={world.home.senior.id}&status=active&q=novels", [waiting]),
        (f"plan_id={world.home.student.plan_id}&status=proposed&domain=civic", [due]),
        ("updated_since=2999-01-01T00:00:00Z", []),
    ):
        assert ids(advisor.read(f"/goals?{asked}")) == wanted, asked


@pytest.mark.parametrize("asked", ["state=active", "status=open", "due_by=soon", "sort=title"])
def test_a_mistyped_filter_is_refused(advisor: Client, asked: str) -> None:
    refused = advisor.get(f"/goals?{asked}")
    assert (refused.status_code, pointers(refused)) == (422, {asked.split("=", maxsplit=1)[0]})


@pytest.mark.parametrize("asked", ["steps?done=true", "check-ins?percent=10", "steps?sort=due_on"])
def test_a_mistyped_filter_beneath_a_goal_is_refused(
    student: Client, world: World, asked: str
) -> None:
    refused = student.get(f"/goals/{world.home.student.goal_id}/{asked}")
    assert (refused.status_code, pointers(refused)) == (
        422,
        {asked.split("?")[1].split("=", maxsplit=1)[0]},
    )


def test_steps_are_found_by_whether_they_are_done_and_when_due(
    student: Client, world: World
) -> None:
    goal = f"/goals/{world.home.student.goal_id}"
    today = clock.today().isoformat()
    student.made(f"{goal}/steps", {"title": "Call", "due_on": today})
    done = student.made(f"{goal}/steps", {"title": "Ask", "done_on": today})
    for asked, wanted in (
        ("is_done=true", ["Ask"]),
        ("is_done=false", ["Write", "Call"]),
        (f"due_by={today}&is_done=false", ["Call"]),
        (f"updated_since={done['updated_at']}", ["Ask"]),
        ("sort=-updated_at&limit=2", ["Ask", "Call"]),
    ):
        found = student.read(f"{goal}/steps?{asked}")["items"]
        assert [one["title"] for one in found] == wanted, asked


def test_check_ins_are_found_since_when_they_were_corrected(student: Client, world: World) -> None:
    path = f"/goals/{world.home.student.goal_id}/check-ins"
    [first] = student.read(path)["items"]
    second = student.made(path, {"percent": 30})
    corrected = student.patch(f"/check-ins/{first['id']}", {"percent": 20}).json
    found = student.read(f"{path}?updated_since={corrected['updated_at']}")["items"]
    assert [one["id"] for one in found] == [first["id"]]
    latest = student.read(f"{path}?sort=-updated_at")["items"]
    assert [one["id"] for one in latest] == [first["id"], second["id"]]


def test_paging_loses_nothing_while_goals_are_added(
    student: Client, world: World, a_goal: Callable[..., Any]
) -> None:
    there = {a_goal() for _ in range(7)} | {f"/goals/{world.home.student.goal_id}"}
    seen: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = student.read(f"/goals?sort=created_at&limit=3{cursor and f'&cursor={cursor}'}")
        seen += ids(page)
        cursor = page["next_cursor"]
        if len(seen) < 6:
            there.add(a_goal())
    assert len(seen) == len(set(seen))
    assert set(seen) == there


def test_a_page_takes_the_same_queries_whatever_it_holds(
    advisor: Client, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    counts = []
    for more in (1, 20):
        for _ in range(more):
            a_goal("proposed")
        with counting(database) as queries:
            advisor.read("/goals?limit=200")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7


def test_a_students_page_takes_the_same_queries_whatever_it_holds(
    student: Client, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    counts = []
    for more in (1, 20):
        for _ in range(more):
            a_goal("active", created_at=clock.now() - timedelta(days=400))
        with counting(database) as queries:
            student.read("/goals?limit=200")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7
