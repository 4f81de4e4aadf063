"""The rate limit, and the headers that report it."""

import re
from dataclasses import replace

import pytest

from plp_api.server.app import Application, create_app
from tests import databases
from tests.client import Client, code
from tests.foundation.rest.sample import blueprint
from tests.world import World


@pytest.fixture
def limited(app: Application, database: databases.Isolated) -> Client:
    """A client of a server that takes three requests a minute from one person."""
    made = create_app(replace(app.settings, rate_limit="3/minute"), database)
    made.register_blueprint(blueprint)
    return Client(made)


def test_whoever_asks_too_often_is_told_when_to_come_back(
    limited: Client, world: World, goal: str
) -> None:
    student = limited.as_(world.home.student)
    left = [student.get(goal).headers["RateLimit"] for _ in range(3)]
    assert [one.split(";")[1] for one in left] == ["r=2", "r=1", "r=0"]
    answer = student.get(goal)
    assert (answer.status_code, code(answer)) == (429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert re.fullmatch(r'"default";r=0;t=\d+', answer.headers["RateLimit"])
    assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=60'


def test_one_person_s_haste_is_not_another_s(limited: Client, world: World, goal: str) -> None:
    student, advisor = limited.as_(world.home.student), limited.as_(world.home.advisor)
    for _ in range(4):
        student.get(goal)
    assert advisor.get(goal).status_code == 200


def test_one_s_devices_share_a_limit(limited: Client, world: World, goal: str) -> None:
    for _ in range(3):
        limited.as_(world.home.student).get(goal)
    assert limited.as_(world.home.student).get(goal).status_code == 429


def test_who_is_signed_out_is_counted_by_address(limited: Client) -> None:
    found = [limited.post("/samples/open", {}).status_code for _ in range(4)]
    assert found == [200, 200, 200, 429]


def test_a_refused_request_counts_too(limited: Client, world: World) -> None:
    student = limited.as_(world.home.student)
    away = f"/samples/{world.away.student.goal_id}"
    assert [student.get(away).status_code for _ in range(4)] == [404, 404, 404, 429]


def test_without_a_limit_nothing_is_told_of_one(student: Client, goal: str) -> None:
    assert "RateLimit" not in student.get(goal).headers
