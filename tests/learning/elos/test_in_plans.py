"""ELOs in the plan: in snapshots, differences, history, prints, progress and whole reads."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.elos.models import AGREED, Elo, EloGoal, EloStatus
from plp_api.learning.work_logs.models import LogEntry
from plp_api.planning.printing.charts import hours
from tests.catalog.item_links.conftest import Item, an_item, link
from tests.catalog.item_links.test_in_plans import amend, approve
from tests.client import Client, code, uuid
from tests.databases import Isolated
from tests.learning.elo_world import Internship
from tests.learning.elos.conftest import At
from tests.world import World, writing

__all__ = ["an_item"]

MEMBERS = {"format", "plan_id", "plan_version_id", "number", "student_id"}
MEMBERS |= {"sections", "goals", "pathway_elements"}
TITLE = "Nursing at the clinic"


@pytest.fixture
def version(world: World) -> str:
    return f"/plan-versions/{world.home.student.version_id}"


@pytest.fixture
def plan(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}"


@pytest.fixture
def parent(client: Client, world: World) -> Client:
    return client.as_(world.home.parent)


def change(database: Isolated, world: World, elo: Internship, **columns: Any) -> None:
    with writing(database, world.home) as session:
        row = session.get_one(Elo, elo.id)
        for name, value in columns.items():
            setattr(row, name, value)


def serve(database: Isolated, world: World, elo: Internship) -> str:
    """Let the ELO serve the student's goal; the id of that."""
    student = world.home.student
    own = {"district_id": student.district_id, "student_id": student.id}
    with writing(database, world.home) as session:
        session.add(EloGoal(**own, elo_id=elo.id, goal_id=student.goal_id))
    return str(student.goal_id)


def log(database: Isolated, world: World, elo: Internship, minutes: int, **columns: Any) -> None:
    student = world.home.student
    own = {"district_id": student.district_id, "student_id": student.id, "elo_id": elo.id}
    given = {"activity": "Helped on the ward.", "on": clock.today(), **columns}
    with writing(database, world.home) as session:
        session.add(LogEntry(**own, minutes=minutes, **given))


def deny(database: Isolated, world: World, *kinds: str) -> None:
    """A court order denies the parent these kinds of record."""
    with writing(database, world.home) as session:
        of_parent = Relationship.person_id == world.home.parent.id
        session.scalars(select(Relationship).where(of_parent)).one().denied = frozenset(kinds)


# Snapshots.


def test_the_snapshot_holds_ids_and_words_of_the_elos_that_were_agreed_on(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At,
    an_item: Item, version: str,
) -> None:  # fmt: skip
    elo, item = internship("approved"), an_item("TS.1")
    link(coordinator, elo.path, item)
    goal = serve(database, world, elo)
    frozen = approve(client, world, version)
    (shown,) = frozen["elos"]
    today = clock.today()
    assert shown == {
        "elo_id": str(elo.id),
        "type": "internship",
        "title": TITLE,
        "description": "",
        "essential_question": "What makes care good?",
        "product": "A guide for new helpers.",
        "partner_name": "North Peak Clinic",
        "starts_on": (today - timedelta(days=30)).isoformat(),
        "ends_on": (today + timedelta(days=60)).isoformat(),
        "planned_minutes": 3600,
        "goal_ids": [goal],
        "framework_items": [{"id": item, "code": "TS.1", "statement": "Listens to others."}],
    }


@pytest.mark.parametrize("status", EloStatus)
def test_only_an_agreed_elo_is_part_of_the_plan(
    client: Client, world: World, internship: At, version: str, status: EloStatus
) -> None:
    internship(status)
    frozen = approve(client, world, version)
    assert ("elos" in frozen) == (status in AGREED)
    assert set(frozen) - {"elos"} == MEMBERS


def test_nobody_signs_again_for_what_becomes_of_an_elo(
    client: Client, world: World, database: Isolated, internship: At, version: str
) -> None:
    elo = internship("active")
    frozen = approve(client, world, version)
    change(database, world, elo, status="credit_awarded")
    log(database, world, elo, 60)
    draft = amend(client, world)
    assert client.as_(world.home.student).read(f"{draft}/diff")["changes"] == []
    assert approve(client, world, draft)["elos"] == frozen["elos"]
    shown = client.as_(world.home.student).read(draft)
    assert f"/plan-versions/{shown['signed_version_id']}" == version


def test_a_difference_tells_of_an_elo_that_came_changed_and_went(
    client: Client, world: World, database: Isolated, internship: At, version: str
) -> None:
    student = client.as_(world.home.student)
    approve(client, world, version)
    elo = internship("approved")
    second = amend(client, world)
    found = student.read(f"{second}/diff")
    (added,) = found["changes"]
    assert (added["op"], added["part"]) == ("added", f"elos/{elo.id}")
    assert (added["new_pointer"], found["words"][0]["title"]) == ("/elos/0", TITLE)
    approve(client, world, second)
    change(database, world, elo, product="A film.")
    third = amend(client, world)
    (changed,) = student.read(f"{third}/diff")["changes"]
    assert (changed["new_pointer"], changed["new"]) == ("/elos/0/product", "A film.")
    change(database, world, elo, status="terminated")
    (removed,) = student.read(f"{third}/diff")["changes"]
    assert (removed["op"], removed["part"], removed["new"]) == ("removed", f"elos/{elo.id}", None)


def test_an_order_that_denies_elos_hides_them_in_versions_too(
    client: Client, world: World, database: Isolated, internship: At, version: str, parent: Client
) -> None:
    internship("approved")
    approve(client, world, version)
    deny(database, world, "elos")
    assert TITLE not in parent.get(f"{version}/diff").text
    refused = parent.get(f"{version}/print")
    assert (refused.status_code, TITLE in refused.text) == (403, False)


# History.


def test_a_plan_of_an_earlier_day_has_the_elos_of_that_day(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At,
    an_item: Item, plan: str,
) -> None:  # fmt: skip
    elo, item, today = internship("approved"), an_item(), clock.today()
    address, goal = link(coordinator, elo.path, item), serve(database, world, elo)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        assert client.as_(world.home.elo_coordinator).delete(address).status_code == 204
        change(database, world, elo, status="active", title="Nursing")
        with writing(database, world.home) as session:
            session.delete(session.scalars(select(EloGoal)).one())
        student = client.as_(world.home.student)
        ((now,), (then,)) = (
            student.read(f"{plan}/history?as_of={day}")["parts"]["elos"]
            for day in (clock.today(), today)
        )
    assert (then["status"], then["title"], then["goal_ids"]) == ("approved", TITLE, [goal])
    assert then["framework_items"][0]["id"] == item
    assert (now["status"], now["title"], now["goal_ids"]) == ("active", "Nursing", [])
    assert now["framework_items"] == []


def test_an_order_that_denies_elos_hides_those_of_past_days(
    world: World, database: Isolated, internship: At, plan: str, parent: Client
) -> None:
    internship()
    path = f"{plan}/history?as_of={clock.today()}"
    assert "elos" in parent.read(path)["parts"]
    deny(database, world, "elos")
    assert "elos" not in parent.read(path)["parts"]


# Prints.


def test_a_print_shows_elos_in_words_and_no_ids(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At,
    an_item: Item, version: str,
) -> None:  # fmt: skip
    elo = internship("approved", description="<b>Bold</b> & *wild*")
    link(coordinator, elo.path, an_item("TS.1"))
    goal = serve(database, world, elo)
    approve(client, world, version)
    student = client.as_(world.home.student)
    page = student.get(f"{version}/print").text
    part = page.split("Extended learning opportunities (ELOs)")[1]
    for words in (TITLE, "Internship", "60 hours", "North Peak Clinic", "Listens to others."):
        assert words in part, words
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; *wild*" in part
    assert goal not in page
    answer = student.get(f"{version}/print?format=pdf")
    words = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.data)).pages)
    assert TITLE in words
    assert "60 hours" in words


def test_the_hours_of_an_elo_are_drawn_as_bars_and_stand_in_the_table() -> None:
    chart = hours("<script>", 90, 30, 120)
    assert (
        chart.text == "Verified: 1 hour 30 minutes, Not verified yet: 30 minutes, Planned: 2 hours."
    )
    assert chart.rows == (
        ("Verified", "1 hour 30 minutes"),
        ("Not verified yet", "30 minutes"),
        ("Planned", "2 hours"),
    )
    assert "<script>" not in chart.svg
    assert hours("Nothing yet", 0, 0, None).svg.count("<rect") == 0


# Progress and goals.


def test_the_progress_of_a_plan_names_its_elos(
    client: Client, world: World, database: Isolated, internship: At, plan: str, parent: Client
) -> None:
    elo = internship()
    internship("denied", title="Denied")
    (shown,) = client.as_(world.home.student).read(f"{plan}/progress")["elos"]
    assert (shown["id"], shown["status"], shown["planned_minutes"]) == (str(elo.id), "active", 3600)
    deny(database, world, "elos")
    assert "elos" not in parent.read(f"{plan}/progress")


def test_a_goal_shows_the_elos_that_serve_it(
    client: Client, world: World, database: Isolated, internship: At, parent: Client
) -> None:
    elo, coming = internship(), internship("design", title="Later")
    for one in (elo, coming):
        serve(database, world, one)
    path = f"/goals/{world.home.student.goal_id}"
    shown = [
        {"id": str(elo.id), "title": TITLE, "type": "internship", "status": "active",
         "is_evidence": True},
        {"id": str(coming.id), "title": "Later", "type": "internship", "status": "design",
         "is_evidence": False},
    ]  # fmt: skip
    for name in ("student", "parent", "advisor", "teacher", "counselor"):
        assert client.as_(getattr(world.home, name)).read(path)["elos"] == shown, name
    (listed,) = client.as_(world.home.student).read("/goals")["items"]
    assert listed["elos"] == shown
    deny(database, world, "elos")
    assert "elos" not in parent.read(path)
    assert client.as_(world.home.auditor).read(path)["elos"] == shown


def test_a_goal_without_elos_says_so(client: Client, world: World) -> None:
    goal = client.as_(world.home.student).read(f"/goals/{world.home.student.goal_id}")
    assert goal["elos"] == []


def test_an_elo_is_evidence_for_its_items_once_the_work_began(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At,
    an_item: Item, parent: Client,
) -> None:  # fmt: skip
    elo, item = internship("approved"), an_item()
    link(coordinator, elo.path, item)
    path = f"/framework-items/{item}/evidence"
    counselor = client.as_(world.home.counselor)
    assert counselor.read(path)["items"] == []
    change(database, world, elo, status="active")
    (row,) = counselor.read(path)["items"]
    assert (row["elos"], row["goals"], row["student_id"]) == (1, 0, str(world.home.student.id))
    assert [one["elos"] for one in parent.read(path)["items"]] == [1]
    deny(database, world, "elos")
    assert parent.read(path)["items"] == []


def test_the_stored_snapshot_is_canonical(
    client: Client, world: World, internship: At, version: str
) -> None:
    internship("approved")
    approve(client, world, version)
    stored = client.as_(world.home.student).get(f"{version}/snapshot").data
    assert (
        stored
        == json.dumps(
            json.loads(stored), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    )


def test_a_draft_that_an_elo_serves_is_not_deleted(
    client: Client, world: World, database: Isolated, internship: At, plan: str
) -> None:
    student, home = client.as_(world.home.student), world.home.student
    drafts = [student.made(f"{plan}/goals", {"title": "Weld", "domain": "career"}) for _ in "ab"]
    own = {"district_id": home.district_id, "student_id": home.id, "elo_id": internship().id}
    with writing(database, world.home) as session:
        session.add(EloGoal(**own, goal_id=uuid(drafts[0]["id"])))
    assert code(student.delete(f"/goals/{drafts[0]['id']}")) == "goal_relied_on"
    assert student.delete(f"/goals/{drafts[1]['id']}").status_code == 204
