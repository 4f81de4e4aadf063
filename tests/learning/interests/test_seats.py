"""Seats: the last one is given once, and comes free by date alone."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import District
from plp_api.learning.interests.models import Interest
from tests.client import Client, code, pointers, uuid
from tests.conftest import Live
from tests.databases import Isolated
from tests.learning.interests.conftest import Offer, Raise
from tests.racing import at_once
from tests.world import World, ahead, writing

pytestmark = pytest.mark.both_databases


def left(reader: Client, opportunity: dict[str, str]) -> int:
    number: int = reader.read(f"/opportunities/{opportunity['id']}")["seats_left"]
    return number


def test_the_last_seat_is_given_once(
    coordinator: Client, world: World, offer: Offer, raised: Raise, approved: Raise
) -> None:
    opportunity = offer(seats=1)
    first = approved(opportunity)
    second = raised(opportunity, world.home.senior)
    assert left(coordinator, opportunity) == 0
    assert coordinator.read(second)["available_actions"] == ["decline"]
    (item,) = coordinator.read("/me/inbox?kind=interest_to_answer")["items"]
    assert item["action"] is None
    refused = coordinator.act(second, "approve", last_day=ahead(1))
    assert (refused.status_code, code(refused)) == (409, "opportunity_full")
    found = coordinator.read("/opportunities?has_seats=false")["items"]
    assert [one["id"] for one in found] == [opportunity["id"]]
    assert coordinator.act(first, "release", comment="No proposal came.").status_code == 200
    assert coordinator.read(second)["available_actions"] == ["approve", "decline"]
    assert coordinator.act(second, "approve", last_day=ahead(1)).status_code == 200


def test_there_are_never_fewer_seats_than_are_held(
    coordinator: Client, world: World, offer: Offer, approved: Raise
) -> None:
    opportunity = offer()
    path = f"/opportunities/{opportunity['id']}"
    approved(opportunity)
    approved(opportunity, pupil=world.home.senior)
    refused = coordinator.patch(path, {"seats": 1, "title": "Milk the cows"})
    assert (refused.status_code, pointers(refused)) == (422, {"/seats"})
    assert coordinator.read(path)["title"] == "Shadow a nurse"
    assert coordinator.patch(path, {"seats": 2}).json["seats_left"] == 0
    assert coordinator.patch(path, {"seats": 3}).json["seats_left"] == 1
    assert coordinator.patch(path, {"seats": None}).json["seats_left"] is None


def test_an_opportunity_does_not_end_while_a_seat_is_held(
    coordinator: Client, world: World, client: Client, offer: Offer, approved: Raise
) -> None:
    opportunity = offer(ends_on=ahead(30))
    path = f"/opportunities/{opportunity['id']}"
    approved(opportunity, ahead(3))
    longest = approved(opportunity, ahead(9), pupil=world.home.senior)
    refused = coordinator.patch(path, {"ends_on": ahead(9), "title": "Milk the cows"})
    assert (refused.status_code, pointers(refused)) == (422, {"/ends_on"})
    assert ahead(9) in refused.json["errors"][0]["detail"]
    assert coordinator.read(path)["title"] == "Shadow a nurse"
    assert coordinator.patch(path, {"ends_on": ahead(10)}).status_code == 200
    assert coordinator.act(longest, "release", comment="It ends.").status_code == 200
    assert coordinator.patch(path, {"ends_on": ahead(4)}).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=4)):
        later = client.as_(world.home.elo_coordinator)
        assert later.patch(path, {"ends_on": ahead(-2)}).status_code == 200, "no seat is held"


def test_a_seat_lapses_by_date_alone(
    client: Client, world: World, offer: Offer, raised: Raise, approved: Raise
) -> None:
    opportunity = offer(seats=1)
    first, second = approved(opportunity, ahead(3)), raised(opportunity, world.home.senior)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        coordinator = client.as_(world.home.elo_coordinator)
        assert coordinator.read(first)["holds_seat"] is True
        assert code(coordinator.act(second, "approve", last_day=ahead(1))) == "opportunity_full"
    with time_machine.travel(clock.now() + timedelta(days=4)):
        coordinator = client.as_(world.home.elo_coordinator)
        lapsed = coordinator.read(first)
        assert (lapsed["status"], lapsed["holds_seat"], lapsed["is_lapsed"]) == (
            "approved",
            False,
            True,
        )
        assert left(coordinator, opportunity) == 1
        assert coordinator.act(second, "approve", last_day=ahead(1)).status_code == 200
        assert left(coordinator, opportunity) == 0
        assert coordinator.read(first)["available_actions"] == ["release"]
        refused = coordinator.act(first, "extend", last_day=ahead(1))
        assert (refused.status_code, code(refused)) == (409, "opportunity_full")


def test_a_day_ends_where_the_district_is(
    client: Client, world: World, database: Isolated, offer: Offer, approved: Raise
) -> None:
    """At 3 o'clock in the morning in London it is still the evening before in Vermont."""
    opportunity = offer(seats=1)
    path = approved(opportunity, ahead(0))
    with writing(database, world.home) as session:
        zone = session.get(District, world.home.district_id).time_zone
    ends_at = clock.end_of(clock.today(zone), zone)
    for moment, is_held in {
        ends_at - timedelta(minutes=1): True,
        ends_at + timedelta(minutes=1): False,
    }.items():
        with time_machine.travel(moment):
            reader = client.as_(world.home.student, anew=True)
            assert reader.read(path)["holds_seat"] is is_held
            assert left(reader, opportunity) == (0 if is_held else 1)


def test_a_lapsed_seat_is_extended_while_one_is_free(
    client: Client, world: World, offer: Offer, approved: Raise
) -> None:
    path = approved(offer(seats=1), ahead(1))
    with time_machine.travel(clock.now() + timedelta(days=9)):
        coordinator = client.as_(world.home.elo_coordinator)
        assert coordinator.read(path)["available_actions"] == ["extend", "release"]
        extended = coordinator.act(path, "extend", last_day=ahead(2)).json
        assert (extended["holds_seat"], extended["last_day"]) == (True, ahead(2))
        assert code(coordinator.act(path, "extend", last_day=ahead(2))) == "action_repeated"
        assert coordinator.act(path, "extend", last_day=ahead(1)).json["last_day"] == ahead(1)


def test_a_student_whose_seat_lapsed_raises_their_hand_anew(
    client: Client, world: World, offer: Offer, approved: Raise, database: Isolated
) -> None:
    opportunity = offer(seats=1)
    first, body = approved(opportunity, ahead(1)), {"opportunity_id": opportunity["id"]}
    hands = f"/students/{world.home.student.id}/interests"
    with time_machine.travel(clock.now() + timedelta(days=1)):
        student = client.as_(world.home.student)
        assert code(student.post(hands, body)) == "interest_exists"
    with time_machine.travel(clock.now() + timedelta(days=2)):
        student = client.as_(world.home.student)
        again = student.made(hands, body)
        assert again["status"] == "raised"
        before = student.read(first)
        assert (before["status"], before["is_lapsed"]) == ("released", False)
    with writing(database, world.home) as session:
        told = select(Event.type).where(Event.subject_type == "interests").order_by(Event.id)
        assert session.scalars(told).all() == [
            "interest.raised",
            "interest.approved",
            "interest.released",
            "interest.raised",
        ]


def hand_of(live: Live, opportunity: dict[str, str], name: str) -> str:
    pupil = getattr(live.world.home, name)
    body = {"opportunity_id": opportunity["id"]}
    made = live.client.as_(pupil).made(f"/students/{pupil.id}/interests", body)
    return f"/interests/{made['id']}"


def offered(live: Live, **members: object) -> dict[str, str]:
    coordinator = live.client.as_(live.world.home.elo_coordinator)
    body = {"school_id": str(live.world.home.school_id), "kind": "club", "title": "Chess"}
    made: dict[str, str] = coordinator.made("/opportunities", {**body, **members})
    return made


def test_of_two_who_approve_the_last_seat_at_once_one_gets_it(live: Live) -> None:
    home = live.world.home
    coordinator, admin = live.client.as_(home.elo_coordinator), live.client.as_(home.school_admin)
    for _ in range(5):
        opportunity = offered(live, seats=1)
        first, second = (hand_of(live, opportunity, name) for name in ("student", "senior"))
        answers = at_once(
            partial(coordinator.act, first, "approve", last_day=ahead(1)),
            partial(admin.act, second, "approve", last_day=ahead(1)),
        )
        assert sorted(one.status_code for one in answers) == [200, 409]
        (refused,) = (one for one in answers if one.status_code == 409)
        assert code(refused) == "opportunity_full"
        assert coordinator.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 0


def test_seats_do_not_shrink_below_one_that_is_given_at_the_same_moment(live: Live) -> None:
    home = live.world.home
    coordinator, admin = live.client.as_(home.elo_coordinator), live.client.as_(home.school_admin)
    for _ in range(5):
        opportunity = offered(live, seats=2)
        first, second = (hand_of(live, opportunity, name) for name in ("student", "senior"))
        assert coordinator.act(first, "approve", last_day=ahead(1)).status_code == 200
        path = f"/opportunities/{opportunity['id']}"
        at_once(
            partial(admin.patch, path, {"seats": 1}),
            partial(coordinator.act, second, "approve", last_day=ahead(1)),
        )
        found = coordinator.read(path)
        with writing(live.database, home) as session:
            held = select(func.count(Interest.id)).where(
                Interest.opportunity_id == uuid(opportunity["id"]), Interest.status == "approved"
            )
            assert session.scalar(held) == found["seats"] - found["seats_left"]


def test_of_two_hands_raised_at_once_one_stands(live: Live) -> None:
    pupil = live.world.home.senior
    senior = live.client.as_(pupil)
    opportunity = offered(live)
    body, hands = {"opportunity_id": opportunity["id"]}, f"/students/{pupil.id}/interests"
    answers = at_once(*[lambda: senior.post(hands, body)] * 2)
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = (one for one in answers if one.status_code == 409)
    assert (code(refused), "existing" in refused.json) == ("interest_exists", True)
