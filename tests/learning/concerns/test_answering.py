"""A coordinator or principal acknowledges and closes a concern; the inbox says who must."""

from typing import Any

import pytest

from tests.client import Client, code, pointers
from tests.learning.concerns.conftest import Raise
from tests.world import World

pytestmark = pytest.mark.both_databases

OUTCOME = "The site has put a guard on the saw."


def news(reader: Client) -> list[tuple[str, str]]:
    """Kind and title of what the inbox holds about concerns."""
    items = reader.read("/me/inbox")["items"]
    return [(one["kind"], one["title"]) for one in items if one["kind"].startswith("concern_")]


def kinds(reader: Client) -> list[str]:
    return [kind for kind, _ in news(reader)]


def closed(reader: Client, path: str, outcome: str = OUTCOME) -> Any:
    answer = reader.act(path, "close", outcome=outcome)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_concern_is_acknowledged_and_closed_with_its_outcome(
    coordinator: Client, world: World, raised: Raise
) -> None:
    path = raised()
    assert coordinator.read(path)["available_actions"] == ["acknowledge"]
    assert code(coordinator.act(path, "close", outcome=OUTCOME)) == "action_unavailable"
    taken = coordinator.act(path, "acknowledge").json
    assert (taken["status"], taken["available_actions"]) == ("acknowledged", ["close"])
    assert taken["acknowledged_by"] == str(world.home.elo_coordinator.id)
    assert pointers(coordinator.act(path, "close")) == {"/outcome"}
    done = closed(coordinator, path)
    assert (done["status"], done["outcome"], done["available_actions"]) == ("closed", OUTCOME, [])
    assert code(coordinator.act(path, "close", outcome=OUTCOME)) == "action_repeated"


@pytest.mark.parametrize("name", ["counselor", "district_admin"])
def test_who_only_reads_it_does_not_answer_it(
    client: Client, world: World, raised: Raise, name: str
) -> None:
    path, reader = raised(), client.as_(getattr(world.home, name))
    assert reader.read(path)["available_actions"] == []
    refused = reader.act(path, "acknowledge")
    assert code(refused) == "permission_denied"
    assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]


def test_it_waits_for_coordinator_and_principal_at_once_without_its_words(
    coordinator: Client, principal: Client, client: Client, world: World, raised: Raise
) -> None:
    path = raised()
    for reader in (coordinator, principal):
        (item,) = reader.read("/me/inbox?kind=concern_to_acknowledge")["items"]
        assert (item["title"], item["due_on"]) == ("Concern: Nursing at the clinic", None)
        assert item["link"] == f"/api/v1{path}"
        assert item["actor_id"] == str(world.home.student.id)
    for other in (world.home.advisor, world.home.counselor, world.home.parent, world.home.student):
        assert kinds(client.as_(other)) == []


def test_an_acknowledged_one_waits_for_both_until_it_is_closed(
    coordinator: Client, principal: Client, raised: Raise
) -> None:
    path = raised()
    coordinator.act(path, "acknowledge")
    assert kinds(coordinator) == kinds(principal) == ["concern_to_close"]
    closed(coordinator, path)
    assert kinds(coordinator) == []
    # No coordinator closes a concern, which may be about them, unseen by the principal.
    assert kinds(principal) == ["concern_closed"]


def test_who_raised_it_learns_that_it_was_taken_up_and_closed_and_nothing_else(
    coordinator: Client, client: Client, world: World, student: Client, raised: Raise
) -> None:
    path = raised()
    assert kinds(student) == []
    coordinator.act(path, "acknowledge")
    (item,) = student.read("/me/inbox?kind=concern_answered")["items"]
    assert item["link"].startswith("/api/v1/elos/")
    assert item["actor_id"] == str(world.home.elo_coordinator.id)
    assert item["action"] is None
    closed(coordinator, path)
    assert kinds(student) == ["concern_answered"]
    assert OUTCOME not in student.get("/me/inbox").text
    for other in (world.home.parent, world.home.advisor):
        assert kinds(client.as_(other)) == []


def test_nobody_answers_what_they_raised(
    coordinator: Client, principal: Client, raised: Raise
) -> None:
    path = raised(by=coordinator)
    assert coordinator.read(path)["available_actions"] == []
    refused = coordinator.act(path, "acknowledge")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]
    (item,) = coordinator.read("/me/inbox?kind=concern_to_acknowledge")["items"]
    assert item["action"] is None
    assert principal.act(path, "acknowledge").status_code == 200
    assert code(coordinator.act(path, "close", outcome=OUTCOME)) == "action_unavailable"
    closed(principal, path)
    # Both are the principal's own doing; the coordinator who raised it learns of it.
    assert kinds(principal) == []
    assert kinds(coordinator) == ["concern_answered"]


def test_a_list_of_concerns_is_acknowledged_at_once(coordinator: Client, raised: Raise) -> None:
    paths = [raised() for _ in range(3)]
    items = [
        {"id": path.split("/")[2], "version": coordinator.read(path)["version"]} for path in paths
    ]
    body = {"action": "acknowledge", "items": items}
    answers = coordinator.post("/concerns/actions", body).json["items"]
    assert [one["status"] for one in answers] == [200, 200, 200]
    assert {one["resource"]["status"] for one in answers} == {"acknowledged"}
