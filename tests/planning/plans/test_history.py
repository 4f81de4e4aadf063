"""A plan as it was on an earlier day."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import Revision
from plp_api.planning.reviews.models import Review
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.planning.plans.travellers import Traveller
from tests.world import World, writing


@pytest.fixture
def student(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.student)


@pytest.fixture
def path(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}/history"


@pytest.fixture
def later() -> Iterator[Callable[..., Any]]:
    """Moves the clock some days ahead, and back at the end."""
    travellers = []

    def go(days: int) -> date:
        moment = clock.now() + timedelta(days=days)
        traveller = time_machine.travel(moment, tick=True)
        traveller.start()
        travellers.append(traveller)
        return clock.today()

    yield go
    for one in reversed(travellers):
        one.stop()


def goals(reader: Traveller, path: str, day: date) -> dict[str, Any]:
    found = reader.read(f"{path}?as_of={day}")["parts"]["goals"]
    return {one["goal_id"]: one for one in found}


def test_a_goal_is_shown_as_it_was_before_and_after_it_changed(
    world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    today, goal_id = clock.today(), str(world.home.student.goal_id)
    changed_on = later(3)
    goal = f"/goals/{goal_id}"
    assert student.patch(goal, {"title": "Shadow two nurses"}).status_code == 200
    assert student.act(goal, "hold").status_code == 200
    later(3)
    before = goals(student, path, today)[goal_id]
    assert (before["title"], before["status"]) == ("Shadow a nurse", "active")
    after = goals(student, path, changed_on)[goal_id]
    assert (after["title"], after["status"]) == ("Shadow two nurses", "on_hold")
    assert goals(student, path, changed_on - timedelta(days=1))[goal_id] == before


def test_a_goal_that_was_not_there_yet_and_one_deleted_since(
    world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    today = clock.today()
    made_on = later(2)
    made = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": "Weld", "domain": "career"}
    )
    gone_on = later(2)
    assert student.delete(f"/goals/{made['id']}").status_code == 204
    assert made["id"] not in goals(student, path, today)
    assert goals(student, path, made_on)[made["id"]]["title"] == "Weld"
    assert made["id"] not in goals(student, path, gone_on)


def test_a_goal_confirmed_with_its_plan_was_proposed_before(
    client: Client, world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    advisor = Traveller(client, world.home.advisor)
    made = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": "Weld", "domain": "career"}
    )
    student.act(f"/goals/{made['id']}", "propose")
    proposed_on = clock.today()
    confirmed_on = later(2)
    version = f"/plan-versions/{world.home.student.version_id}"
    student.act(version, "submit")
    assert advisor.act(version, "approve").status_code == 200
    was = goals(student, path, proposed_on)[made["id"]]
    assert (was["status"], was["confirmed_at"]) == ("proposed", None)
    now = goals(student, path, confirmed_on)[made["id"]]
    assert (now["status"], now["confirmed_by"]) == ("active", str(world.home.advisor.id))


def test_a_check_in_writes_no_history_and_its_progress_has_its_day(
    database: Isolated, world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    today, goal_id = clock.today(), str(world.home.student.goal_id)
    later(2)
    student.made(f"/goals/{goal_id}/check-ins", {"percent": 60})
    with database.transaction(districts=[world.home.district_id]) as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 0
        assert session.get_one(Goal, world.home.student.goal_id).progress_percent == 60
    assert goals(student, path, today)[goal_id]["progress_percent"] == 10
    assert goals(student, path, clock.today())[goal_id]["progress_percent"] == 60


def test_the_version_in_force_and_the_status_are_those_of_the_day(
    client: Client, world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    advisor, admin = (
        Traveller(client, world.home.advisor),
        Traveller(client, world.home.school_admin),
    )
    start = clock.today()
    approved_on = later(2)
    first = f"/plan-versions/{world.home.student.version_id}"
    student.act(first, "submit")
    advisor.act(first, "approve")
    amended_on = later(2)
    second = student.made(f"/plans/{world.home.student.plan_id}/versions", None)
    second = f"/plan-versions/{second['id']}"
    student.patch(second, {"sections": {"about_me": "Changed."}})
    student.act(second, "submit")
    advisor.act(second, "approve")
    closed_on = later(2)
    life = f"/plans/{world.home.student.plan_id}"
    etag = admin.etag(f"{life}/life")
    body = {"action": "transfer_out", "reason": "Moved."}
    assert admin.post(f"{life}/actions", body, headers={"If-Match": etag}).status_code == 200

    def at(day: date) -> Any:
        return admin.read(f"{path}?as_of={day}")

    assert at(start)["version_in_force"] is None
    assert at(approved_on)["version_in_force"]["number"] == 1
    then = at(amended_on)
    assert then["version_in_force"]["number"] == 2
    assert then["version_in_force"]["sections"][0]["body"] == "Changed."
    assert (then["plan"]["status"], then["plan"]["closing_reason"]) == ("active", None)
    assert at(closed_on)["plan"]["status"] == "transferred_out"


def test_what_was_sealed_since_stays_sealed_in_the_past(
    client: Client, world: World, student: Traveller, path: str, later: Callable[..., Any]
) -> None:
    advisor, admin = (
        Traveller(client, world.home.advisor),
        Traveller(client, world.home.school_admin),
    )
    first = f"/plan-versions/{world.home.student.version_id}"
    student.act(first, "submit")
    advisor.act(first, "approve")
    day = clock.today()
    later(2)
    granted = {"reason": "Found wrong.", "reference": "AR-1", "sections": {"about_me": "Right."}}
    admin.made(f"{first}/corrections", granted)
    assert student.read(f"{path}?as_of={day}")["version_in_force"]["sections"] is None
    opened = admin.read(f"{path}?as_of={day}")["version_in_force"]["sections"]
    assert opened[0]["body"] == "My about me."


def test_the_past_shows_what_one_may_read_today(
    client: Client, database: Isolated, world: World, path: str
) -> None:
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"goals"})
    then = Traveller(client, world.home.parent).read(f"{path}?as_of={clock.today()}")
    assert "goals" not in then["parts"]
    registrar = Traveller(client, world.home.registrar).read(f"{path}?as_of={clock.today()}")
    assert (registrar["plan"]["status"], registrar["version_in_force"]) == ("active", None)
    assert "goals" not in registrar["parts"]


def test_a_day_before_the_plan_or_to_come_is_refused(student: Traveller, path: str) -> None:
    for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=300)):
        refused = student.get(f"{path}?as_of={day}")
        assert (refused.status_code, code(refused)) == (422, "validation_failed")
        assert pointers(refused) == {"as_of"}
    assert pointers(student.get(path)) == {"as_of"}


def test_a_pathway_element_is_shown_as_it_was_before_it_changed(
    client: Client, world: World, path: str, later: Callable[..., Any]
) -> None:
    counselor = Traveller(client, world.home.counselor)
    before_it = clock.today() - timedelta(days=1)
    plan = f"/plans/{world.home.student.plan_id}"
    planned = {"type": "cte", "title": "Welding", "provider_name": "River Center"}
    made = counselor.made(f"{plan}/pathway-elements", planned)
    today = clock.today()
    changed_on = later(2)
    element = f"/pathway-elements/{made['id']}"
    assert counselor.patch(element, {"title": "Welding II"}).status_code == 200
    assert counselor.act(element, "withdraw").status_code == 200

    def element_at(day: date) -> Any:
        found = counselor.read(f"{path}?as_of={day}")["parts"]["pathway_elements"]
        return next((one for one in found if one["pathway_element_id"] == made["id"]), None)

    then, now = element_at(today), element_at(changed_on)
    assert (then["title"], then["status"]) == ("Welding", "planned")
    assert (now["title"], now["status"]) == ("Welding II", "withdrawn")
    opened_on = counselor.read(f"{plan}/life")["opened_on"]
    assert opened_on > str(before_it) or element_at(before_it) is None


def test_signatures_and_the_review_are_those_of_the_day(
    client: Client,
    world: World,
    database: Isolated,
    student: Traveller,
    path: str,
    later: Callable[..., Any],
) -> None:
    advisor = Traveller(client, world.home.advisor)
    # All of it in one cycle, though today is among its last days.
    left = clock.Cycle.containing(clock.today()).ends_on - clock.today()
    start = later(min(0, left.days - 5))
    with writing(database, world.home) as session:
        session.get(Review, world.home.student.review_id).created_at = clock.now()
    approved_on = later(2)
    version = f"/plan-versions/{world.home.student.version_id}"
    student.act(version, "submit")
    advisor.act(version, "approve")
    signed_on = later(2)
    sha256 = student.read(version)["snapshot_sha256"]
    signature = {"snapshot_sha256": sha256, "language": "en"}
    assert student.post(f"{version}/signatures", signature).status_code == 201
    later(1)

    def at(day: date) -> Any:
        return advisor.read(f"{path}?as_of={day}")["parts"]

    def students(parts: dict[str, Any]) -> str | None:
        found = parts["signatures"]["requirements"]
        return next((one["status"] for one in found if one["role"] == "student"), None)

    assert at(start)["signatures"] == {"signature_state": "not_started", "requirements": []}
    assert [students(at(day)) for day in (approved_on, signed_on)] == ["open", "signed"]
    (before,), (after,) = at(start)["reviews"], at(approved_on)["reviews"]
    assert (before["standing"], before["plan_version_id"]) == ("due", None)
    assert after["standing"] == "current"
    assert after["plan_version_id"] == str(world.home.student.version_id)
