"""The order of checks: requests that break every rule at once, corrected one by one."""

from dataclasses import replace
from typing import Any

import pytest

from plp_api.server.app import Application, create_app
from tests import databases
from tests.client import Client, code
from tests.foundation.rest.sample import blueprint
from tests.world import World

BROKEN: dict[str, Any] = {
    "data": b'{"title": ',
    "content_type": "text/plain",
    "headers": {"Accept": "text/html"},
}


@pytest.fixture
def limited(app: Application, database: databases.Isolated) -> Client:
    """A client of a server that takes two requests an hour from one person."""
    made = create_app(replace(app.settings, rate_limit="2/hour"), database)
    made.register_blueprint(blueprint)
    return Client(made)


def test_a_change_that_breaks_every_rule_is_told_the_first_first(
    client: Client, world: World, goal: str
) -> None:
    away = f"/samples/{world.away.student.goal_id}"
    student, parent = client.as_(world.home.student), client.as_(world.home.parent)

    def answered(who: Client, path: str, **mended: Any) -> tuple[int, str]:
        answer = who.send("PATCH", f"{path}?typo=1", **{**BROKEN, **mended})
        return answer.status_code, code(answer)

    assert answered(client, away) == (401, "token_missing")
    assert answered(student, away) == (404, "not_found")
    assert answered(parent, goal) == (403, "permission_denied")
    assert answered(student, goal, data=b"x" * (2 << 20)) == (413, "body_too_large")
    assert answered(student, goal) == (415, "media_type_unsupported")
    kind = {"content_type": "application/json"}
    assert answered(student, goal, **kind) == (406, "not_acceptable")
    assert answered(student, goal, **kind, headers={}) == (428, "precondition_required")
    stale = {"If-Match": '"99.x"'}
    assert answered(student, goal, **kind, headers=stale) == (412, "version_stale")
    fresh = {"If-Match": student.etag(goal)}
    assert answered(student, goal, **kind, headers=fresh)[0] in (400, 422)
    sound = student.send("PATCH", goal, json={"title": "Sound"}, headers=fresh)
    assert sound.status_code == 200


def test_a_request_too_many_is_told_so_before_whether_the_row_exists(
    limited: Client, world: World
) -> None:
    student = limited.as_(world.home.student)
    away = f"/samples/{world.away.student.goal_id}"
    found = [student.send("PATCH", away, **BROKEN).status_code for _ in range(3)]
    assert found == [404, 404, 429]
    assert limited.send("PATCH", away, **BROKEN).status_code == 401


def test_malformed_comes_before_what_only_a_change_would_find(
    student: Client, samples: str
) -> None:
    both = student.post(f"{samples}?typo=1", {"title": "refused"})
    assert (both.status_code, code(both)) == (422, "validation_failed")
    last = student.post(samples, {"title": "refused"})
    assert (last.status_code, code(last)) == (409, "plan_closed")


def test_a_refusal_leaves_nothing_behind(student: Client, samples: str) -> None:
    before = student.read("/samples?count=true")["total_count"]
    assert student.post(samples, {"title": "refused"}).status_code == 409
    assert student.read("/samples?count=true")["total_count"] == before


def test_a_repeated_action_is_replayed_before_its_tag_is_found_stale(
    student: Client, goal: str
) -> None:
    headers = {"If-Match": student.etag(goal), "Idempotency-Key": "again"}
    first = student.post(f"{goal}/renamings", {"title": "Once"}, headers=headers)
    again = student.post(f"{goal}/renamings", {"title": "Once"}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    other_key = {**headers, "Idempotency-Key": "another"}
    assert student.post(f"{goal}/renamings", {}, headers=other_key).status_code == 412
