"""Steps and check-ins: a student's work on a goal, and its progress."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.planning.goals.models import CheckIn, Goal, GoalStep
from plp_api.planning.plans.models import Plan
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, long_ago, writing

TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def goal(world: World) -> str:
    """The active goal of the world, with one step and one check-in of today at 10."""
    return f"/goals/{world.home.student.goal_id}"


def titles(client: Client, goal: str) -> list[Any]:
    return [step["title"] for step in client.read(f"{goal}/steps")["items"]]


def test_steps_stand_in_the_order_in_which_they_were_added(student: Client, goal: str) -> None:
    for title in ("Call", "Go"):
        student.made(f"{goal}/steps", {"title": title})
    assert titles(student, goal) == ["Write", "Call", "Go"]


def test_a_step_is_moved_by_its_position(student: Client, goal: str) -> None:
    last = student.made(f"{goal}/steps", {"title": "Go"})
    student.made(f"{goal}/steps", {"title": "Ask", "position": 5})
    student.patch(f"/goal-steps/{last['id']}", {"position": 9})
    assert titles(student, goal) == ["Write", "Ask", "Go"]


def test_a_step_is_done_on_a_day_and_opened_again(student: Client, goal: str, world: World) -> None:
    path = f"/goal-steps/{world.home.student.step_id}"
    assert student.patch(path, {"done_on": TODAY.isoformat()}).json["done_on"] == TODAY.isoformat()
    assert student.patch(path, {"done_on": None}).json["done_on"] is None


def test_steps_are_planned_in_a_draft_but_done_only_once_it_was_proposed(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    goal = a_goal("draft")
    step = student.made(f"{goal}/steps", {"title": "Borrow"})
    done = {"done_on": TODAY.isoformat()}
    for refused in (
        student.patch(f"/goal-steps/{step['id']}", done),
        student.post(f"{goal}/steps", {"title": "Read", **done}),
        student.post(f"{goal}/check-ins", {"percent": 10}),
    ):
        assert (refused.status_code, code(refused)) == (409, "goal_not_proposed")


@pytest.mark.parametrize("status", ["proposed", "returned", "active", "on_hold"])
def test_work_is_logged_from_proposed_on(
    student: Client, a_goal: Callable[..., Any], status: str
) -> None:
    goal = a_goal(status)
    done = {"title": "Read", "done_on": TODAY.isoformat()}
    assert student.post(f"{goal}/steps", done).status_code == 201
    assert student.post(f"{goal}/check-ins", {"percent": 10}).status_code == 201
    assert student.read(goal)["progress_percent"] == 10


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"position": 0}, "/position"),
        ({"position": 1.5}, "/position"),
        ({"position": True}, "/position"),
        ({"due_on": "2199-01-01"}, "/due_on"),
        ({"done_on": (TODAY + timedelta(days=1)).isoformat()}, "/done_on"),
        ({"done_on": long_ago(201).isoformat()}, "/done_on"),
        ({"is_done": True}, "/is_done"),
    ],
)
def test_what_is_wrong_with_a_step_is_named(
    student: Client, goal: str, world: World, fields: dict[str, Any], pointer: str
) -> None:
    added = student.post(f"{goal}/steps", {"title": "Call", **fields})
    changed = student.patch(f"/goal-steps/{world.home.student.step_id}", fields)
    assert (added.status_code, pointers(added)) == (422, {pointer})
    assert (changed.status_code, pointers(changed)) == (422, {pointer})


def test_a_step_is_removed(student: Client, goal: str, world: World) -> None:
    assert student.delete(f"/goal-steps/{world.home.student.step_id}").status_code == 204
    assert titles(student, goal) == []


def test_a_check_in_is_of_today_unless_it_says_otherwise(student: Client, goal: str) -> None:
    answer = student.post(f"{goal}/check-ins", {"percent": 40, "body": "They said yes."})
    assert answer.json["checked_on"] == TODAY.isoformat()
    assert student.read(answer.headers["Location"].removeprefix("/api/v1")) == answer.json


def test_the_goal_shows_the_latest_check_in_by_day(student: Client, goal: str) -> None:
    student.made(f"{goal}/check-ins", {"percent": 60})
    student.made(f"{goal}/check-ins", {"percent": 5, "checked_on": YESTERDAY.isoformat()})
    shown = student.read(goal)
    assert (shown["progress_percent"], shown["progress_on"]) == (60, TODAY.isoformat())


def test_a_check_in_that_the_goal_shows_is_a_new_version_of_it(student: Client, goal: str) -> None:
    etag = student.etag(goal)
    student.made(f"{goal}/check-ins", {"percent": 60})
    assert student.get(goal, headers={"If-None-Match": etag}).json["progress_percent"] == 60
    assert student.patch(goal, {"title": "Old"}, etag).status_code == 412


def test_correcting_and_removing_check_ins_shows_on_the_goal(
    student: Client, goal: str, world: World
) -> None:
    earlier = {"percent": 5, "checked_on": YESTERDAY.isoformat()}
    student.made(f"{goal}/check-ins", earlier)
    latest = f"/check-ins/{world.home.student.check_in_id}"
    assert student.patch(latest, {"percent": 15}).status_code == 200
    assert student.read(goal)["progress_percent"] == 15
    assert student.delete(latest).status_code == 204
    assert student.read(goal)["progress_percent"] == 5
    assert [one["percent"] for one in student.read(f"{goal}/check-ins")["items"]] == [5]


def test_a_goal_whose_only_check_in_is_removed_shows_none(
    student: Client, goal: str, world: World
) -> None:
    student.delete(f"/check-ins/{world.home.student.check_in_id}")
    shown = student.read(goal)
    assert (shown["progress_percent"], shown["progress_on"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"percent": -1}, "/percent"),
        ({"percent": 101}, "/percent"),
        ({"percent": 12.5}, "/percent"),
        ({"percent": "fifty"}, "/percent"),
        ({"percent": None}, "/percent"),
        ({"body": "x" * 4001}, "/body"),
        ({"checked_on": (TODAY + timedelta(days=1)).isoformat()}, "/checked_on"),
        ({"checked_on": long_ago(201).isoformat()}, "/checked_on"),
        ({"author_id": "me"}, "/author_id"),
    ],
)
def test_what_is_wrong_with_a_check_in_is_named(
    student: Client, goal: str, world: World, fields: dict[str, Any], pointer: str
) -> None:
    added = student.post(f"{goal}/check-ins", {"percent": 50, **fields})
    changed = student.patch(f"/check-ins/{world.home.student.check_in_id}", fields)
    assert (added.status_code, pointers(added)) == (422, {pointer})
    assert (changed.status_code, pointers(changed)) == (422, {pointer})


def test_a_check_in_on_the_day_the_plan_was_opened_is_taken(student: Client, goal: str) -> None:
    opened_on = (TODAY - timedelta(days=200)).isoformat()
    answer = student.post(f"{goal}/check-ins", {"percent": 0, "checked_on": opened_on})
    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["parent", "advisor", "teacher", "counselor", "school_admin"])
def test_whoever_reads_the_goal_reads_the_work_and_changes_none_of_it(
    client: Client, world: World, goal: str, name: str
) -> None:
    somebody, pupil = client.as_(getattr(world.home, name)), world.home.student
    step, look = f"/goal-steps/{pupil.step_id}", f"/check-ins/{pupil.check_in_id}"
    for part in (step, look):
        assert somebody.get(part).status_code == 200
        assert somebody.patch(part, {}).status_code == 403
        assert somebody.delete(part).status_code == 403
    assert somebody.post(f"{goal}/steps", {"title": "Mine"}).status_code == 403
    assert somebody.post(f"{goal}/check-ins", {"percent": 1}).status_code == 403


@pytest.mark.parametrize("name", ["registrar", "other_advisor", "other_student", "relative"])
def test_whoever_does_not_read_the_goal_finds_no_work(
    client: Client, world: World, goal: str, name: str
) -> None:
    somebody, pupil = client.as_(getattr(world.home, name)), world.home.student
    for part in (
        f"/goal-steps/{pupil.step_id}",
        f"/check-ins/{pupil.check_in_id}",
        f"{goal}/steps",
        f"{goal}/check-ins",
    ):
        assert somebody.get(part).status_code == 404


@pytest.mark.parametrize("kind", ["step", "check_in"])
def test_work_is_only_changed_as_it_was_read(student: Client, world: World, kind: str) -> None:
    parts = {"step": "goal-steps", "check_in": "check-ins"}
    path = f"/{parts[kind]}/{getattr(world.home.student, f'{kind}_id')}"
    for method in ("PATCH", "DELETE"):
        missing = student.send(method, path, json={})
        stale = student.send(method, path, json={}, headers={"If-Match": '"9"'})
        assert (missing.status_code, stale.status_code) == (428, 412)


def test_work_stirs_the_plan_and_leaves_its_version(
    student: Client, database: Isolated, world: World, goal: str
) -> None:
    def plan() -> tuple[Any, ...]:
        with writing(database, world.home) as session:
            row = session.get(Plan, world.home.student.plan_id)
            return row.activity, row.version

    before = plan()
    student.made(f"{goal}/check-ins", {"percent": 60})
    student.made(f"{goal}/steps", {"title": "Call"})
    assert plan() == (before[0] + 2, before[1])


def test_a_check_in_takes_few_queries(student: Client, database: Isolated, goal: str) -> None:
    student.made(f"{goal}/check-ins", {"percent": 1})
    with counting(database) as queries:
        student.made(f"{goal}/check-ins", {"percent": 2})
    assert queries.count <= 9, queries.statements


@pytest.mark.parametrize(
    ("part", "model", "body"),
    [("steps", GoalStep, {"title": "Late"}), ("check-ins", CheckIn, {"percent": 99})],
)
def test_nothing_lands_on_a_goal_that_is_being_closed(
    live: Live, part: str, model: type[Any], body: dict[str, Any]
) -> None:
    """Two real requests at once: the second waits until the goal is closed, and is refused."""
    pupil = live.world.home.student
    own = {"district_id": pupil.district_id, "student_id": pupil.id}
    goal = Goal(
        id=new_id(), **own, plan_id=pupil.plan_id, status="active", domain="career", title="Weld"
    )
    goal_id = goal.id
    with writing(live.database, live.world.home) as session:
        session.add(goal)
    student = live.client.as_(pupil)
    with ThreadPoolExecutor(1) as pool:
        with writing(live.database, live.world.home) as session:
            session.get_one(Goal, goal_id).status = "achieved"
            session.flush()
            late = pool.submit(student.post, f"/goals/{goal_id}/{part}", body)
            time.sleep(0.2)
            assert not late.done()
        answer = late.result(10)
    assert (answer.status_code, code(answer)) == (409, "goal_closed")
    with writing(live.database, live.world.home) as session:
        assert session.query(model).filter_by(goal_id=goal_id).count() == 0


def test_a_check_in_takes_at_most_eight_queries(
    student: Client, database: Isolated, goal: str
) -> None:
    student.made(f"{goal}/check-ins", {"percent": 60})
    with counting(database) as queries:
        student.made(f"{goal}/check-ins", {"percent": 61})
    own = int(database.is_postgresql)  # Isolated enters no district at first.
    assert queries.count - own <= 8, queries.statements
