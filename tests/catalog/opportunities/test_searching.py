"""Opportunities are found by what students look for."""

from typing import Any

import pytest

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner
from tests.catalog.opportunities.conftest import Clinic, Offer
from tests.client import Client, code, uuid
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, ahead, writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def several(offer: Offer, clinic: Clinic, client: Client, world: World) -> dict[str, str]:
    """The ids of four opportunities by a word."""
    middle = client.as_(world.home.other_school_admin)
    nurse = offer(
        **clinic.body,
        skills=["First aid", 'Say "no"'],
        cluster="health_science",
        seasons=["fall"],
        grades=["11", "12"],
        seats=1,
        starts_on=ahead(30),
        apply_by=ahead(9),
    )
    forge = offer(
        title="Forge an axe",
        description="Café and forge",
        kind="internship",
        skills=["Welding", '5" pipe, cut', "Stra\u00dfe\\n"],
        accessibility=["quiet_space"],
        transport=["bicycle"],
        starts_on=ahead(60),
    )
    past = offer(title="Pick apples", kind="service", apply_by=ahead(-1))
    theirs = offer(by=middle, title="Band", kind="club", school_id=str(world.home.other_school_id))
    return {
        "nurse": nurse["id"],
        "forge": forge["id"],
        "past": past["id"],
        "theirs": theirs["id"],
    }


def found(reader: Client, several: dict[str, str], query: str) -> set[str]:
    words = {key: word for word, key in several.items()}
    return {words[one["id"]] for one in reader.read(f"/opportunities?{query}")["items"]}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("q=nurse", "nurse"),
        ("q=LAMOILLE", "nurse"),
        ("q=cafe", "forge"),
        ("q=weld", "forge"),
        ("q=nobody", ""),
        ("q=[]", ""),
        ("q=%22,%22", ""),
        ("q=%22", "nurse forge"),
        ("q=5%22+pipe", "forge"),
        ("q=cut", "forge"),
        ("q=stra%C3%9Fe%5C", "forge"),
        ("q=aid+say", ""),
        ("skill=5%22+PIPE,+cut", "forge"),
        ("skill=cut", ""),
        ("skill=%25", ""),
        ("skill=welding", "forge"),
        ("skill=weld", ""),
        ("skill=first+aid&skill=welding", "nurse forge"),
        ("skill=say+%22no%22", "nurse"),
        ("kind=internship&kind=service", "forge past"),
        ("cluster=health_science", "nurse"),
        ("season=fall", "nurse"),
        ("grade=10", "forge past theirs"),
        ("grade=11", "nurse forge past theirs"),
        ("town=morrisville", "nurse"),
        ("accessibility=wheelchair", "nurse"),
        ("accessibility=quiet_space&accessibility=wheelchair", "nurse forge"),
        ("transport=public_bus", "nurse"),
        ("transport=bicycle", "forge"),
        ("is_open=false", "past"),
        ("is_open=true", "nurse forge theirs"),
        ("status=open", "nurse forge past theirs"),
        ("status=closed", ""),
        ("has_seats=true", "nurse forge past theirs"),
        ("has_seats=false", ""),
    ],
)
def test_filters(
    client: Client, world: World, several: dict[str, str], query: str, wanted: str
) -> None:
    assert found(client.as_(world.home.student), several, query) == {*wanted.split()}


def test_filters_by_days_school_and_partner(
    client: Client, world: World, several: dict[str, str], clinic: Clinic
) -> None:
    reader = client.as_(world.home.parent)
    for query, wanted in {
        f"starts_since={ahead(31)}": {"forge"},
        f"starts_since={ahead(30)}&starts_by={ahead(30)}": {"nurse"},
        f"apply_by={ahead(9)}": {"nurse", "past"},
        f"school_id={world.home.school_id}": {"nurse", "forge", "past"},
        f"partner_id={clinic.partner_id}": {"nurse"},
    }.items():
        assert found(reader, several, query) == wanted, query


def test_what_is_the_whole_district_s_is_every_school_s(
    client: Client, world: World, several: dict[str, str], database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.get(Opportunity, uuid(several["theirs"])).school_id = None
    reader = client.as_(world.home.student)
    assert "theirs" in found(reader, several, f"school_id={world.home.school_id}")


def test_sorts(client: Client, world: World, several: dict[str, str]) -> None:
    reader = client.as_(world.home.student)
    words = {key: word for word, key in several.items()}

    def listed(query: str) -> list[str]:
        pages: list[Any] = []
        path: str | None = f"/opportunities?limit=2&{query}"
        while path:
            page = reader.read(path)
            pages += page["items"]
            cursor = page["next_cursor"]
            path = cursor and f"/opportunities?limit=2&{query}&cursor={cursor}"
        return [words[one["id"]] for one in pages]

    assert listed("sort=title") == ["theirs", "forge", "past", "nurse"]
    assert listed("sort=apply_by")[:2] == ["past", "nurse"]
    assert {*listed("sort=apply_by")[2:]} == {"forge", "theirs"}, "without a last day: last"
    assert listed("sort=starts_on")[:2] == ["nurse", "forge"]
    assert {*listed("sort=starts_on")[2:]} == {"past", "theirs"}, "without a first day: last"
    assert listed("sort=-updated_at")[0] == "theirs"


@pytest.mark.parametrize(
    "query", ["sort=seats", "kind=homework", "grade=06", "town=", "is_open=perhaps", "held_by=x"]
)
def test_a_wrong_filter_is_refused(client: Client, world: World, query: str) -> None:
    refused = client.as_(world.home.student).get(f"/opportunities?{query}")
    assert (refused.status_code, code(refused)) == (422, "validation_failed")


def test_an_archived_partner_s_are_not_open(
    client: Client, world: World, database: Isolated, several: dict[str, str], clinic: Clinic
) -> None:
    with writing(database, world.home) as session:
        session.get(Partner, clinic.partner_id).status = "archived"
    reader = client.as_(world.home.student)
    assert found(reader, several, "is_open=false") == {"nurse", "past"}
    assert reader.read(f"/opportunities/{several['nurse']}")["is_open"] is False


def test_seats_left_of_a_page_are_counted_in_one_statement(
    client: Client, world: World, database: Isolated, several: dict[str, str]
) -> None:
    reader = client.as_(world.home.student)
    sent = []
    for limit in (1, 4):
        with counting(database) as statements:
            reader.read(f"/opportunities?limit={limit}")
        sent.append(statements.count)
    assert sent[0] == sent[1] <= 5
