"""`R*`: a district admin opens a record one by one, for a stated reason that is kept."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from tests import databases
from tests.client import Client, code, pointers
from tests.world import World, writing

REASON = {"X-Access-Reason": "A parent's complaint of 3 May"}


def paths(world: World) -> list[str]:
    student = world.home.student
    return [f"/goals/{student.goal_id}", f"/plan-versions/{student.version_id}"]


def opened(database: databases.Isolated, world: World) -> list[Any]:
    """Whose opening of what is kept, with the reason."""
    kept = select(Event.actor_id, Event.student_id, Event.subject_id, Event.payload)
    with writing(database, world.home) as session:
        return list(session.execute(kept.where(Event.type == "record.opened")))


def test_without_a_reason_the_record_stays_closed_and_says_what_opens_it(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    for path in paths(world):
        answer = admin.get(path)
        assert (answer.status_code, code(answer)) == (403, "reason_required")


def test_a_reason_opens_it_and_is_kept_with_who_and_what(
    client: Client, database: databases.Isolated, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    for path in paths(world):
        assert admin.get(path, headers=REASON).status_code == 200
    events = opened(database, world)
    student = world.home.student
    # A goal names the ELOs that serve it, which the reason opens too.
    assert {one.subject_id for one in events} == {
        student.goal_id,
        student.version_id,
        student.id,
    }
    for one in events:
        assert one.actor_id == world.home.district_admin.id
        assert one.student_id == world.home.student.id
        assert one.payload["reason"] == REASON["X-Access-Reason"]


def test_no_list_shows_for_a_reason_what_it_does_not_show_without(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    for path in ("/goals", "/plan-versions"):
        assert admin.get(path, headers=REASON).json["items"] == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_blank_reason_is_none(client: Client, world: World, reason: str) -> None:
    admin = client.as_(world.home.district_admin)
    answer = admin.get(paths(world)[0], headers={"X-Access-Reason": reason})
    assert (answer.status_code, code(answer)) == (403, "reason_required")


@pytest.mark.parametrize("reason", ["x" * 501, "a\tb"])
def test_a_reason_that_cannot_be_kept_is_refused(
    client: Client, database: databases.Isolated, world: World, reason: str
) -> None:
    admin = client.as_(world.home.district_admin)
    answer = admin.get(paths(world)[0], headers={"X-Access-Reason": reason})
    assert answer.status_code == 422
    assert opened(database, world) == []


def test_a_reason_that_cannot_be_kept_is_told_after_what_comes_before_it(
    client: Client, database: databases.Isolated, world: World
) -> None:
    long = {"X-Access-Reason": "x" * 501}
    admin, away = client.as_(world.home.district_admin), world.away.student.goal_id
    assert client.get(paths(world)[0], headers=long).status_code == 401
    assert admin.get(f"/goals/{away}", headers=long).status_code == 404
    path = paths(world)[0]
    student = client.as_(world.home.student)
    assert student.send("PATCH", path, json={}, headers=long).status_code == 428
    stale = {**long, "If-Match": '"99.x"'}
    assert student.send("PATCH", path, json={}, headers=stale).status_code == 412
    answer = student.send("PATCH", path, json={}, headers={**long, "If-Match": "*"})
    assert (answer.status_code, pointers(answer)) == (422, {"X-Access-Reason"})


def test_a_reason_opens_nothing_of_another_district(
    client: Client, database: databases.Isolated, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/goals/{world.away.student.goal_id}"
    assert admin.get(path, headers=REASON).status_code == 404
    assert opened(database, world) == []


@pytest.mark.parametrize("name", ["advisor", "registrar", "parent", "auditor", "teacher"])
def test_a_reason_opens_nothing_more_to_anybody_else(
    client: Client, database: databases.Isolated, world: World, name: str
) -> None:
    somebody = client.as_(getattr(world.home, name))
    for path in [*paths(world), f"/goals/{world.home.other_student.goal_id}"]:
        without, with_ = somebody.get(path), somebody.get(path, headers=REASON)
        assert with_.status_code == without.status_code, path
    assert opened(database, world) == []


def test_a_reason_lets_nobody_change_anything(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    headers = {**REASON, "If-Match": "*"}
    answer = admin.send("PATCH", paths(world)[0], json={"title": "x"}, headers=headers)
    assert (answer.status_code, code(answer)) == (403, "permission_denied")


def test_who_has_it_already_is_logged_again_when_they_look_again(
    client: Client, database: databases.Isolated, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    path = paths(world)[0]
    tag = admin.get(path, headers=REASON).headers["ETag"]
    assert admin.get(path, headers={**REASON, "If-None-Match": tag}).status_code == 304
    # Each time the goal, and the ELOs that it names.
    assert len(opened(database, world)) == 4
