"""Answers and hands at the same moment never wait for each other in a circle (real commits)."""

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from plp_api.foundation import clock, db
from plp_api.learning.interests.models import Interest
from tests.client import code, uuid
from tests.conftest import Live
from tests.learning.interests.test_seats import hand_of, offered
from tests.racing import at_once
from tests.world import ahead, writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def deadlocks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Each lock is held for a while; the list has the requests that ran once more."""
    found: list[Any] = []
    lock, is_deadlock = db.lock, db.is_deadlock

    def slowly(row: Any) -> None:
        lock(row)
        time.sleep(0.2)

    def noted(error: Any) -> bool:
        found.append(error)
        return is_deadlock(error)

    monkeypatch.setattr(db, "lock", slowly)
    monkeypatch.setattr(db, "is_deadlock", noted)
    return found


def test_two_who_answer_hands_for_two_opportunities_in_crossed_order_both_do(
    live: Live, deadlocks: list[Any]
) -> None:
    home = live.world.home
    coordinator, admin = live.client.as_(home.elo_coordinator), live.client.as_(home.school_admin)
    one, other = offered(live, seats=2), offered(live, seats=2)
    # In the order of the hands' ids, the first batch begins with `other`, the second with `one`.
    first = [hand_of(live, other, "student"), hand_of(live, one, "senior")]
    second = [hand_of(live, one, "student"), hand_of(live, other, "senior")]

    def body(paths: list[str]) -> dict[str, Any]:
        found = map(coordinator.read, paths)
        items = [{"id": each["id"], "version": each["version"]} for each in found]
        return {"action": "approve", "last_day": ahead(1), "items": items}

    answers = at_once(
        partial(coordinator.post, "/interests/actions", body(first)),
        partial(admin.post, "/interests/actions", body(second)),
    )
    assert [each["status"] for answer in answers for each in answer.json["items"]] == [200] * 4
    assert deadlocks == []


def test_a_seat_extended_while_the_student_raises_the_hand_anew_is_held_once(
    live: Live, deadlocks: list[Any]
) -> None:
    home = live.world.home
    opportunity = offered(live, seats=1)
    path = hand_of(live, opportunity, "student")
    coordinator, student = live.client.as_(home.elo_coordinator), live.client.as_(home.student)
    assert coordinator.act(path, "approve", last_day=ahead(1)).status_code == 200
    with writing(live.database, home) as session:
        lapsed = session.get(Interest, uuid(path.rsplit("/", 1)[1]))
        lapsed.last_day = clock.today() - timedelta(days=3)
    extend = {"action": "extend", "last_day": ahead(1)}
    extended, raised = at_once(
        partial(
            coordinator.post,
            f"{path}/actions",
            extend,
            headers={"If-Match": coordinator.etag(path)},
        ),
        partial(
            student.post,
            f"/students/{home.student.id}/interests",
            {"opportunity_id": opportunity["id"]},
        ),
    )
    assert (extended.status_code, raised.status_code) in {(200, 409), (412, 201), (409, 201)}
    if raised.status_code == 409:
        assert code(raised) == "interest_exists"
    assert deadlocks == []
