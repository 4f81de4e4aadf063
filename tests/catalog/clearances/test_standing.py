"""How partner and mentor stand to the checks that the district requires."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.catalog.clearances import actions
from plp_api.catalog.clearances.models import ClearanceStanding
from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation import clock
from tests.catalog.clearances.conftest import Recorded, body, requires
from tests.client import Client, pointers, uuid
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, ahead, writing


def status(client: Client, partner: str) -> Any:
    return client.read(f"{partner}/clearance-status")


def standings(one: Any) -> dict[str, str]:
    return {each["kind"]: each["standing"] for each in one["requirements"]}


def test_by_default_nothing_is_required(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str
) -> None:
    district = client.as_(world.home.district_admin).read(f"/districts/{world.home.district_id}")
    assert district["settings"]["required_clearances"] == []
    assert status(coordinator, partner) == {
        "partner_id": partner[-36:],
        "as_of": ahead(0),
        "is_complete": True,
        "requirements": [],
        "mentors": [
            {
                "mentor_id": mentor,
                "mentor_name": "Tom Averill",
                "is_complete": True,
                "requirements": [],
            }
        ],
    }


def test_the_district_decides_what_is_required(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str
) -> None:
    requires(client, world, "training", "site_safety", "criminal_record")
    found = status(coordinator, partner)
    assert standings(found) == {"site_safety": "missing"}
    assert standings(found["mentors"][0]) == {"criminal_record": "missing", "training": "missing"}
    assert (found["is_complete"], found["mentors"][0]["is_complete"]) == (False, False)
    path = f"/districts/{world.home.district_id}"
    refused = client.as_(world.home.school_admin).patch(
        path, {"settings": {"required_clearances": []}}
    )
    assert refused.status_code == 403, "an office of one school decides nothing for the district"
    admin = client.as_(world.home.district_admin)
    wrong = admin.patch(path, {"settings": {"required_clearances": ["gossip"]}})
    assert (wrong.status_code, pointers(wrong)) == (422, {"/settings/required_clearances/0"})
    admin.patch(path, {"settings": {"required_clearances": None}})
    assert status(coordinator, partner)["is_complete"] is True


@pytest.mark.parametrize(
    ("checks", "standing"),
    [
        ([], "missing"),
        ([{}], "cleared"),
        ([{"valid_until": ahead(0)}], "cleared"),
        ([{"checked_on": ahead(-9), "valid_until": ahead(-1)}], "expired"),
        ([{"is_cleared": False}], "not_cleared"),
        ([{"checked_on": ahead(-9)}, {"is_cleared": False}], "not_cleared"),
        ([{"is_cleared": False, "checked_on": ahead(-9)}, {}], "cleared"),
        ([{"is_cleared": False}, {"checked_on": ahead(-1)}], "not_cleared"),
        ([{}, {"is_cleared": False}], "not_cleared"),
        ([{"is_cleared": False}, {}], "cleared"),
        ([{"kind": "training"}], "missing"),
    ],
)
def test_the_newest_check_counts(
    client: Client,
    world: World,
    coordinator: Client,
    partner: str,
    recorded: Recorded,
    checks: list[dict[str, Any]],
    standing: str,
) -> None:
    requires(client, world, "criminal_record")
    made = [recorded(**check) for check in checks]
    (mentor,) = status(coordinator, partner)["mentors"]
    (asked,) = mentor["requirements"]
    assert asked["standing"] == standing
    assert mentor["is_complete"] is (standing == "cleared")
    is_there = standing != "missing"
    assert (asked["clearance_id"] in {one["id"] for one in made}) is is_there


def test_a_withdrawn_check_counts_no_more(
    client: Client, world: World, coordinator: Client, partner: str, recorded: Recorded
) -> None:
    requires(client, world, "criminal_record")
    first = recorded(checked_on=ahead(-9), valid_until=ahead(9))
    second = recorded(is_cleared=False)
    coordinator.act(f"/clearances/{second['id']}", "withdraw")
    (asked,) = status(coordinator, partner)["mentors"][0]["requirements"]
    assert (asked["standing"], asked["clearance_id"]) == ("cleared", first["id"])
    assert asked["valid_until"] == ahead(9)
    coordinator.act(f"/clearances/{first['id']}", "withdraw")
    (asked,) = status(coordinator, partner)["mentors"][0]["requirements"]
    assert (asked["standing"], asked["clearance_id"]) == ("missing", None)


def test_each_mentor_stands_for_themselves_and_who_has_ended_is_left_out(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str
) -> None:
    requires(client, world, "criminal_record", "site_safety")
    other = coordinator.made(f"{partner}/mentors", {"name": "Al"})["id"]
    coordinator.made(f"{partner}/mentors", {"name": "Bo", "ends_on": ahead(0)})
    coordinator.made(f"{partner}/clearances", body(other))
    coordinator.made(f"{partner}/clearances", body(None, kind="site_safety"))
    found = status(coordinator, partner)
    assert found["is_complete"] is False, "one mentor's check is missing"
    assert [(one["mentor_id"], one["is_complete"]) for one in found["mentors"]] == [
        (other, True),
        (mentor, False),
    ]


def test_the_status_takes_as_many_statements_whatever_there_is(
    client: Client,
    world: World,
    coordinator: Client,
    partner: str,
    recorded: Recorded,
    database: Isolated,
) -> None:
    requires(client, world, "criminal_record", "training")
    numbers = []
    for number in range(4):
        recorded()
        more = coordinator.made(f"{partner}/mentors", {"name": f"Mentor {number}"})["id"]
        coordinator.made(f"{partner}/clearances", body(more))
        with counting(database) as sent:
            status(coordinator, partner)
        numbers.append(len(sent))
    assert len({*numbers[1:]}) == 1


@pytest.mark.parametrize("name", ["advisor", "teacher", "counselor"])
def test_readers_of_partners_do_not_read_how_these_stand(
    client: Client, world: World, partner: str, name: str
) -> None:
    assert (
        client.as_(getattr(world.home, name)).get(f"{partner}/clearance-status").status_code == 403
    )


def test_areas_above_ask_how_a_partner_with_a_mentor_stands_on_a_day(
    client: Client,
    world: World,
    coordinator: Client,
    partner: str,
    mentor: str,
    recorded: Recorded,
    database: Isolated,
) -> None:
    requires(client, world, "criminal_record", "site_safety")
    recorded(checked_on=ahead(-30), valid_until=ahead(-10))
    recorded(is_cleared=False, checked_on=ahead(-5))
    coordinator.made(f"{partner}/clearances", body(None, kind="site_safety"))
    with writing(database, world.home) as session:
        place, person = (
            session.get_one(Partner, uuid(partner[-36:])),
            session.get_one(Mentor, uuid(mentor)),
        )

        def stands(day: int, somebody: Mentor | None) -> list[tuple[str, ClearanceStanding]]:
            on = clock.today() + timedelta(days=day)
            return [(one.kind, one.standing) for one in actions.standing_of(place, somebody, on)]

        safe, checked = "site_safety", "criminal_record"
        assert stands(0, None) == [(safe, "cleared")]
        assert stands(0, person) == [(safe, "cleared"), (checked, "not_cleared")]
        assert stands(-7, person) == [(safe, "missing"), (checked, "expired")]
        assert stands(-10, person) == [(safe, "missing"), (checked, "cleared")]
        assert stands(-31, person) == [(safe, "missing"), (checked, "missing")]


def test_a_mentor_who_is_given_another_person_s_name_inherits_no_clearance(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str
) -> None:
    requires(client, world, "criminal_record")
    made = coordinator.made(f"{partner}/clearances", body(mentor))
    path = f"/mentors/{mentor}"
    for written, standing in [
        ("tom  AVERILL", "cleared"),
        ("Rex Orly", "missing"),
        ("Tom Averill", "cleared"),
    ]:
        assert coordinator.patch(path, {"name": written}).status_code == 200
        (found,) = status(coordinator, partner)["mentors"]
        assert standings(found) == {"criminal_record": standing}, written
    assert coordinator.read(f"/clearances/{made['id']}")["mentor_name"] == "Tom Averill"
