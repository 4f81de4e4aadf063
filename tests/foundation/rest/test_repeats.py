"""Idempotency-Key: a repeated POST is executed once, and replayed only while the right lasts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import RelationshipKind
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.foundation.rest import sample
from tests.world import World, relate, writing

KEY = {"Idempotency-Key": "5f0c-1"}


def count(client: Client, title: str) -> int:
    items = client.read("/samples?limit=200")["items"]
    return sum(one["title"] == title for one in items)


def test_the_same_request_is_done_once_and_answered_twice(student: Client, samples: str) -> None:
    first = student.post(samples, {"title": "Once"}, headers=KEY)
    second = student.post(samples, {"title": "Once"}, headers=KEY)
    assert second.status_code == 201
    assert second.json == first.json
    for name in ("Location", "ETag", "Content-Type"):
        assert second.headers[name] == first.headers[name]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(student, "Once") == 1


def test_without_a_key_each_request_is_its_own(student: Client, samples: str) -> None:
    for _ in range(2):
        student.made(samples, {"title": "Twice"})
    assert count(student, "Twice") == 2


def test_a_key_cannot_be_used_for_another_body(student: Client, samples: str) -> None:
    student.post(samples, {"title": "Once"}, headers=KEY)
    answer = student.post(samples, {"title": "Else"}, headers=KEY)
    assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")
    assert count(student, "Else") == 0


def test_a_key_belongs_to_one_person_and_one_address(
    client: Client, student: Client, samples: str, world: World
) -> None:
    student.post(samples, {"title": "Mine"}, headers=KEY)
    senior = client.as_(world.home.senior)
    theirs = f"/plans/{world.home.senior.plan_id}/samples"
    assert "Idempotency-Replayed" not in senior.post(theirs, {"title": "Mine"}, headers=KEY).headers
    assert senior.post(samples, {"title": "Mine"}, headers=KEY).status_code == 404
    elsewhere = student.post(samples.replace("/samples", "/everything"), {}, headers=KEY)
    assert "Idempotency-Replayed" not in elsewhere.headers


def test_a_quoted_key_is_the_same_key(student: Client, samples: str) -> None:
    student.post(samples, {"title": "Once"}, headers=KEY)
    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}
    again = student.post(samples, {"title": "Once"}, headers=quoted)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb", "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(student: Client, samples: str, key: str) -> None:
    answer = student.post(samples, {"title": "x"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, pointers(answer)) == (422, {"Idempotency-Key"})


def test_a_failure_is_not_kept(student: Client, samples: str) -> None:
    assert student.post(samples, {"title": ""}, headers=KEY).status_code == 422
    assert student.post(samples, {"title": "refused"}, headers=KEY).status_code == 409
    answer = student.post(samples, {"title": "Mended"}, headers=KEY)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_after_a_day_the_key_is_free(client: Client, world: World, samples: str) -> None:
    client.as_(world.home.student).post(samples, {"title": "Once"}, headers=KEY)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        later = client.as_(world.home.student)
        answer = later.post(samples, {"title": "Once"}, headers=KEY)
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert count(later, "Once") == 2


def test_an_answer_is_not_replayed_to_who_lost_the_right(
    client: Client, world: World, database: Isolated, goal: str
) -> None:
    with writing(database, world.home) as session:
        tie = relate(
            session, world.home, world.home.other_advisor, world.home.student,
            RelationshipKind.ADVISOR,
        )  # fmt: skip
    advisor = client.as_(world.home.other_advisor)
    path = f"{goal}/tellings"
    first = advisor.post(path, {"title": "Between us"}, headers=KEY)
    assert first.status_code == 200
    with writing(database, world.home) as session:
        session.merge(tie).ends_on = clock.today()
    again = advisor.post(path, {"title": "Between us"}, headers=KEY)
    assert (again.status_code, code(again)) == (404, "not_found")


def test_a_twin_that_is_still_running_is_told_so(live_samples: Live) -> None:
    """Two real requests at once. SQLite lets the second wait, and then replays."""
    world, database = live_samples.world, live_samples.database
    student = live_samples.client.as_(world.home.student)
    path = f"/plans/{world.home.student.plan_id}/samples"
    sample.entered.clear()
    sample.released.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(student.post, path, {"title": "slow"}, headers=KEY)
        assert sample.entered.wait(10)
        second = pool.submit(student.post, path, {"title": "slow"}, headers=KEY)
        if database.is_postgresql:
            answer = second.result(10)
            assert (answer.status_code, code(answer)) == (409, "request_running")
            assert answer.headers["Retry-After"] == "1"
        sample.released.set()
        assert first.result(10).status_code == 201
        if not database.is_postgresql:
            assert second.result(10).headers["Idempotency-Replayed"] == "true"
    again = student.post(path, {"title": "slow"}, headers=KEY)
    assert again.json == first.result().json
    assert count(student, "slow") == 1
