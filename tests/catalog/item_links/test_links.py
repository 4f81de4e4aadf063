"""Links of goals and pathway elements to framework items: who links, and what is refused."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from plp_api.catalog.item_links.actions import MOST_LINKS
from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import Plan
from tests.catalog.item_links.conftest import Item, link
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.world import World, relate, writing

LISTENS = {
    "code": "TS.1",
    "statement": "Listens to others.",
    "abbreviated_statement": "Listening",
    "is_retired": False,
}


def retire(database: Isolated, world: World, item: str) -> None:
    with writing(database, world.home) as session:
        session.get_one(FrameworkItem, uuid(item)).retired_on = date(2026, 9, 1)


def test_a_student_links_a_goal_and_unlinks_it(
    student: Client, world: World, goal: str, an_item: Item
) -> None:
    item = an_item()
    made = student.made(f"{goal}/links", {"framework_item_id": item})
    assert (made["subject_type"], made["subject_id"]) == ("goals", goal.split("/")[2])
    assert (made["linked_by"], made["linked_by_name"]) == (
        str(world.home.student.id),
        made["student"]["display_name"],
    )
    address = f"/item-links/{made['id']}"
    assert student.read(address) == made
    assert student.read(f"{goal}/links")["items"] == [made]
    (shown,) = student.read(goal)["framework_items"]
    assert {name: shown[name] for name in LISTENS} == LISTENS
    assert (shown["id"], shown["link_id"]) == (item, made["id"])
    assert shown == {**made["framework_item"], "link_id": made["id"]}
    assert student.delete(address).status_code == 204
    assert student.get(address).status_code == 404
    assert student.read(goal)["framework_items"] == []


def test_the_counselor_links_a_pathway_element_and_not_a_goal(
    client: Client, world: World, goal: str, element: str, an_item: Item
) -> None:
    counselor, item = client.as_(world.home.counselor), an_item()
    address = link(counselor, element, item)
    assert client.as_(world.home.parent).read(element)["framework_items"][0]["id"] == item
    refused = counselor.post(f"{goal}/links", {"framework_item_id": item})
    assert (refused.status_code, refused.json["allowed_roles"]) == (403, ["student"])
    assert counselor.delete(address).status_code == 204


@pytest.mark.parametrize("by", ["parent", "advisor", "counselor", "school_admin"])
def test_who_may_not_change_the_subject_may_not_unlink_it(
    client: Client, world: World, student: Client, goal: str, an_item: Item, by: str
) -> None:
    address = link(student, goal, an_item())
    reader = client.as_(getattr(world.home, by))
    assert reader.read(address)["framework_item"]["code"] == "TS.1"
    refused = reader.delete(address)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student"]


def test_a_link_is_read_only_with_its_subject(
    client: Client, world: World, student: Client, goal: str, element: str, an_item: Item
) -> None:
    item = an_item()
    to_goal, to_element = link(student, goal, item), link(student, element, item)
    registrar = client.as_(world.home.registrar)
    assert registrar.get(to_goal).status_code == 404
    assert registrar.get(to_element).status_code == 200
    assert registrar.get(f"{goal}/links").status_code in (403, 404)
    stranger = client.as_(world.away.counselor)
    assert stranger.get(to_goal).status_code == 404
    assert stranger.delete(to_goal, headers={"If-Match": "*"}).status_code == 404


def test_a_link_of_a_goal_opens_to_the_district_only_for_a_stated_reason(
    client: Client, world: World, student: Client, goal: str, an_item: Item
) -> None:
    address = link(student, goal, an_item())
    admin = client.as_(world.home.district_admin)
    assert code(admin.get(address)) == "reason_required"
    reason = {"X-Access-Reason": "A parent asked for the record."}
    assert admin.get(address, headers=reason).status_code == 200


def test_a_parent_denied_goals_by_an_order_reads_no_link_of_a_goal(
    client: Client, world: World, database: Isolated, student: Client, goal: str, element: str,
    an_item: Item,
) -> None:  # fmt: skip
    item = an_item()
    to_goal, to_element = link(student, goal, item), link(student, element, item)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=world.home.parent.id, student_id=world.home.student.id
        )
        tie.one().denied = frozenset({"goals"})
    parent = client.as_(world.home.parent)
    assert parent.get(goal).status_code == 404
    assert parent.get(to_goal).status_code == 404
    assert parent.get(f"{goal}/links").status_code == 404
    assert parent.read(to_element)["id"]
    assert parent.read("/goals?framework_item_id=" + item)["items"] == []
    assert len(parent.read("/pathway-elements?framework_item_id=" + item)["items"]) == 1
    plan = f"/plans/{world.home.student.plan_id}?expand=goals,pathway_elements"
    shown = parent.read(plan)
    assert "goals" not in shown
    assert shown["pathway_elements"][0]["framework_items"][0]["id"] == item


def test_an_item_is_linked_once_and_the_second_time_names_the_first(
    student: Client, goal: str, an_item: Item
) -> None:
    item = an_item()
    address = link(student, goal, item)
    refused = student.post(f"{goal}/links", {"framework_item_id": item})
    assert (refused.status_code, code(refused)) == (409, "link_exists")
    assert refused.json["existing"]["href"] == f"/api/v1{address}"


def test_a_retired_item_is_not_linked_and_what_is_linked_stays_readable(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    linked, other = an_item(), an_item("TS.2")
    address = link(student, goal, linked)
    for item in (linked, other):
        retire(database, world, item)
    refused = student.post(f"{goal}/links", {"framework_item_id": other})
    assert (refused.status_code, code(refused)) == (409, "framework_item_retired")
    (shown,) = student.read(goal)["framework_items"]
    assert (shown["is_retired"], shown["statement"]) == (True, "Listens to others.")
    assert student.read(address)["framework_item"]["is_retired"] is True
    assert student.patch(goal, {"title": "Shadow two nurses"}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"framework_item_id": "x"}, {"framework_item_id": None}])
def test_a_body_without_an_item_is_refused_at_its_field(
    student: Client, goal: str, body: Any
) -> None:
    refused = student.post(f"{goal}/links", body)
    assert (refused.status_code, pointers(refused)) == (422, {"/framework_item_id"})


def test_an_item_of_another_district_is_unknown(
    student: Client, world: World, goal: str, an_item: Item
) -> None:
    foreign = an_item(place=world.away)
    told = []
    for item in (foreign, str(UUID(int=7))):
        refused = student.post(f"{goal}/links", {"framework_item_id": item})
        assert (refused.status_code, pointers(refused)) == (422, {"/framework_item_id"})
        told.append(refused.json["errors"])
    assert told[0] == told[1]


def test_a_subject_has_at_most_twenty_links(student: Client, goal: str, an_item: Item) -> None:
    for number in range(MOST_LINKS):
        link(student, goal, an_item(f"TS.{number}"))
    refused = student.post(f"{goal}/links", {"framework_item_id": an_item("TS.99")})
    assert (refused.status_code, code(refused)) == (409, "links_full")
    assert len(student.read(goal)["framework_items"]) == MOST_LINKS


def test_a_goal_that_ended_keeps_its_links(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    address = link(student, goal, an_item())
    with writing(database, world.home) as session:
        session.get_one(Goal, world.home.student.goal_id).status = "achieved"
    for refused in (
        student.post(f"{goal}/links", {"framework_item_id": an_item("TS.2")}),
        student.delete(address),
    ):
        assert (refused.status_code, code(refused)) == (409, "goal_closed")


def test_a_closed_plan_keeps_its_links(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    address = link(student, goal, an_item())
    with writing(database, world.home) as session:
        session.get_one(Plan, world.home.student.plan_id).status = "closed"
    refused = student.post(f"{goal}/links", {"framework_item_id": an_item("TS.2")})
    assert code(refused) == "plan_closed"
    assert code(student.delete(address)) == "plan_closed"


def test_of_an_approved_element_the_counselor_alone_changes_links(
    client: Client, world: World, database: Isolated, element: str, an_item: Item
) -> None:
    with writing(database, world.home) as session:
        row = session.get_one(PathwayElement, uuid(element.split("/")[2]))
        row.status = "approved"
    student, counselor = client.as_(world.home.student), client.as_(world.home.counselor)
    body = {"framework_item_id": an_item()}
    assert code(student.post(f"{element}/links", body)) == "element_fixed"
    address = f"/item-links/{counselor.made(f'{element}/links', body)['id']}"
    assert code(student.delete(address)) == "element_fixed"
    with writing(database, world.home) as session:
        row = session.get_one(PathwayElement, uuid(element.split("/")[2]))
        row.status = "completed"
    assert code(counselor.delete(address)) == "element_fixed"


def test_linking_gives_the_subject_a_new_version_and_moves_the_plans_tag(
    student: Client, world: World, goal: str, an_item: Item
) -> None:
    plan = f"/plans/{world.home.student.plan_id}?expand=goals"
    before, tag = student.read(goal)["version"], student.etag(plan)
    address = link(student, goal, an_item())
    assert student.read(goal)["version"] == before + 1
    assert student.get(plan, headers={"If-None-Match": tag}).status_code == 200
    tag = student.etag(plan)
    assert student.get(plan, headers={"If-None-Match": tag}).status_code == 304
    stale = student.delete(address, headers={"If-Match": '"9"'})
    assert (stale.status_code, code(stale)) == (412, "version_stale")
    assert student.send("DELETE", address).status_code == 428
    assert student.delete(address).status_code == 204
    assert student.read(goal)["version"] == before + 2


def test_a_framework_that_changes_moves_the_tags_of_what_shows_it(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    item = an_item()
    link(student, goal, item)
    plan = f"/plans/{world.home.student.plan_id}?expand=goals"
    tags = {path: student.etag(path) for path in (goal, plan)}
    with writing(database, world.home) as session:
        session.get_one(FrameworkItem, uuid(item)).statement = "Hears others out."
    for path, tag in tags.items():
        assert student.get(path, headers={"If-None-Match": tag}).status_code == 200, path


def test_links_and_what_became_of_them_are_events(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    item = an_item()
    address = link(student, goal, item)
    student.delete(address)
    with database.transaction(districts=[world.home.district_id]) as session:
        events = session.query(Event).filter(Event.type.like("link.%")).order_by(Event.id).all()
        told = [(one.type, one.actor_id, one.payload) for one in events]
    payload = {"about": "goals", "about_id": goal.split("/")[2], "framework_item_id": item}
    by = world.home.student.id
    assert told == [("link.added", by, payload), ("link.removed", by, payload)]


def test_deleting_a_draft_removes_its_links(
    student: Client, world: World, database: Isolated, an_item: Item
) -> None:
    body = {"domain": "academic", "title": "Read"}
    made = student.made(f"/plans/{world.home.student.plan_id}/goals", body)
    address = link(student, f"/goals/{made['id']}", an_item())
    assert student.delete(f"/goals/{made['id']}").status_code == 204
    assert student.get(address).status_code == 404
    with database.transaction(districts=[world.home.district_id]) as session:
        assert session.query(ItemLink).filter_by(subject_id=uuid(made["id"])).count() == 0


def test_deleting_a_planned_element_removes_its_links(
    client: Client, world: World, element: str, an_item: Item
) -> None:
    counselor = client.as_(world.home.counselor)
    address = link(counselor, element, an_item())
    assert counselor.delete(element).status_code == 204
    assert counselor.get(address).status_code == 404


def test_a_goal_carried_forward_takes_its_links_along_but_not_retired_ones(
    student: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    kept, gone = an_item("TS.1"), an_item("TS.2")
    for item in (kept, gone):
        link(student, goal, item)
    retire(database, world, gone)
    with writing(database, world.home) as session:
        row = session.get_one(Goal, world.home.student.goal_id)
        row.created_at = row.created_at.replace(year=row.created_at.year - 2)
    acted = student.act(goal, "carry_forward")
    assert acted.status_code == 200, acted.json
    assert len(acted.json["framework_items"]) == 2
    onward = student.read(f"/goals/{acted.json['carried_to_id']}")
    assert [one["id"] for one in onward["framework_items"]] == [kept]


@pytest.mark.parametrize("collection", ["goals", "pathway-elements"])
def test_a_list_is_filtered_by_the_item(
    client: Client, world: World, goal: str, element: str, an_item: Item, collection: str
) -> None:
    student, subject = client.as_(world.home.student), goal if collection == "goals" else element
    linked, other = an_item(), an_item("TS.2")
    link(student, subject, linked)
    plan = f"/plans/{world.home.student.plan_id}"
    for path in (f"/{collection}", f"{plan}/{collection}"):
        found = student.read(f"{path}?framework_item_id={linked}")["items"]
        assert [one["framework_items"][0]["id"] for one in found] == [linked]
        assert student.read(f"{path}?framework_item_id={other}")["items"] == []
        both = f"{path}?framework_item_id={linked}&framework_item_id={other}"
        assert len(student.read(both)["items"]) == 1


def test_the_plan_shows_the_items_of_each_goal_and_element(
    client: Client, world: World, goal: str, element: str, an_item: Item
) -> None:
    student = client.as_(world.home.student)
    body = {"domain": "academic", "title": "Read"}
    student.made(f"/plans/{world.home.student.plan_id}/goals", body)
    first, second = an_item("TS.1"), an_item("TS.2")
    for subject, item in ((goal, first), (goal, second), (element, second)):
        link(student, subject, item)
    shown = student.read(f"/plans/{world.home.student.plan_id}?expand=goals,pathway_elements")
    for row in shown["goals"]:
        assert row["framework_items"] == student.read(f"/goals/{row['id']}")["framework_items"]
    assert [len(one["framework_items"]) for one in shown["goals"]] == [2, 0]
    (own,) = shown["pathway_elements"]
    assert own["framework_items"] == student.read(element)["framework_items"]
    assert [one["id"] for one in own["framework_items"]] == [second]


def test_an_action_on_many_answers_with_their_items(
    student: Client, goal: str, an_item: Item
) -> None:
    item = an_item()
    link(student, goal, item)
    row = student.read(goal)
    body = {"action": "hold", "items": [{"id": row["id"], "version": row["version"]}]}
    (done,) = student.post("/goals/actions", body).json["items"]
    assert done["resource"]["framework_items"] == row["framework_items"]


def test_a_parent_does_not_learn_that_another_parent_made_a_link(
    client: Client, world: World, database: Isolated, element: str, an_item: Item
) -> None:
    counselor = client.as_(world.home.counselor)
    address = link(counselor, element, an_item())
    with writing(database, world.home) as session:
        relate(
            session, world.home, world.home.counselor, world.home.student, RelationshipKind.PARENT
        )
    shown = client.as_(world.home.parent).read(address)
    assert (shown["linked_by"], shown["linked_by_name"]) == (None, None)
    assert client.as_(world.home.advisor).read(address)["linked_by"] is not None
