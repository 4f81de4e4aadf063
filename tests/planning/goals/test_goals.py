"""Writing goals: what is stored, what is refused, and when a goal can still be deleted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.goals.models import GoalStep
from plp_api.planning.plans.models import Plan, PlanStatus
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing

SMART = {
    "domain": "career",
    "title": "Shadow a nurse",
    "specific": "Two days at the clinic in town",
    "measurable": "A page of notes for each",
    "achievable": "My aunt works there",
    "relevant": "Is nursing for me?",
    "due_on": (clock.today() + timedelta(days=90)).isoformat(),
}
ENDED = ["achieved", "partly_met", "not_met", "dropped", "carried_forward"]
NOT_ENDED = ["draft", "proposed", "returned", "active", "on_hold"]


@pytest.fixture
def goals(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}/goals"


def close_plan(database: Isolated, world: World) -> None:
    with writing(database, world.home) as session:
        session.get(Plan, world.home.student.plan_id).status = PlanStatus.WITHDRAWN


def test_a_student_writes_a_goal_as_a_draft(student: Client, goals: str) -> None:
    made = student.made(goals, SMART)
    assert {name: made[name] for name in SMART} == SMART
    assert (made["status"], made["progress_percent"]) == ("draft", None)


def test_a_goal_is_found_where_the_answer_says(student: Client, goals: str) -> None:
    answer = student.post(goals, {"domain": "civic", "title": "Vote"})
    assert answer.headers["Location"] == f"/api/v1/goals/{answer.json['id']}"
    assert student.read(f"/goals/{answer.json['id']}") == answer.json
    assert student.etag(f"/goals/{answer.json['id']}").strip('"').startswith("1.")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": None}, "/title"),
        ({"specific": "x" * 2001}, "/specific"),
        ({"specific": None}, "/specific"),
        ({"measurable": "a\x00b"}, "/measurable"),
        ({"domain": "sports"}, "/domain"),
        ({"due_on": "soon"}, "/due_on"),
        ({"due_on": "1999-12-31"}, "/due_on"),
        ({"due_on": (clock.today() + timedelta(days=3700)).isoformat()}, "/due_on"),
        ({"status": "active"}, "/status"),
        ({"progress_percent": 100}, "/progress_percent"),
        ({"confirmed_by": None}, "/confirmed_by"),
    ],
)
def test_what_is_wrong_with_a_goal_is_named(
    student: Client, goals: str, a_goal: Callable[..., Any], changed: dict[str, Any], pointer: str
) -> None:
    added = student.post(goals, {**SMART, **changed})
    revised = student.patch(a_goal("draft"), changed)
    assert (added.status_code, pointers(added)) == (422, {pointer})
    assert (revised.status_code, pointers(revised)) == (422, {pointer})


def test_a_goal_needs_a_domain_and_a_title(student: Client, goals: str) -> None:
    assert pointers(student.post(goals, {})) == {"/domain", "/title"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("parent", 403),
        ("advisor", 403),
        ("counselor", 403),
        ("registrar", 403),
        ("teacher", 404),  # This caller reads goals, but not the plan in the address.
        ("other_student", 404),
        ("other_advisor", 404),
    ],
)
def test_only_the_student_writes_goals(
    client: Client, world: World, goals: str, name: str, wanted: int
) -> None:
    assert client.as_(getattr(world.home, name)).post(goals, SMART).status_code == wanted


def test_nobody_writes_in_another_district(client: Client, world: World, goals: str) -> None:
    assert client.as_(world.away.student).post(goals, SMART).status_code == 404


@pytest.mark.parametrize("name", ["parent", "advisor", "teacher", "counselor", "elo_coordinator"])
def test_whoever_may_read_goals_reads_a_draft_too(
    client: Client, world: World, a_goal: Callable[..., Any], name: str
) -> None:
    path = a_goal("draft")
    assert client.as_(getattr(world.home, name)).read(path)["title"] == "Read ten novels"


def test_a_district_admin_reads_a_goal_and_what_hangs_off_it_for_a_stated_reason(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/goals/{world.home.student.goal_id}"
    parts = (f"{path}/steps", f"{path}/check-ins", f"{path}/comments")
    assert code(admin.get(path)) == "reason_required"
    reason = {"X-Access-Reason": "A complaint of 3 March"}
    assert admin.get(path, headers=reason).status_code == 200
    for part in (*parts, f"/plans/{world.home.student.plan_id}/goals"):
        assert len(admin.get(part, headers=reason).json["items"]) == 1, part
    assert admin.get("/goals", headers=reason).json["items"] == []


@pytest.mark.parametrize("status", NOT_ENDED)
def test_a_goal_is_revised_until_it_has_ended(
    student: Client, a_goal: Callable[..., Any], status: str
) -> None:
    path = a_goal(status, due_on=clock.today())
    revised = student.patch(path, {"title": "Read eleven", "due_on": None}).json
    assert (revised["title"], revised["due_on"]) == ("Read eleven", None)
    assert (revised["status"], revised["version"]) == (status, 2)


@pytest.mark.parametrize("status", ENDED)
def test_a_goal_that_has_ended_is_closed(
    student: Client, a_goal: Callable[..., Any], status: str
) -> None:
    path = a_goal(status)
    for refused in (
        student.patch(path, {"title": "Read eleven"}),
        student.delete(path),
        student.post(f"{path}/steps", {"title": "One more"}),
        student.post(f"{path}/check-ins", {"percent": 100}),
    ):
        assert (refused.status_code, code(refused)) == (409, "goal_closed")


def test_a_goal_of_a_closed_plan_is_closed(
    student: Client, database: Isolated, world: World, goals: str
) -> None:
    path = f"/goals/{world.home.student.goal_id}"
    close_plan(database, world)
    for refused in (
        student.post(goals, SMART),
        student.patch(path, {"title": "Later"}),
        student.post(f"{path}/check-ins", {"percent": 100}),
        student.patch(f"/goal-steps/{world.home.student.step_id}", {"title": "Later"}),
    ):
        assert (refused.status_code, code(refused)) == (409, "plan_closed")


def test_a_goal_is_only_revised_as_it_was_read(student: Client, a_goal: Callable[..., Any]) -> None:
    path = a_goal("draft")
    etag = student.etag(path)
    assert student.patch(path, {"title": "Mine"}, etag).status_code == 200
    stale = student.patch(path, {"title": "Also mine"}, etag)
    missing = student.send("PATCH", path, json={"title": "Also mine"})
    assert (stale.status_code, missing.status_code) == (412, 428)
    assert student.read(path)["title"] == "Mine"


def test_revising_nothing_changes_nothing(student: Client, a_goal: Callable[..., Any]) -> None:
    path = a_goal("active")
    assert student.patch(path, {"title": "Read ten novels"}).json["version"] == 1


def test_an_event_names_the_fields_that_were_revised_and_none_of_the_words(
    student: Client, database: Isolated, world: World, a_goal: Callable[..., Any]
) -> None:
    student.patch(a_goal("active"), {"title": "Read eleven", "specific": "Long ones"})
    with writing(database, world.home) as session:
        event = session.query(Event).filter_by(type="goal.revised").one()
        assert event.payload == {"fields": ["specific", "title"], "status": "active"}


def test_a_draft_that_nobody_relied_on_is_deleted_with_its_steps(
    student: Client, database: Isolated, world: World, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("draft")
    step = student.made(f"{path}/steps", {"title": "Borrow"})
    assert student.delete(path).status_code == 204
    assert student.get(path).status_code == 404
    assert student.get(f"/goal-steps/{step['id']}").status_code == 404
    with writing(database, world.home) as session:
        assert session.query(GoalStep).filter_by(title="Borrow").count() == 0


@pytest.mark.parametrize("status", ["proposed", "returned", "active", "on_hold"])
def test_a_goal_that_was_proposed_is_not_deleted(
    student: Client, a_goal: Callable[..., Any], status: str
) -> None:
    path = a_goal(status)
    refused = student.delete(path)
    assert (refused.status_code, code(refused)) == (409, "goal_relied_on")
    assert student.get(path).status_code == 200


def test_a_draft_that_was_commented_on_is_not_deleted(
    student: Client, advisor: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("draft")
    advisor.made(f"{path}/comments", {"body": "A fine idea."})
    assert code(student.delete(path)) == "goal_relied_on"
    dropped = student.act(path, "propose_outcome", outcome="dropped", reflection="Not now.")
    assert dropped.json["proposed_outcome"] == "dropped"


def test_deleting_needs_the_version_that_was_read(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("draft")
    missing = student.send("DELETE", path)
    stale = student.send("DELETE", path, headers={"If-Match": '"9"'})
    assert (missing.status_code, stale.status_code) == (428, 412)


def test_a_goal_sent_twice_under_one_key_is_added_once(student: Client, goals: str) -> None:
    key = {"Idempotency-Key": "a goal, from my phone"}
    first, second = (student.post(goals, SMART, headers=key) for _ in range(2))
    assert first.json["id"] == second.json["id"]
    assert len(student.read(goals)["items"]) == 2


def test_a_parents_order_that_denies_goals_hides_them(
    client: Client, world: World, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("active")
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"goals"})
    parent = client.as_(world.home.parent)
    assert parent.get(path).status_code == 404
    assert parent.read("/goals")["items"] == []
    assert parent.get(f"/comments/{world.home.student.comment_id}").status_code == 404
