"""The annual review: prepared, held in one call, excepted, complete by facts."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.planning.reviews.actions import open_cycle, open_for
from plp_api.planning.reviews.models import Review
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing


@pytest.fixture
def path(world: World) -> str:
    return f"/reviews/{world.home.student.review_id}"


@pytest.fixture
def meeting(world: World) -> dict[str, Any]:
    """The body that an advisor sends after a meeting."""
    return {
        "held_on": clock.today().isoformat(),
        "mode": "in_person",
        "participants": [
            {"role": "student", "person_id": str(world.home.student.id)},
            {"role": "parent", "person_id": str(world.home.parent.id)},
            {"role": "interpreter", "name": "A. Interpreter"},
        ],
    }


def test_the_student_prepares_and_the_advisor_holds_in_one_call(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    prepared = client.as_(world.home.student).act(path, "prepare", preparation="I want to weld.")
    assert (prepared.status_code, prepared.json["status"]) == (200, "prepared")
    held = client.as_(world.home.advisor).act(path, "hold", **meeting, summary="A good talk.")
    assert (held.status_code, held.json["status"]) == (200, "held")
    roles = [one["role"] for one in held.json["participants"]]
    assert roles == ["student", "parent", "interpreter"]


def test_a_meeting_can_be_recorded_again_to_correct_it(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    advisor = client.as_(world.home.advisor)
    advisor.act(path, "hold", **meeting)
    meeting["participants"].pop()
    again = advisor.act(path, "hold", **meeting)
    assert again.status_code == 200, again.json
    assert [one["role"] for one in again.json["participants"]] == ["student", "parent"]


def test_a_review_opened_after_the_approval_is_complete(
    client: Client, world: World, database: Isolated
) -> None:
    student = world.home.student
    with writing(database, world.home) as session:
        session.query(Review).filter_by(student_id=student.id).delete()
    path = f"/plan-versions/{student.version_id}"
    client.as_(student).act(path, "submit")
    client.as_(world.home.advisor).act(path, "approve")
    with writing(database, world.home):
        open_cycle(world.home.district_id)
    (review,) = client.as_(student).read("/reviews")["items"]
    assert review["standing"] == "current"


def test_a_meeting_in_the_future_is_refused(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    meeting["held_on"] = (clock.today() + timedelta(days=2)).isoformat()
    refused = client.as_(world.home.advisor).act(path, "hold", **meeting)
    assert (refused.status_code, pointers(refused)) == (422, {"/held_on"})


def test_a_participant_of_another_district_is_not_known(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    meeting["participants"].append({"role": "parent", "person_id": str(world.away.parent.id)})
    refused = client.as_(world.home.advisor).act(path, "hold", **meeting)
    assert (refused.status_code, pointers(refused)) == (422, {"/participants/3/person_id"})


def test_signatures_are_given_in_the_room(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    advisor = client.as_(world.home.advisor)
    client.as_(world.home.student).act(version, "submit")
    sha256 = advisor.act(version, "approve").json["snapshot_sha256"]
    meeting["signatures"] = [
        {
            "role": role,
            "person_id": str(getattr(world.home, role).id),
            "snapshot_sha256": sha256,
            "language": "en",
        }
        for role in ("student", "parent")
    ]
    assert advisor.act(path, "hold", **meeting).status_code == 200
    signatures = advisor.read(f"{version}/signatures")
    assert signatures["signature_state"] == "complete"
    assert {one["method"] for one in signatures["items"]} == {"account", "in_room"}


def test_nobody_signs_in_the_room_for_whom_it_is_not_to_sign(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    advisor = client.as_(world.home.advisor)
    client.as_(world.home.student).act(version, "submit")
    sha256 = advisor.act(version, "approve").json["snapshot_sha256"]
    meeting["signatures"] = [
        {
            "role": "parent",
            "person_id": str(world.home.inspecting_parent.id),
            "snapshot_sha256": sha256,
            "language": "en",
        }
    ]
    refused = advisor.act(path, "hold", **meeting)
    assert pointers(refused) == {"/signatures/0/person_id"}
    assert advisor.read(path)["status"] == "scheduled", "nothing is half done"


def test_a_parent_does_not_learn_who_else_is_a_parent(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    client.as_(world.home.advisor).act(path, "hold", **meeting)
    seen = client.as_(world.home.inspecting_parent).read(path)["participants"]
    parent = next(one for one in seen if one["role"] == "parent")
    assert parent["person_id"] is None


def test_an_admin_excepts_with_a_reason_and_an_advisor_does_not(
    client: Client, world: World, path: str
) -> None:
    assert code(client.as_(world.home.advisor).act(path, "except", reason="x")) == (
        "permission_denied"
    )
    excepted = client.as_(world.home.school_admin).act(path, "except", reason="In hospital.")
    assert (excepted.json["status"], excepted.json["standing"]) == ("excepted", "excepted")


def test_a_review_is_overdue_the_day_after_it_was_due(
    client: Client, world: World, path: str
) -> None:
    due_on = date.fromisoformat(client.as_(world.home.advisor).read(path)["due_on"])
    for day, standing in ((due_on, "due"), (due_on + timedelta(days=1), "overdue")):
        with time_machine.travel(f"{day}T17:00:00Z"):
            assert client.as_(world.home.advisor).read(path)["standing"] == standing


def test_one_action_holds_many_and_answers_for_each(
    client: Client, world: World, meeting: dict[str, Any]
) -> None:
    advisor = client.as_(world.home.advisor)
    items = advisor.read("/reviews")["items"]
    assert len(items) == 2
    for one in meeting["participants"][:2]:
        one.pop("person_id")
        one["name"] = "Somebody"
    stale = {"id": items[1]["id"], "version": 99}
    fresh = {"id": items[0]["id"], "version": items[0]["version"]}
    foreign = {"id": str(world.away.student.review_id), "version": 1}
    body = {"action": "hold", **meeting, "items": [fresh, stale, foreign]}
    answer = advisor.post("/reviews/actions", body)
    assert [one["status"] for one in answer.json["items"]] == [200, 412, 404]
    assert answer.json["items"][0]["resource"]["status"] == "held"
    assert answer.json["items"][2]["problem"]["code"] == "not_found"


def test_a_late_entry_has_45_days(world: World, database: Isolated, client: Client) -> None:
    with writing(database, world.home) as session:
        student = session.get(Student, world.home.student.id)
        session.query(type(student)).filter_by(id=student.id).update(
            {"entered_on": clock.Cycle.containing(clock.today()).ends_on - timedelta(days=5)}
        )
        session.query(Review).filter_by(student_id=student.id).delete()
        open_for(world.home.district_id, [student.id], clock.today())
    (review,) = client.as_(world.home.student).read("/reviews")["items"]
    ends_on = clock.Cycle.containing(clock.today()).ends_on
    assert review["due_on"] == (ends_on + timedelta(days=40)).isoformat()


def test_the_first_day_of_a_cycle_opens_everybodys_next_review_once(
    world: World, database: Isolated, client: Client
) -> None:
    first = clock.Cycle.containing(clock.today()).ends_on + timedelta(days=1)
    with time_machine.travel(f"{first}T17:00:00Z"):
        with writing(database, world.home):
            open_cycle(world.home.district_id)
        with writing(database, world.home):
            open_cycle(world.home.district_id)
        reviews = client.as_(world.home.student).read("/reviews?sort=-due_on")["items"]
    assert reviews[0]["cycle_starts_on"] == first.isoformat()
    assert len(reviews) == 2


def test_an_exception_given_by_mistake_is_taken_back_by_an_admin(
    client: Client, world: World, path: str
) -> None:
    client.as_(world.home.student).act(path, "prepare", preparation="I want to weld.")
    admin = client.as_(world.home.school_admin)
    assert admin.act(path, "except", reason="In hospital.").json["standing"] == "excepted"
    refused = client.as_(world.home.advisor).act(path, "reinstate")
    assert code(refused) == "permission_denied"
    back = admin.act(path, "reinstate", comment="It was another student.")
    assert (back.status_code, back.json["status"], back.json["standing"]) == (
        200,
        "prepared",
        "due",
    )
    assert back.json["exception_reason"] is None


def test_a_review_that_was_held_is_held_again_after_a_mistaken_exception(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    client.as_(world.home.advisor).act(path, "hold", **meeting)
    admin = client.as_(world.home.school_admin)
    admin.act(path, "except", reason="In hospital.")
    assert admin.act(path, "reinstate").json["status"] == "held"


def test_an_interpreter_and_adults_without_account_are_named_with_their_language(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    meeting["participants"][2]["language"] = "sw"
    meeting["participants"].append({"role": "engaged_adult", "name": "Coach Lee"})
    meeting["participants"].append({"role": "parent", "name": "The other parent"})
    held = client.as_(world.home.advisor).act(path, "hold", **meeting)
    told = [(one["role"], one["name"], one["language"]) for one in held.json["participants"]]
    assert told[2:] == [
        ("interpreter", "A. Interpreter", "sw"),
        ("engaged_adult", "Coach Lee", None),
        ("parent", "The other parent", None),
    ]
    seen = client.as_(world.home.parent).read(path)["participants"]
    assert [one["name"] for one in seen if one["role"] == "parent"] == [None, None]
    assert "The other parent" not in client.as_(world.home.parent).get(path).get_data(as_text=True)


def test_nobody_prepares_or_meets_while_the_plan_is_closed(
    client: Client, world: World, path: str, meeting: dict[str, Any]
) -> None:
    registrar = client.as_(world.home.registrar)
    plan = f"/plans/{world.home.student.plan_id}"
    etag = registrar.get(f"{plan}/life").headers["ETag"]
    closing = {"action": "transfer_out", "reason": "Moved."}
    closed = registrar.post(f"{plan}/actions", closing, headers={"If-Match": etag})
    assert closed.status_code == 200, closed.json
    prepared = client.as_(world.home.student).act(path, "prepare", preparation="I want to weld.")
    held = client.as_(world.home.advisor).act(path, "hold", **meeting)
    for answer in (prepared, held):
        assert (answer.status_code, code(answer)) == (409, "plan_closed")
    assert client.as_(world.home.advisor).read(path)["available_actions"] == []
