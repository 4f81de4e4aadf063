"""From a framework to a rated student, against a real server."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plp_api.foundation import clock, data
from plp_api.foundation.settings import Settings
from plp_api.server.demo import package
from plp_api.server.demo.years import Years
from tests import databases
from tests.main_job.live import PATIENCE, Installation, Person
from tests.main_job.test_main_job import invited, signed_in

pytestmark = pytest.mark.servers

FILE = data.seeds() / "frameworks" / "graduation_proficiencies.json"
LEVELS = ("far", "near", "there")


@pytest.fixture(params=databases.KINDS)
def real_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return databases.prepared(request.param, tmp_path)


@pytest.fixture
def installation(real_settings: Settings) -> Iterator[Installation]:
    installation = Installation(real_settings)
    yield installation
    installation.close()


def imported(admin: Person) -> dict[str, Any]:
    """The seed's items by code, imported by the server's worker, with a scale chosen for them."""
    sent = admin.upload("/framework-imports", FILE)
    assert sent.status == 202, sent.json
    deadline = time.monotonic() + PATIENCE
    path = f"/framework-imports/{sent.json['id']}"
    while (done := admin.read(path))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, done
        time.sleep(0.1)
    assert done["state"] == "applied", done
    levels = [{"key": key, "title": key.capitalize()} for key in LEVELS]
    scale = admin.make("/scales", {"title": "Three levels", "levels": levels})
    framework = f"/frameworks/{done['framework_id']}"
    assert admin.change(framework, {"scale_id": scale["id"]})["scale"]["id"] == scale["id"]
    return {one["code"]: one for one in admin.read(f"{framework}/items?limit=100")["items"]}


def test_from_a_framework_to_a_rated_student(installation: Installation, tmp_path: Path) -> None:
    roster = tmp_path / "roster.zip"
    seeds = data.seeds() / "demo" / "tamarack-valley-su"
    package.write(seeds, roster, Years.until(clock.today()))
    assert installation.command("roster", "import", str(roster)).returncode == 0
    first = installation.command(
        *("people", "invite", "--role", "district_admin"),
        *("--given", "Ada", "--family", "Min", "--username", "ada.admin"),
    )
    code = next(line.split()[-1] for line in first.stdout.splitlines() if line.startswith("code"))

    with installation.serve() as server:
        admin = signed_in(server, code)
        pupil, teacher_id, room = somebody_in_a_class(admin)
        items = {code: one["id"] for code, one in imported(admin).items()}
        student, teacher = invited(admin, server, pupil["id"]), invited(admin, server, teacher_id)
        ratings = f"/students/{pupil['id']}/ratings"

        shown = student.read(f"/framework-items/{items['MA.1']}")
        assert [level["key"] for level in shown["scale"]["levels"]] == list(LEVELS)
        goal = linked_goal(student, pupil, items["MA.1"])
        rated = {"framework_item_id": items["MA.1"], "level": "near", "goal_id": goal["id"]}
        own = student.make(ratings, rated)
        assert (own["is_self"], own["goal_id"]) == (True, goal["id"])
        rated_by_their_teacher(teacher, pupil, items)
        mistaken = teacher.make(ratings, {"framework_item_id": items["MA.2"], "level": "far"})
        teacher.act(f"/ratings/{mistaken['id']}", "withdraw", comment="For somebody else.")

        (item,) = student.read(f"/students/{pupil['id']}/competencies")["competencies"]
        assert (item["code"], item["parent"]["code"]) == ("MA.1", "MA")
        assert item["latest_school"]["level"] == "there"
        assert item["latest_own"]["level"] == "near"

        evidence = f"/framework-items/{items['MA']}/evidence?below=true&level=there"
        (row,) = teacher.read(f"{evidence}&class_id={room['id']}")["items"]
        assert (row["student_id"], row["ratings"]) == (pupil["id"], 2)
        the_class_ends(admin, pupil, room)
        refused = teacher.send(
            "POST", ratings, {"framework_item_id": items["MA.2"], "level": "there"}
        )
        assert refused.status in (403, 404)
        assert len(student.read(ratings)["items"]) == 3, "what was rated stays"


def linked_goal(student: Person, pupil: Any, item_id: str) -> Any:
    """A goal of the student's, linked to the item by the student."""
    (plan,) = student.read(f"/plans?student_id={pupil['id']}")["items"]
    goal = student.make(f"/plans/{plan['id']}/goals", {"domain": "academic", "title": "Functions"})
    student.make(f"/goals/{goal['id']}/links", {"framework_item_id": item_id})
    (linked,) = student.read(f"/goals/{goal['id']}")["framework_items"]
    assert linked["code"] == "MA.1"
    return goal


def somebody_in_a_class(admin: Person) -> tuple[Any, Any, Any]:
    """A student with an account to activate, a teacher of a class of theirs, and the class."""
    for pupil in admin.read("/students?grade=10&limit=200")["items"]:
        for learning in admin.read(f"/students/{pupil['id']}/enrollments")["items"]:
            room = admin.read(f"/classes/{learning['class_id']}")
            if pupil["username"] and room["teachers"]:
                return pupil, room["teachers"][0]["person_id"], room
    raise AssertionError("no student of grade 10 has a teacher")


def rated_by_their_teacher(teacher: Person, pupil: Any, items: dict[str, str]) -> None:
    """The teacher rates in one item, by the call that takes a class."""
    rated = {"student_id": pupil["id"], "level": "there", "evidence": "The second draft."}
    sent = {"framework_item_id": items["MA.1"], "items": [rated]}
    (answer,) = teacher.make("/ratings", sent)["items"]
    assert answer["status"] == 200, answer
    shown = answer["resource"]
    assert (shown["is_self"], shown["rated_as"], shown["level_position"]) == (False, "teacher", 3)


def the_class_ends(admin: Person, pupil: Any, room: Any) -> None:
    """End every class that the student has with the room's teachers."""
    teachers = {one["person_id"] for one in room["teachers"]}
    for learning in admin.read(f"/students/{pupil['id']}/enrollments")["items"]:
        shared = admin.read(f"/classes/{learning['class_id']}")["teachers"]
        if teachers & {one["person_id"] for one in shared}:
            path = f"/enrollments/{learning['id']}"
            admin.change(path, {"ends_on": clock.today().isoformat()})
