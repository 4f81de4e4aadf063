"""From a framework to a rated student, against a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock, data, db
from plp_api.foundation.settings import Settings
from plp_api.server.demo import package
from plp_api.server.demo.years import Years
from tests import databases
from tests.learning.ratings.frameworks import add_framework
from tests.main_job.live import Installation, Person
from tests.main_job.test_main_job import invited, signed_in

pytestmark = pytest.mark.servers


@pytest.fixture(params=databases.KINDS)
def real_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return databases.prepared(request.param, tmp_path)


@pytest.fixture
def installation(real_settings: Settings) -> Iterator[Installation]:
    installation = Installation(real_settings)
    yield installation
    installation.close()


def framework(settings: Settings, district_id: str) -> dict[str, str]:
    """The district's framework; returns the ids of its items by code."""
    database = db.Database(settings.database_url)
    with database.transaction(districts=[UUID(district_id)]) as session:
        found = add_framework(session, UUID(district_id))
    database.dispose()
    return {code: str(key) for code, key in found.items()}


def test_from_a_framework_to_a_rated_student(
    installation: Installation, real_settings: Settings, tmp_path: Path
) -> None:
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
        items = framework(real_settings, admin.read("/me")["district"]["id"])
        student, teacher = invited(admin, server, pupil["id"]), invited(admin, server, teacher_id)
        ratings = f"/students/{pupil['id']}/ratings"

        own = student.make(ratings, {"framework_item_id": items["W.2.a"], "level": "developing"})
        assert own["is_self"]
        rated_by_their_teacher(teacher, pupil, items)
        mistaken = teacher.make(ratings, {"framework_item_id": items["S.1"], "level": "beginning"})
        teacher.act(f"/ratings/{mistaken['id']}", "withdraw", comment="For somebody else.")

        (item,) = student.read(f"/students/{pupil['id']}/competencies")["competencies"]
        assert (item["code"], item["parent"]["code"]) == ("W.2.a", "W.2")
        assert item["latest_school"]["level"] == "proficient"
        assert item["latest_own"]["level"] == "developing"

        evidence = f"/framework-items/{items['W']}/evidence?below=true&level=proficient"
        (row,) = teacher.read(f"{evidence}&class_id={room['id']}")["items"]
        assert (row["student_id"], row["ratings"]) == (pupil["id"], 2)
        the_class_ends(admin, pupil, room)
        refused = teacher.send(
            "POST", ratings, {"framework_item_id": items["S.1"], "level": "proficient"}
        )
        assert refused.status in (403, 404)
        assert len(student.read(ratings)["items"]) == 3, "what was rated stays"


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
    rated = {"student_id": pupil["id"], "level": "proficient", "evidence": "The second draft."}
    sent = {"framework_item_id": items["W.2.a"], "items": [rated]}
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
