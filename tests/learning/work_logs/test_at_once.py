"""Hours that are logged at the same moment are counted one after the other (real commits)."""

from functools import partial
from typing import Any

import pytest

from tests.client import Client, code
from tests.conftest import Live
from tests.learning.elo_world import Internship, add_internship
from tests.racing import at_once
from tests.world import ahead, writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def elos(live: Live) -> list[Internship]:
    """Two ELOs of the student who has none in other tests."""
    home = live.world.home
    with writing(live.database, home) as session:
        return [add_internship(session, home, home.senior) for _ in range(2)]


def body(minutes: int, day: int) -> dict[str, Any]:
    return {"on": ahead(-day), "minutes": minutes, "activity": "Filed charts."}


def test_two_elos_never_share_more_than_a_day(live: Live, elos: list[Internship]) -> None:
    senior = live.client.as_(live.world.home.senior)
    sent = (partial(senior.post, f"{elo.path}/log-entries", body(800, 1)) for elo in elos)
    answers = at_once(*sent)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = (answer for answer in answers if answer.status_code == 409)
    assert code(refused) == "day_overfull"


def test_of_a_verification_and_a_change_at_once_one_knows_of_the_other(
    live: Live, elos: list[Internship]
) -> None:
    home = live.world.home
    senior, coordinator = live.client.as_(home.senior), live.client.as_(home.elo_coordinator)
    entry = senior.made(f"{elos[0].path}/log-entries", body(60, 2))
    path = f"/log-entries/{entry['id']}"
    etag = {"If-Match": senior.etag(path)}
    verify = {"action": "verify"}
    changed, verified = at_once(
        partial(senior.send, "PATCH", path, json={"minutes": 90}, headers=etag),
        partial(coordinator.post, f"{path}/actions", verify, headers=etag),
    )
    assert (changed.status_code, verified.status_code) in {(200, 412), (412, 200)}
    shown = _read(senior, path)
    assert shown in {(90, None), (60, 60)}


def _read(reader: Client, path: str) -> tuple[int, int | None]:
    entry = reader.read(path)
    return entry["minutes"], entry["verified_minutes"]
