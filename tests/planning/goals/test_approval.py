"""A plan version and its goals: approval confirms them, and the snapshot keeps their texts."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation import clock
from tests.client import Client
from tests.world import World


@pytest.fixture
def version(world: World) -> str:
    return f"/plan-versions/{world.home.student.version_id}"


def approve(student: Client, approver: Client, version: str) -> Any:
    assert student.act(version, "submit").status_code == 200
    assert approver.act(version, "approve").status_code == 200
    return json.loads(student.get(f"{version}/snapshot").data)


def test_approving_the_version_confirms_what_was_proposed_and_nothing_else(
    student: Client, advisor: Client, world: World, a_goal: Callable[..., Any], version: str
) -> None:
    paths = {
        status: a_goal(status)
        for status in ("draft", "proposed", "returned", "on_hold", "achieved")
    }
    unwanted = a_goal("proposed", proposed_outcome="dropped")
    strangers = a_goal("proposed", world.home.senior)
    approve(student, advisor, version)
    found = {status: student.read(path)["status"] for status, path in paths.items()}
    assert found == {**{status: status for status in paths}, "proposed": "active"}
    confirmed = student.read(paths["proposed"])
    assert confirmed["confirmed_by"] == str(world.home.advisor.id)
    assert confirmed["version"] == 2
    assert student.read(unwanted)["status"] == "proposed"
    assert advisor.read(strangers)["status"] == "proposed"


def test_a_counselor_who_approves_confirms_goals_with_the_version(
    client: Client, world: World, student: Client, a_goal: Callable[..., Any], version: str
) -> None:
    path = a_goal("proposed")
    approve(student, client.as_(world.home.counselor), version)
    assert student.read(path)["confirmed_by"] == str(world.home.counselor.id)


def test_the_snapshot_holds_the_words_of_confirmed_goals_and_no_progress(
    student: Client, advisor: Client, world: World, a_goal: Callable[..., Any], version: str
) -> None:
    due_on = clock.today()
    path = a_goal("proposed", measurable="Ten reports", due_on=due_on)
    a_goal("draft", title="Only a thought")
    a_goal("achieved", title="Long done")
    student.made(f"{path}/check-ins", {"percent": 40, "body": "Four read."})
    goals = approve(student, advisor, version)["goals"]
    assert [one["title"] for one in goals] == ["Shadow a nurse", "Read ten novels"]
    assert goals[1] == {
        "goal_id": path.removeprefix("/goals/"),
        "domain": "academic",
        "title": "Read ten novels",
        "specific": "",
        "measurable": "Ten reports",
        "achievable": "",
        "relevant": "",
        "due_on": due_on.isoformat(),
    }


def test_work_after_approval_leaves_the_snapshot_alone(
    student: Client, advisor: Client, world: World, version: str
) -> None:
    frozen = approve(student, advisor, version)
    path = f"/goals/{world.home.student.goal_id}"
    student.patch(path, {"title": "Shadow two nurses"})
    student.made(f"{path}/check-ins", {"percent": 90})
    assert json.loads(student.get(f"{version}/snapshot").data) == frozen
