"""ETags: a change names the version that was read; an unchanged row is not sent again."""

from typing import Any

import pytest
from sqlalchemy import event

from plp_api.foundation import db
from plp_api.server.app import create_app
from tests.client import Client, code
from tests.conftest import Live
from tests.world import World


def version(etag: str) -> str:
    return etag.strip('"').split(".")[0]


def test_a_resource_carries_a_strong_tag_that_begins_with_its_version(
    student: Client, goal: str
) -> None:
    answer = student.get(goal)
    tag = answer.headers["ETag"]
    assert tag.startswith(f'"{answer.json["version"]}.')
    assert tag.endswith('"')
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_two_people_save_and_the_second_loses_nothing(
    client: Client, world: World, goal: str
) -> None:
    first, second = client.as_(world.home.student), client.as_(world.home.student)
    read_by_second = second.etag(goal)
    assert first.patch(goal, {"title": "The first"}).status_code == 200
    answer = second.patch(goal, {"title": "The second"}, etag=read_by_second)
    assert (answer.status_code, code(answer)) == (412, "version_stale")
    assert second.read(goal)["title"] == "The first"
    assert second.patch(goal, {"title": "The second"}).status_code == 200


def test_a_change_without_a_tag_is_asked_for_one(student: Client, goal: str) -> None:
    answer = student.send("PATCH", goal, json={"title": "x"})
    assert (answer.status_code, code(answer)) == (428, "precondition_required")


@pytest.mark.parametrize(
    "tag",
    [
        "",
        '""',
        "banana",
        '"banana"',
        '"1 .x"',
        '"01.x"',
        "0",
        '"-1"',
        '"1e0.x"',
        "W/",
        '"٣.x"',
        ",",
        '"99.x", "98.y"',
    ],
)
def test_a_tag_of_no_version_is_stale(student: Client, goal: str, tag: str) -> None:
    answer = student.patch(goal, {"title": "x"}, etag=tag.encode().decode("latin-1") or " ")
    assert (answer.status_code, code(answer)) == (412, "version_stale")


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"0.x", {0}', "*", " {0} "])
def test_any_form_of_the_right_tag_will_do(student: Client, goal: str, form: str) -> None:
    tag = form.format(student.etag(goal))
    assert student.patch(goal, {"title": "x"}, etag=tag).status_code == 200


def test_only_the_version_of_a_tag_is_compared(client: Client, world: World, goal: str) -> None:
    read_by_parent = client.as_(world.home.parent).etag(goal)
    answer = client.as_(world.home.student).patch(goal, {"title": "x"}, etag=read_by_parent)
    assert answer.status_code == 200


def test_each_change_is_a_new_version(student: Client, goal: str) -> None:
    before = student.read(goal)["version"]
    changed = student.patch(goal, {"title": "New words"})
    assert changed.json["version"] == before + 1
    assert version(changed.headers["ETag"]) == str(before + 1)


def test_a_null_clears_and_an_absent_field_stays(student: Client, goal: str) -> None:
    student.patch(goal, {"due_on": "2027-01-31"})
    assert student.patch(goal, {"title": "Other"}).json["due_on"] == "2027-01-31"
    assert student.patch(goal, {"due_on": None}).json["due_on"] is None


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"0.x", {0}', "*"])
def test_who_has_it_already_is_sent_nothing(student: Client, goal: str, form: str) -> None:
    tag = student.etag(goal)
    answer = student.get(goal, headers={"If-None-Match": form.format(tag)})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag


def test_who_has_an_older_one_is_sent_the_new(student: Client, goal: str) -> None:
    tag = student.etag(goal)
    student.patch(goal, {"title": "New words"})
    assert student.get(goal, headers={"If-None-Match": tag}).json["title"] == "New words"


def test_what_another_read_is_not_taken_for_one_s_own(
    client: Client, world: World, goal: str
) -> None:
    tag = client.as_(world.home.parent).etag(goal)
    mine = client.as_(world.home.student).get(goal, headers={"If-None-Match": tag})
    assert mine.status_code == 200


def test_head_answers_as_get_without_the_body(student: Client, goal: str) -> None:
    got, headed = student.get(goal), student.send("HEAD", goal)
    assert (headed.status_code, headed.data) == (200, b"")
    assert headed.headers["ETag"] == got.headers["ETag"]


def test_what_was_made_says_where_it_is(student: Client, samples: str) -> None:
    answer = student.post(samples, {"title": "New"})
    assert answer.headers["Location"] == f"/api/v1/goals/{answer.json['id']}"
    assert version(answer.headers["ETag"]) == "1"


def test_who_waits_in_vain_for_a_long_change_is_told_to_come_back(live: Live) -> None:
    """SQLite's one writer may be an import of minutes; reads continue meanwhile."""
    if live.database.is_postgresql:
        return  # On PostgreSQL writers do not wait for each other.
    impatient = db.Database(live.settings.database_url)

    @event.listens_for(impatient.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    goal = f"/goals/{live.world.home.student.goal_id}"
    student = Client(create_app(live.settings, impatient)).as_(live.world.home.student)
    with live.database.transaction() as writing:
        writing.connection()
        assert student.get(goal).status_code == 200
        answer = student.post(f"{goal}/check-ins", {"percent": 1})
    assert (answer.status_code, code(answer)) == (503, "database_unavailable")
    assert answer.headers["Retry-After"] == "10"
    assert "this one was not saved" in answer.json["detail"]
    assert student.post(f"{goal}/check-ins", {"percent": 1}).status_code == 201
    impatient.dispose()
