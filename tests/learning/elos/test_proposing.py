"""A student proposes an ELO: with what, at which school, and with the seat of an approved hand."""

from typing import Any

import pytest

from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.learning.elos.models import EloStatus
from plp_api.planning.plans.models import Plan, PlanStatus
from tests.catalog.opportunities.conftest import Clinic, Offer, clinic, offer
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elos.conftest import At, Propose
from tests.learning.interests.conftest import Raise, approved, raised
from tests.world import World, ahead, relate, writing

__all__ = ["Clinic", "approved", "clinic", "offer", "raised"]

BODY = {"type": "internship", "title": "Nursing at the clinic"}


def test_a_proposal_begins_as_a_draft_of_the_home_school(
    student: Client, world: World, proposed: Propose
) -> None:
    elo = student.read(proposed())
    assert (elo["status"], elo["waiting_on"]) == ("draft", "student")
    assert elo["school_id"] == str(world.home.school_id)
    assert elo["plan_id"] == str(world.home.student.plan_id)
    assert elo["created_by"] == str(world.home.student.id)
    assert (elo["profile"], elo["team"], elo["is_running"]) == (None, [], False)
    assert elo["available_actions"] == ["submit", "withdraw"]


@pytest.mark.parametrize(
    "name", ["parent", "advisor", "teacher", "counselor", "school_admin", "auditor"]
)
def test_nobody_else_proposes_for_a_student(client: Client, world: World, name: str) -> None:
    refused = client.as_(getattr(world.home, name)).post(
        f"/students/{world.home.student.id}/elos", BODY
    )
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student", "elo_coordinator"]


def test_a_coordinator_begins_one_that_the_student_hands_in(
    coordinator: Client, student: Client, world: World
) -> None:
    elo = coordinator.made(f"/students/{world.home.student.id}/elos", BODY)
    path = f"/elos/{elo['id']}"
    assert coordinator.patch(path, {"product": "A guide."}).json["product"] == "A guide."
    assert code(coordinator.act(path, "submit")) == "permission_denied"
    assert student.act(path, "submit").json["status"] == "submitted"


def test_a_coordinator_does_not_write_in_the_student_s_own_proposal(
    coordinator: Client, proposed: Propose, student: Client
) -> None:
    path = proposed()
    refused = coordinator.patch(path, {"title": "Mine"})
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    student.act(path, "submit")
    assert code(coordinator.patch(path, {"title": "Mine"})) == "action_unavailable"
    coordinator.act(path, "accept")
    assert coordinator.patch(path, {"title": "Ours"}).json["title"] == "Ours"


def test_the_student_revises_it_but_not_while_it_is_handed_in(
    coordinator: Client, student: Client, proposed: Propose
) -> None:
    path = proposed()
    assert student.patch(path, {"know_and_do": ["Read a map."]}).status_code == 200
    student.act(path, "submit")
    refused = student.patch(path, {"title": "Another"})
    assert code(refused) == "action_unavailable"
    coordinator.act(path, "return", comment="Name the days.")
    assert student.patch(path, {"timeline": "On Fridays."}).json["timeline"] == "On Fridays."


@pytest.mark.parametrize("member", ["partner_id", "rubric_id"])
def test_a_student_does_not_choose_what_the_school_chooses(
    student: Client, proposed: Propose, internship: At, member: str
) -> None:
    refused = student.patch(proposed(), {member: str(internship().partner_id)})
    assert (refused.status_code, pointers(refused)) == (422, {f"/{member}"})


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"earliest_start": ahead(9), "latest_end": ahead(9)}, "/latest_end"),
        ({"earliest_start": ahead(9), "starts_on": ahead(8)}, "/starts_on"),
        ({"latest_end": ahead(9), "ends_on": ahead(9)}, "/ends_on"),
        ({"starts_on": ahead(9), "ends_on": ahead(8)}, "/ends_on"),
        ({"least_minutes": 60, "most_minutes": 59}, "/most_minutes"),
        ({"most_minutes": 60, "planned_minutes": 61}, "/planned_minutes"),
        ({"least_minutes": 60, "planned_minutes": 59}, "/planned_minutes"),
    ],
)
def test_dates_and_hours_lie_inside_their_ranges(
    student: Client, world: World, proposed: Propose, members: dict[str, Any], pointer: str
) -> None:
    refused = student.patch(proposed(), members)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    refused = student.post(f"/students/{world.home.student.id}/elos", {**BODY, **members})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_a_range_of_one_day_and_of_one_minute_is_right(proposed: Propose) -> None:
    one_day = {"earliest_start": ahead(8), "starts_on": ahead(8), "ends_on": ahead(8)}
    one_minute = {"least_minutes": 60, "most_minutes": 60, "planned_minutes": 60}
    assert proposed(**one_day, latest_end=ahead(9), **one_minute)


def test_only_a_school_of_the_student_s_runs_it(student: Client, world: World) -> None:
    elos = f"/students/{world.home.student.id}/elos"
    for school_id in (world.home.other_school_id, world.away.other_school_id):
        refused = student.post(elos, {**BODY, "school_id": str(school_id)})
        assert (refused.status_code, pointers(refused)) == (422, {"/school_id"})


def test_an_approved_hand_is_taken_up_with_its_seat(
    client: Client, student: Client, world: World, offer: Offer, approved: Raise, clinic: Clinic
) -> None:
    opportunity = offer(seats=1, partner_id=str(clinic.partner_id))
    hand = approved(opportunity)
    interest_id = hand.rsplit("/", 1)[1]
    path = f"/students/{world.home.student.id}/elos"
    elo = student.made(path, {**BODY, "interest_id": interest_id})
    assert elo["interest_id"] == interest_id
    assert elo["opportunity_id"] == opportunity["id"]
    assert elo["partner_id"] == str(clinic.partner_id)
    assert student.read(hand)["status"] == "taken_up"
    assert student.read(hand)["available_actions"] == []
    assert student.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 0
    again = student.post(path, {**BODY, "interest_id": interest_id})
    assert (again.status_code, code(again)) == (409, "action_unavailable")
    student.act(f"/elos/{elo['id']}", "withdraw")
    assert student.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 1
    coordinator = client.as_(world.home.elo_coordinator)
    refused = coordinator.delete(f"/opportunities/{opportunity['id']}")
    assert (refused.status_code, code(refused)) == (409, "record_in_use")


def test_a_hand_that_was_not_approved_is_not_taken_up(
    student: Client, world: World, raised: Raise
) -> None:
    interest_id = raised().rsplit("/", 1)[1]
    path = f"/students/{world.home.student.id}/elos"
    refused = student.post(path, {**BODY, "interest_id": interest_id})
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert student.read(path)["items"] == []


def test_nobody_takes_up_another_student_s_hand(
    client: Client, world: World, approved: Raise
) -> None:
    interest_id = approved(pupil=world.home.student).rsplit("/", 1)[1]
    senior = client.as_(world.home.senior)
    refused = senior.post(
        f"/students/{world.home.senior.id}/elos", {**BODY, "interest_id": interest_id}
    )
    assert (refused.status_code, pointers(refused)) == (422, {"/interest_id"})


def test_a_closed_plan_takes_no_proposal(
    student: Client, world: World, database: Isolated, proposed: Propose
) -> None:
    path = proposed()
    with writing(database, world.home) as session:
        session.get(Plan, world.home.student.plan_id).status = PlanStatus.WITHDRAWN
    assert code(student.act(path, "submit")) == "plan_closed"
    refused = student.post(f"/students/{world.home.student.id}/elos", BODY)
    assert (refused.status_code, code(refused)) == (409, "plan_closed")


def test_a_coordinator_does_not_act_on_their_own_child(
    coordinator: Client, student: Client, world: World, database: Isolated, proposed: Propose
) -> None:
    path = proposed()
    student.act(path, "submit")
    with writing(database, world.home) as session:
        parent = RelationshipKind.PARENT
        relate(session, world.home, world.home.elo_coordinator, world.home.student, parent)
    for action in ("accept", "return", "deny"):
        words = {} if action == "accept" else {"comment": "No."}
        assert code(coordinator.act(path, action, **words)) == "approver_is_family"
    refused = coordinator.post(f"/students/{world.home.student.id}/elos", BODY)
    assert code(refused) == "actor_is_family"


def test_an_elo_names_the_goals_it_serves(
    client: Client, student: Client, world: World, internship: At
) -> None:
    elo, goal_id = internship(EloStatus.ACTIVE), str(world.home.student.goal_id)
    version = student.read(elo.path)["version"]
    served = student.made(f"{elo.path}/goals", {"goal_id": goal_id})
    assert student.read(elo.path)["version"] == version + 1
    assert [one["id"] for one in student.read(f"/elos?goal_id={goal_id}")["items"]] == [str(elo.id)]
    twice = student.post(f"{elo.path}/goals", {"goal_id": goal_id})
    assert (twice.status_code, code(twice)) == (409, "record_duplicate")
    assert twice.json["existing"]["id"] == served["id"]
    another = student.post(f"{elo.path}/goals", {"goal_id": str(world.home.senior.goal_id)})
    assert (another.status_code, pointers(another)) == (422, {"/goal_id"})
    assert student.delete(f"/elo-goals/{served['id']}").status_code == 204
    assert student.read(f"{elo.path}/goals")["items"] == []
