"""A coordinator answers a raised hand: who may, with what, and what the student learns."""

from typing import Any

import pytest

from plp_api.catalog.partners.models import Partner
from plp_api.foundation.roster.relationships import (
    ParentKind,
    Placement,
    PlacementKind,
    RelationshipKind,
)
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.interests.conftest import Clinic, Offer, Raise
from tests.world import World, ahead, relate, writing

INBOX = "/me/inbox?kind=interest_to_answer&kind=interest_answered&kind=comment_new"


def news(reader: Client) -> list[Any]:
    """What the inbox holds about raised hands."""
    items = reader.read(INBOX)["items"]
    return [one for one in items if "/interests/" in one["link"]]


@pytest.mark.parametrize("name", ["elo_coordinator", "school_admin"])
def test_a_coordinator_approves_with_a_last_day_and_a_seat_is_held(
    client: Client, world: World, offer: Offer, raised: Raise, name: str
) -> None:
    opportunity = offer(seats=2)
    path, decider = raised(opportunity), client.as_(getattr(world.home, name))
    assert decider.read(path)["available_actions"] == ["approve", "decline"]
    answer = decider.act(path, "approve", last_day=ahead(7), comment="Bring boots.").json
    assert (answer["status"], answer["holds_seat"]) == ("approved", True)
    assert answer["last_day"] == ahead(7)
    assert answer["decided_by"] == str(getattr(world.home, name).id)
    assert answer["decided_by_name"]
    assert answer["available_actions"] == ["extend", "release"]
    student = client.as_(world.home.student)
    assert student.read(path)["available_actions"] == ["withdraw"]
    assert student.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 1
    (comment,) = student.read(f"{path}/comments")["items"]
    assert (comment["body"], comment["author_role"]) == ("Bring boots.", name)


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "counselor", "auditor"])
def test_who_reads_it_does_not_decide_it(
    client: Client, world: World, raised: Raise, name: str
) -> None:
    path, reader = raised(), client.as_(getattr(world.home, name))
    refused = reader.act(path, "approve", last_day=ahead(1))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]
    assert code(reader.act(path, "decline", comment="No.")) == "permission_denied"


def test_another_school_s_coordinator_does_not_see_it(middle: Client, raised: Raise) -> None:
    path = raised()
    assert middle.get(path).status_code == 404
    assert middle.act(path, "approve", last_day=ahead(1)).status_code == 404
    assert middle.read("/interests")["items"] == []
    assert news(middle) == []


def test_only_the_student_withdraws(
    client: Client, world: World, coordinator: Client, approved: Raise
) -> None:
    path = approved()
    for reader in (coordinator, client.as_(world.home.parent)):
        assert code(reader.act(path, "withdraw")) == "permission_denied"
    withdrawn = client.as_(world.home.student).act(path, "withdraw", comment="No bus.").json
    assert (withdrawn["status"], withdrawn["holds_seat"]) == ("withdrawn", False)
    assert withdrawn["available_actions"] == []


def test_family_on_the_staff_does_not_decide_for_the_school(
    client: Client, world: World, database: Isolated, coordinator: Client, raised: Raise
) -> None:
    path = raised()
    assert [one["kind"] for one in news(coordinator)] == ["interest_to_answer"]
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.elo_coordinator,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )
    for action, fields in {
        "approve": {"last_day": ahead(1)},
        "decline": {"comment": "No."},
    }.items():
        refused = coordinator.act(path, action, **fields)
        assert (refused.status_code, code(refused)) == (409, "approver_is_family"), action
        assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]
    assert coordinator.read(path)["available_actions"] == []
    assert news(coordinator) == []
    admin = client.as_(world.home.school_admin)
    assert admin.act(path, "approve", last_day=ahead(1)).status_code == 200
    for action, fields in {
        "extend": {"last_day": ahead(2)},
        "release": {"comment": "No."},
    }.items():
        assert code(coordinator.act(path, action, **fields)) == "approver_is_family"


@pytest.mark.parametrize(
    ("action", "fields", "pointer"),
    [
        ("approve", {}, "/last_day"),
        ("approve", {"last_day": ahead(-1)}, "/last_day"),
        ("approve", {"last_day": ahead(367)}, "/last_day"),
        ("approve", {"last_day": "tomorrow"}, "/last_day"),
        ("approve", {"last_day": ahead(1), "seats": 2}, "/seats"),
        ("decline", {}, "/comment"),
        ("decline", {"comment": " "}, "/comment"),
        ("decline", {"comment": "No.", "last_day": ahead(1)}, "/last_day"),
        ("promise", {"last_day": ahead(1)}, "/action"),
    ],
)
def test_bad_answers_are_refused_at_their_place(
    coordinator: Client, raised: Raise, action: str, fields: dict[str, Any], pointer: str
) -> None:
    path = raised()
    refused = coordinator.act(path, action, **fields)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert coordinator.read(path)["status"] == "raised"
    assert coordinator.read(f"{path}/comments")["items"] == []


def test_a_seat_is_held_at_most_until_the_opportunity_ends(
    coordinator: Client, offer: Offer, raised: Raise
) -> None:
    path = raised(offer(ends_on=ahead(5)))
    assert pointers(coordinator.act(path, "approve", last_day=ahead(5))) == {"/last_day"}
    assert coordinator.act(path, "approve", last_day=ahead(4)).status_code == 200
    assert pointers(coordinator.act(path, "extend", last_day=ahead(5))) == {"/last_day"}


def test_a_decline_has_a_reason_that_the_student_reads(
    client: Client, world: World, coordinator: Client, raised: Raise
) -> None:
    path, student = raised(), client.as_(world.home.student)
    declined = coordinator.act(path, "decline", comment="You must be 16.").json
    assert (declined["status"], declined["available_actions"]) == ("declined", [])
    (comment,) = student.read(f"{path}/comments")["items"]
    assert comment["body"] == "You must be 16."
    assert {one["kind"] for one in news(student)} == {"interest_answered", "comment_new"}
    assert {one["title"] for one in news(student)} == {"Shadow a nurse"}
    assert [one["kind"] for one in news(client.as_(world.home.parent))] == ["comment_new"]
    assert code(coordinator.act(path, "decline", comment="No.")) == "action_repeated"
    assert code(coordinator.act(path, "approve", last_day=ahead(1))) == "action_unavailable"


def test_an_answer_is_news_until_it_is_read(
    client: Client, world: World, coordinator: Client, approved: Raise
) -> None:
    path, student = approved(), client.as_(world.home.student)
    (item,) = news(student)
    assert (item["kind"], item["group"]) == ("interest_answered", "new")
    assert item["actor_id"] == str(world.home.elo_coordinator.id)
    assert item["link"] == f"/api/v1{path}"
    student.post("/me/inbox/actions", {"action": "mark_read", "ids": [item["id"]]})
    assert news(student) == []
    assert coordinator.act(path, "release", comment="The nurse moved.").status_code == 200
    assert {one["kind"] for one in news(student)} == {"interest_answered", "comment_new"}


def test_a_seat_is_released_with_a_reason(
    client: Client, world: World, coordinator: Client, offer: Offer, approved: Raise
) -> None:
    opportunity = offer(seats=1)
    path = approved(opportunity)
    assert pointers(coordinator.act(path, "release")) == {"/comment"}
    released = coordinator.act(path, "release", comment="No proposal came.").json
    assert (released["status"], released["holds_seat"]) == ("released", False)
    assert coordinator.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 1


def test_comments_are_made_by_whoever_is_around_the_student(
    client: Client, world: World, coordinator: Client, raised: Raise
) -> None:
    path = f"{raised()}/comments"
    for name in ("student", "parent", "advisor", "counselor", "elo_coordinator", "school_admin"):
        client.as_(getattr(world.home, name)).made(path, {"body": "When?"})
    own = coordinator.read(path)["items"][4]
    assert own["is_own"] is True
    assert coordinator.delete(f"/comments/{own['id']}").status_code == 204
    assert client.as_(world.home.auditor).post(path, {"body": "When?"}).status_code == 403
    assert client.as_(world.home.teacher).post(path, {"body": "When?"}).status_code == 404


def test_many_are_answered_in_one_request(
    coordinator: Client, world: World, offer: Offer, raised: Raise
) -> None:
    opportunity = offer(seats=1)
    paths = [raised(opportunity), raised(opportunity, world.home.senior), raised()]
    items = [{"id": one["id"], "version": one["version"]} for one in map(coordinator.read, paths)]
    items[2]["last_day"] = ahead(9)
    body = {"action": "approve", "last_day": ahead(3), "items": items}
    answers = coordinator.post("/interests/actions", body).json["items"]
    assert [one["status"] for one in answers] == [200, 409, 200]
    assert answers[1]["problem"]["code"] == "opportunity_full"
    assert answers[2]["resource"]["last_day"] == ahead(9)
    assert coordinator.read(paths[1])["status"] == "raised"


def test_hands_for_a_closed_opportunity_are_still_answered(
    coordinator: Client, offer: Offer, raised: Raise
) -> None:
    opportunity = offer()
    path = raised(opportunity)
    assert coordinator.act(f"/opportunities/{opportunity['id']}", "close").status_code == 200
    assert coordinator.act(path, "approve", last_day=ahead(1)).status_code == 200


def test_an_archived_partner_gives_no_seat(
    coordinator: Client,
    world: World,
    database: Isolated,
    offer: Offer,
    clinic: Clinic,
    raised: Raise,
) -> None:
    path = raised(offer(**clinic.body))
    with writing(database, world.home) as session:
        session.get(Partner, clinic.partner_id).status = "archived"
    refused = coordinator.act(path, "approve", last_day=ahead(1))
    assert (refused.status_code, code(refused)) == (409, "partner_archived")
    assert coordinator.read(path)["available_actions"] == ["decline"]
    (item,) = news(coordinator)
    assert item["action"] is None
    assert coordinator.act(path, "decline", comment="They closed.").status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", [PlacementKind.CTE, PlacementKind.TUITION])
def test_a_hosting_school_reads_and_the_home_school_decides_unless_the_student_is_theirs(
    client: Client,
    world: World,
    database: Isolated,
    coordinator: Client,
    raised: Raise,
    kind: PlacementKind,
) -> None:
    with writing(database, world.home, world.away) as session:
        placement = session.query(Placement).filter_by(student_id=world.home.placed.id).one()
        placement.kind = kind
    path = raised(pupil=world.home.placed)
    host = client.as_(world.away.elo_coordinator)
    assert [one["student_id"] for one in host.read("/interests")["items"]] == [
        str(world.home.placed.id)
    ]
    is_theirs = kind == PlacementKind.TUITION
    assert len(news(host)) == is_theirs
    answer = host.act(path, "approve", last_day=ahead(1))
    assert answer.status_code == (200 if is_theirs else 403), answer.json
    if not is_theirs:
        assert code(answer) == "permission_denied"
        assert coordinator.act(path, "approve", last_day=ahead(1)).status_code == 200
