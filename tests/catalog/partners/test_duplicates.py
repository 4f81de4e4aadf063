"""The same partner is entered once, and likely others are found."""

import pytest

from plp_api.catalog.partners import folding
from tests.catalog.partners.conftest import CLINIC, Made
from tests.client import Client, code
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World

SAME = (
    "BARRE COMMUNITY CLINIC",
    "The Barre Community Clinic",
    "Barré  Community-Clinic",
    "Barre Community Clinic, Inc.",
    "Barre Community Clinic L.L.C.",
    "The Barre Community Clinic Co., Ltd.",
)


@pytest.mark.parametrize("name", SAME)
def test_a_partner_of_the_same_name_is_refused_and_named(
    coordinator: Client, partner: str, name: str
) -> None:
    refused = coordinator.post("/partners", {**CLINIC, "name": name})
    assert (refused.status_code, code(refused)) == (409, "partner_exists")
    assert refused.json["existing"]["href"] == f"/api/v1{partner}"
    again = coordinator.made("/partners", {**CLINIC, "name": name, "is_another": True})
    assert "is_another" not in again
    assert len(coordinator.read("/partners")["items"]) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ben & Jerry's", "ben and jerrys"),
        ("Company", "The Company"),
        ("株式会社", "株式会社 "),
        ("!!!", "!!! "),
    ],
)
def test_these_names_are_the_same(one: str, other: str) -> None:
    assert folding.name(one) == folding.name(other.strip())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Clinic", "Barre Clinic"),
        ("Theater", "Ater"),
        ("Incline Farm", "Line Farm"),
        ("Inc.", "LLC"),
        ("!!!", "???"),
        ("Cobalt", "Balt"),
    ],
)
def test_these_names_are_not_the_same(one: str, other: str) -> None:
    assert folding.name(one) != folding.name(other)


def test_a_folded_name_is_never_longer_than_its_column() -> None:
    assert 0 < len(folding.name("語" * 200)) <= folding.LONGEST_NAME


def test_an_archived_partner_of_the_name_is_named_too(coordinator: Client, partner: str) -> None:
    coordinator.act(partner, "archive")
    refused = coordinator.post("/partners", CLINIC)
    assert (code(refused), refused.json["existing"]["href"]) == (
        "partner_exists",
        f"/api/v1{partner}",
    )


def test_a_new_name_is_compared_and_a_correction_of_the_own_is_not(
    coordinator: Client, partner: str, added: Made
) -> None:
    other = f"/partners/{added('Lakeside')['id']}"
    assert coordinator.patch(partner, {"name": "The Barre Community Clinic"}).status_code == 200
    refused = coordinator.patch(other, {"name": "Barre Community Clinic LLC", "kind": "other"})
    assert code(refused) == "partner_exists"
    assert coordinator.read(other)["kind"] == "business", "nothing is half done"
    same = {"name": "Barre Community Clinic LLC", "is_another": True}
    assert coordinator.patch(other, same).json["name"] == same["name"]
    assert coordinator.patch(other, {"description": "Both."}).status_code == 200


def test_likely_others_are_listed_with_the_reasons(
    coordinator: Client, advisor: Client, added: Made
) -> None:
    one = added(
        "Mill",
        website="https://www.mill.example/about",
        email="Office@mill.example",
        phone="+1 (802) 555-0142",
    )
    added("Mill Inc.", is_another=True)
    added("Old mill", website="http://mill.example", phone="802-555-0142 x7")
    added("Weavers", email="office@MILL.example")
    added("Farm", website="https://farm.example", email="farm@mill.example", phone="802-555-0143")
    found = advisor.read(f"/partners/{one['id']}/duplicates")["items"]
    assert {row["name"]: row["reasons"] for row in found} == {
        "Mill Inc.": ["same_name"],
        "Old mill": ["same_website", "same_phone"],
        "Weavers": ["same_email"],
    }
    first = advisor.read(f"/partners/{one['id']}/duplicates?limit=1&count=true&fields=name,reasons")
    assert [(row["name"], row["reasons"]) for row in first["items"]] == [
        ("Mill Inc.", ["same_name"])
    ]
    assert first["total_count"] == 3
    assert coordinator.get(f"/partners/{one['id']}/duplicates?q=x").status_code == 422


def test_a_shared_host_makes_no_duplicates(coordinator: Client, added: Made) -> None:
    one = added("Mill", website="https://www.facebook.com/TheMill")
    added("Farm", website="https://facebook.com/farm")
    added("Miller", website="https://m.facebook.com/themill/")
    found = coordinator.read(f"/partners/{one['id']}/duplicates")["items"]
    assert [row["name"] for row in found] == ["Miller"]


def test_a_partner_without_addresses_is_not_like_another_without(
    coordinator: Client, added: Made
) -> None:
    one = added("Mill")
    added("Farm")
    assert coordinator.read(f"/partners/{one['id']}/duplicates")["items"] == []


def test_duplicates_take_as_many_statements_as_any_list(
    coordinator: Client, added: Made, database: Isolated
) -> None:
    one = added("Mill", email="a@mill.example")
    path, numbers = f"/partners/{one['id']}/duplicates", []
    for number in range(6):
        added(f"Mill {number}", email="a@mill.example")
        with counting(database) as sent:
            coordinator.read(path)
        numbers.append(len(sent))
    assert len({*numbers[1:]}) == 1


def test_another_districts_partner_is_no_duplicate(
    client: Client, world: World, coordinator: Client, added: Made
) -> None:
    one = added("Mill", email="a@mill.example")
    body = {"kind": "business", "name": "Mill", "email": "a@mill.example"}
    client.as_(world.away.elo_coordinator).made("/partners", body)
    assert coordinator.read(f"/partners/{one['id']}/duplicates")["items"] == []
