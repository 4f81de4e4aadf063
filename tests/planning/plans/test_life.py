"""How a plan is closed, and how it is reopened."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.plans.models import Plan
from plp_api.planning.reviews.models import Review
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.planning.plans.travellers import Traveller
from tests.world import World, writing


@pytest.fixture
def student(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.student)


@pytest.fixture
def counselor(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.counselor)


@pytest.fixture
def plan(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}"


@pytest.fixture
def act(counselor: Traveller, plan: str) -> Callable[..., Any]:
    """Takes an action on the plan with the ETag just read."""

    def acted(action: str, by: Traveller = counselor, **fields: Any) -> Any:
        headers = {"If-Match": by.etag(f"{plan}/life")}
        return by.post(f"{plan}/actions", {"action": action, **fields}, headers=headers)

    return acted


@pytest.fixture
def in_force(client: Client, world: World, student: Traveller) -> str:
    path = f"/plan-versions/{world.home.student.version_id}"
    student.act(path, "submit")
    assert Traveller(client, world.home.advisor).act(path, "approve").status_code == 200
    return path


@pytest.mark.parametrize(
    ("action", "status"),
    [("transfer_out", "transferred_out"), ("complete", "completed"), ("withdraw", "withdrawn")],
)
def test_a_plan_ends_with_reason_and_day_is_archived_and_opened_again(
    counselor: Traveller, plan: str, act: Callable[..., Any], action: str, status: str
) -> None:
    day = clock.today() - timedelta(days=3)
    assert counselor.read(f"{plan}/life")["available_actions"] == [
        "transfer_out",
        "complete",
        "withdraw",
    ]
    closed = act(action, reason="Moved to Maine.", closed_on=str(day))
    assert closed.status_code == 200, closed.json
    assert closed.json["status"] == status
    assert (closed.json["closed_on"], closed.json["closing_reason"]) == (
        str(day),
        "Moved to Maine.",
    )
    assert closed.json["available_actions"] == ["archive", "reopen"]
    assert act("archive").json["status"] == "archived"
    opened = act("reopen", reason="Came back.").json
    assert (opened["status"], opened["closed_on"], opened["closing_reason"]) == (
        "active",
        None,
        None,
    )


def test_a_plan_is_closed_with_a_reason_and_on_a_day_that_has_been(act: Callable[..., Any]) -> None:
    assert pointers(act("withdraw")) == {"/reason"}
    tomorrow = str(clock.today() + timedelta(days=1))
    refused = act("withdraw", reason="x", closed_on=tomorrow)
    assert (refused.status_code, pointers(refused)) == (422, {"/closed_on"})


def test_a_closed_plan_is_not_closed_again_nor_an_open_one_reopened(
    act: Callable[..., Any],
) -> None:
    assert code(act("reopen", reason="x")) == "action_repeated"
    act("complete", reason="Graduated.")
    assert code(act("withdraw", reason="x")) == "action_unavailable"


def test_students_and_advisors_do_not_close_plans(
    client: Client, world: World, student: Traveller, act: Callable[..., Any]
) -> None:
    assert code(act("withdraw", by=student, reason="x")) == "permission_denied"
    advisor = Traveller(client, world.home.advisor)
    assert code(act("withdraw", by=advisor, reason="x")) == "permission_denied"


def test_a_counselor_who_is_the_parent_does_not_close_it(
    database: Isolated, world: World, act: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.inspecting_parent.id).one()
        tie.person_id = world.home.counselor.id
    refused = act("withdraw", reason="x")
    assert (refused.status_code, code(refused)) == (409, "approver_is_family")


def test_a_closed_plan_takes_no_work_and_keeps_its_draft(
    client: Client, world: World, student: Traveller, plan: str, act: Callable[..., Any]
) -> None:
    draft = f"/plan-versions/{world.home.student.version_id}"
    goal, step = f"/goals/{world.home.student.goal_id}", f"/goal-steps/{world.home.student.step_id}"
    act("transfer_out", reason="Moved.")
    refusals = [
        student.patch(draft, {"sections": {"about_me": "x"}}),
        student.act(draft, "submit"),
        student.delete(draft),
        student.post(f"{plan}/goals", {"title": "Weld", "domain": "career"}),
        student.patch(goal, {"title": "Weld"}),
        student.post(f"{goal}/check-ins", {"percent": 20}),
        student.post(f"{goal}/steps", {"title": "Call"}),
        student.patch(step, {"title": "Call"}),
        student.act(goal, "hold"),
        student.post(f"{plan}/profile-entries", {"kind": "strength", "body": "Patient"}),
        student.delete(f"/profile-entries/{world.home.student.entry_id}"),
    ]
    assert [(one.status_code, code(one)) for one in refusals] == [(409, "plan_closed")] * 11
    assert student.read(draft)["available_actions"] == []
    act("reopen", reason="Back.")
    assert student.patch(draft, {"sections": {"about_me": "x"}}).status_code == 200


def test_a_closed_plan_starts_signs_corrects_and_reaffirms_nothing(
    client: Client,
    world: World,
    student: Traveller,
    plan: str,
    act: Callable[..., Any],
    in_force: str,
) -> None:
    admin = Traveller(client, world.home.school_admin)
    sha256 = student.read(in_force)["snapshot_sha256"]
    act("transfer_out", reason="Moved.")
    granted = {"reason": "Found wrong.", "reference": "AR-1", "sections": {"about_me": "Right."}}
    refusals = [
        student.post(f"{plan}/versions"),
        student.post(f"{in_force}/signatures", {"snapshot_sha256": sha256, "language": "en"}),
        admin.post(f"{in_force}/corrections", granted),
    ]
    assert [(one.status_code, code(one)) for one in refusals] == [(409, "plan_closed")] * 3
    assert "reaffirm" not in admin.read(in_force)["available_actions"]
    parent = Traveller(client, world.home.parent)
    stated = parent.post(f"{in_force}/statements", {"body": "Not so."})
    assert stated.status_code == 201, "the record is kept, and so is what is said against it"


def test_an_approval_waits_while_the_plan_is_closed(
    client: Client, world: World, student: Traveller, act: Callable[..., Any]
) -> None:
    path = f"/plan-versions/{world.home.student.version_id}"
    student.act(path, "submit")
    act("withdraw", reason="Moved.")
    refused = Traveller(client, world.home.advisor).act(path, "approve")
    assert (refused.status_code, code(refused)) == (409, "plan_closed")
    act("reopen", reason="Back.")
    assert Traveller(client, world.home.advisor).act(path, "approve").status_code == 200


def test_a_student_who_returns_finds_this_cycle_s_review_and_goals_to_carry_forward(
    client: Client,
    database: Isolated,
    world: World,
    student: Traveller,
    counselor: Traveller,
    act: Callable[..., Any],
) -> None:
    goal = f"/goals/{world.home.student.goal_id}"
    act("transfer_out", reason="Moved.")
    before = student.read(goal)
    day = clock.Cycle.containing(clock.today()).ends_on + timedelta(days=20)
    with time_machine.travel(f"{day}T15:00:00+00:00", tick=True):
        assert student.read(goal) == {**before, "available_actions": []}, "untouched"
        starts_on = clock.Cycle.containing(day).starts_on
        with database.transaction(districts=[world.home.district_id]) as session:
            assert not _reviews_of(session, world, starts_on)
        assert act("reopen", reason="Back from Maine.").status_code == 200
        with database.transaction(districts=[world.home.district_id]) as session:
            (review,) = _reviews_of(session, world, starts_on)
            assert review.plan_version_id is None
        assert "carry_forward" in student.read(goal)["available_actions"]
        carried = student.act(goal, "carry_forward")
        assert carried.json["status"] == "carried_forward"


def _reviews_of(session: Session, world: World, starts_on: date) -> list[Any]:
    return (
        session.query(Review)
        .filter_by(student_id=world.home.student.id, cycle_starts_on=starts_on)
        .all()
    )


def test_a_closed_plan_owes_no_review_of_a_new_cycle(
    database: Isolated, world: World, act: Callable[..., Any]
) -> None:
    from plp_api.foundation.roster import followers

    act("complete", reason="Graduated.")
    day = clock.Cycle.containing(clock.today()).ends_on + timedelta(days=20)
    with (
        time_machine.travel(f"{day}T15:00:00+00:00", tick=True),
        database.transaction(districts=[world.home.district_id]) as session,
    ):
        followers.enrolled(world.home.district_id, [world.home.student.id], day)
        session.flush()
        assert not _reviews_of(session, world, clock.Cycle.containing(day).starts_on)
        assert session.get_one(Plan, world.home.student.plan_id).status == "completed", (
            "a roster opens no plan"
        )
