"""What work is evidence for, and what the student says of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from plp_api.learning.artifacts import evidence
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

ANSWERS = [{"key": "what", "question": "What did you make?", "text": "A poem."}]


@pytest.fixture
def poem(world: World, database: Isolated) -> Work:
    """A kept poem of the student."""
    with writing(database, world.home) as session:
        return add_artifact(session, world.home)


def test_a_goal_shows_the_work_that_is_evidence_for_it(
    student: Client, parent: Client, world: World, poem: Work
) -> None:
    goal = f"/goals/{world.home.student.goal_id}"
    assert student.read(goal)["artifacts"] == []
    made = student.made(f"{poem.path}/evidence-links", {"goal_id": str(world.home.student.goal_id)})
    (shown,) = parent.read(goal)["artifacts"]
    assert (shown["id"], shown["title"]) == (str(poem.id), "A poem")
    assert student.read(f"/artifact-links/{made['id']}") == made
    student.act(poem.path, "archive")
    assert student.read(goal)["artifacts"] == []


def test_a_draft_is_no_evidence(student: Client, world: World, database: Isolated) -> None:
    with writing(database, world.home) as session:
        draft = add_artifact(session, world.home, status="draft")
    goal_id = str(world.home.student.goal_id)
    student.made(f"{draft.path}/evidence-links", {"goal_id": goal_id})
    assert student.read(f"/goals/{goal_id}")["artifacts"] == []
    refused = student.delete(draft.path)
    assert (refused.status_code, code(refused)) == (409, "artifact_relied_on")


def test_it_is_linked_once_to_one_thing_of_the_students_own(
    student: Client, world: World, poem: Work
) -> None:
    place = f"{poem.path}/evidence-links"
    own = {"goal_id": str(world.home.student.goal_id)}
    student.made(place, own)
    again = student.post(place, own)
    assert (again.status_code, code(again)) == (409, "artifact_link_exists")
    assert pointers(student.post(place, {})) == {"/"}
    both = {**own, "annual_review_id": str(world.home.student.review_id)}
    assert pointers(student.post(place, both)) == {"/"}
    others = {"goal_id": str(world.home.other_student.goal_id)}
    assert pointers(student.post(place, others)) == {"/goal_id"}


def test_a_link_is_taken_back(student: Client, world: World, poem: Work) -> None:
    place = f"{poem.path}/evidence-links"
    made = student.made(place, {"annual_review_id": str(world.home.student.review_id)})
    assert student.delete(f"/artifact-links/{made['id']}").status_code == 204
    assert student.read(place)["items"] == []


def test_nobody_learns_from_a_link_what_an_order_denies(
    student: Client, parent: Client, world: World, database: Isolated, poem: Work
) -> None:
    place = f"{poem.path}/evidence-links"
    student.made(place, {"goal_id": str(world.home.student.goal_id)})
    assert parent.read(place)["items"][0]["goal_id"] is not None
    with writing(database, world.home) as session:
        of_parent = Relationship.person_id == world.home.parent.id
        for tie in session.scalars(select(Relationship).where(of_parent)):
            tie.denied = frozenset({RecordKind.GOALS})
    assert parent.read(place)["items"][0]["goal_id"] is None
    found = f"/artifacts?goal_id={world.home.student.goal_id}"
    assert (len(student.read(found)["items"]), parent.read(found)["items"]) == (1, [])


def test_a_reflection_is_about_the_newest_version_and_earlier_ones_stay(
    student: Client, parent: Client, poem: Work
) -> None:
    place = f"{poem.path}/reflections"
    first = student.made(place, {"answers": ANSWERS})
    student.made(f"{poem.path}/versions", {"parts": [{"kind": "text", "text": "More snow."}]})
    second = student.made(place, {"answers": ANSWERS})
    assert (first["number"], second["number"]) == (1, 2)
    assert [one["id"] for one in parent.read(place)["items"]] == [first["id"], second["id"]]
    assert parent.read(f"/reflections/{first['id']}")["answers"] == ANSWERS
    assert parent.post(place, {"answers": ANSWERS}).status_code == 403


def test_nothing_is_said_of_work_that_is_not_there(student: Client, world: World) -> None:
    made = student.made(
        f"/students/{world.home.student.id}/artifacts", {"title": "Nothing", "kind": "other"}
    )
    refused = student.post(f"/artifacts/{made['id']}/reflections", {"answers": ANSWERS})
    assert (refused.status_code, code(refused)) == (409, "artifact_empty")


def test_it_is_linked_to_framework_items_until_it_is_put_away(
    student: Client, poem: Work, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        item_id = str(add_item(session, world.home.district_id))
    made = student.made(f"{poem.path}/links", {"framework_item_id": item_id})
    assert [one["id"] for one in student.read(poem.path)["framework_items"]] == [item_id]
    assert student.read(f"/artifacts?framework_item_id={item_id}")["items"] != []
    student.act(poem.path, "archive")
    refused = student.delete(f"/item-links/{made['id']}")
    assert (refused.status_code, code(refused)) == (409, "artifact_archived")


def test_an_artifact_has_so_many_links(
    student: Client, world: World, poem: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_LINKS", 1)
    place = f"{poem.path}/evidence-links"
    student.made(place, {"goal_id": str(world.home.student.goal_id)})
    refused = student.post(place, {"annual_review_id": str(world.home.student.review_id)})
    assert (refused.status_code, code(refused)) == (409, "artifact_parts_full")
    goal = f"/artifacts?goal_id={world.home.student.goal_id}"
    assert [one["id"] for one in student.read(goal)["items"]] == [str(poem.id)]


def add_item(session: Any, district_id: UUID) -> UUID:
    """Add a framework of the district with one item."""
    own = {"district_id": district_id, "last_changed_at": clock.now()}
    framework = Framework(
        id=db.new_id(), **own, identifier=db.new_id(), source="csv", title="Skills"
    )
    session.add(framework)
    session.flush()
    item = FrameworkItem(
        id=db.new_id(),
        **own,
        framework_id=framework.id,
        identifier=db.new_id(),
        statement="Listens.",
    )
    session.add(item)
    session.flush()
    return item.id


def test_a_draft_goes_with_its_links_to_framework_items(
    student: Client, parent: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        draft = add_artifact(session, world.home, status="draft")
        item_id = str(add_item(session, world.home.district_id))
    made = student.made(f"{draft.path}/links", {"framework_item_id": item_id})
    assert parent.get(f"/item-links/{made['id']}").status_code == 404
    assert student.delete(draft.path).status_code == 204
    for reader in (student, parent):
        assert reader.get(f"/item-links/{made['id']}").status_code == 404


def test_a_goal_that_only_a_draft_serves_may_go(
    student: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        draft = add_artifact(session, world.home, status="draft")
    plan = f"/plans/{world.home.student.plan_id}/goals"
    goal = student.made(plan, {"title": "Write", "domain": "academic"})
    student.made(f"{draft.path}/evidence-links", {"goal_id": goal["id"]})
    assert student.delete(f"/goals/{goal['id']}").status_code == 204
    assert student.read(f"{draft.path}/evidence-links")["items"] == []
