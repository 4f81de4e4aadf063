"""A raised hand becomes a seat: told against real servers, whose clocks are days apart."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from tests.catalog.opportunities.conftest import add_partner
from tests.client import Client
from tests.conftest import Live
from tests.main_job.live import Installation, Person, Server
from tests.world import writing

pytestmark = pytest.mark.servers


@pytest.fixture
def installation(own: Live) -> Iterator[Installation]:
    """Servers on the database of both districts."""
    installation = Installation(own.settings)
    yield installation
    installation.close()


class Day:
    """One server on one day, with people who sign in to it."""

    def __init__(self, installation: Installation, live: Live, day: date) -> None:
        self.live, self.day = live, day
        self.noon = datetime.combine(day, time(17), UTC)
        self.server: Server = installation.serve_at(self.noon.isoformat())

    def of(self, name: str) -> Person:
        """A person at home, with a token of that day."""
        with time_machine.travel(self.noon, tick=False):
            token = Client(self.live.app).as_(getattr(self.live.world.home, name)).token
        return Person(self.server, token)

    def ahead(self, days: int) -> str:
        return (self.day + timedelta(days=days)).isoformat()


def test_a_raised_hand_becomes_a_seat(own: Live, installation: Installation) -> None:
    home = own.world.home
    with writing(own.database, home) as session:
        clinic = add_partner(session, home, "Lamoille Clinic", "Morrisville")
    today = clock.today() + timedelta(days=1)
    first_day = Day(installation, own, today)
    opportunity = an_opportunity(first_day, {**clinic.body, "school_id": str(home.school_id)})
    path = f"/opportunities/{opportunity['id']}"

    # Two students look for something and raise their hands for the only seat.
    hands = {}
    for name in ("student", "senior"):
        pupil = first_day.of(name)
        (found,) = pupil.read("/opportunities?q=clinic&is_open=true&has_seats=true")["items"]
        assert found["partner_name"] == "Lamoille Clinic"
        made = pupil.make(
            f"/students/{getattr(home, name).id}/interests", {"opportunity_id": found["id"]}
        )
        hands[name] = f"/interests/{made['id']}"

    # The coordinator answers from the inbox: one gets the seat, for the other none is left.
    coordinator = first_day.of("elo_coordinator")
    waiting = coordinator.read("/me/inbox?kind=interest_to_answer")["items"]
    assert {one["action"]["name"] for one in waiting} == {"approve"}
    held = coordinator.act(hands["student"], "approve", last_day=first_day.ahead(6))
    assert (held["status"], held["holds_seat"]) == ("approved", True)
    refused = coordinator.send(
        "POST",
        f"{hands['senior']}/actions",
        {"action": "approve", "last_day": first_day.ahead(6)},
        If_Match=coordinator.tag(hands["senior"]),
    )
    assert (refused.status, refused.json["code"]) == (409, "opportunity_full")
    assert first_day.of("senior").read(path)["seats_left"] == 0
    (answer,) = first_day.of("student").read("/me/inbox?kind=interest_answered")["items"]
    assert answer["title"] == "Shadow a nurse"

    # A week later no proposal has come: the seat is free without anybody's doing.
    next_week = Day(installation, own, today + timedelta(days=7))
    assert next_week.of("student").read(hands["student"])["is_lapsed"] is True
    coordinator = next_week.of("elo_coordinator")
    assert coordinator.read(path)["seats_left"] == 1
    given = coordinator.act(hands["senior"], "approve", last_day=next_week.ahead(6))
    assert given["holds_seat"] is True
    assert coordinator.read(path)["seats_left"] == 0

    # The clinic's history shows both, to whom both students are known.
    history = coordinator.read(f"/partners/{clinic.partner_id}/interests")["items"]
    assert {f"/interests/{one['id']}" for one in history} == {*hands.values()}


def an_opportunity(day: Day, members: dict[str, Any]) -> Any:
    body = {"kind": "job_shadow", "title": "Shadow a nurse", "seats": 1, **members}
    return day.of("elo_coordinator").make("/opportunities", body)
