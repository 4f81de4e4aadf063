"""Offices offer opportunities at their school; who else, and what is refused."""

from typing import Any

import pytest

from plp_api.catalog.partners.models import Partner
from plp_api.foundation.roster.relationships import AppointmentRole
from tests.catalog.opportunities.conftest import Clinic, Offer, add_partner
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, ahead, appoint, person, writing


def test_a_coordinator_offers_what_everybody_in_the_district_reads(
    client: Client, world: World, offer: Offer, clinic: Clinic
) -> None:
    made = offer(
        **clinic.body,
        seats=2,
        skills=["First aid", "Listening"],
        cluster="health_science",
        seasons=["spring", "fall"],
        grades=["11", "10"],
        transport=["school_bus"],
        starts_on=ahead(10),
        ends_on=ahead(20),
        apply_by=ahead(5),
    )
    for name in ("student", "parent", "teacher", "other_student", "auditor", "registrar"):
        if name == "registrar":
            assert client.as_(world.home.registrar).get("/opportunities").status_code == 403
            continue
        found = client.as_(getattr(world.home, name)).read(f"/opportunities/{made['id']}")
        assert (found["partner_name"], found["is_open"]) == ("Lamoille Clinic", True)
        assert (found["seats"], found["seats_left"]) == (2, 2)
        assert found["site"]["town"] == "Morrisville"
        assert found["site"]["accessibility"] == ["wheelchair"]
        assert found["grades"] == ["10", "11"]
        assert found["seasons"] == ["fall", "spring"]
    assert client.as_(world.away.counselor).get(f"/opportunities/{made['id']}").status_code == 404


def test_without_seats_there_is_no_limit(offer: Offer) -> None:
    made = offer()
    assert (made["seats"], made["seats_left"], made["partner_name"]) == (None, None, None)


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "counselor", "district_admin"])
def test_who_reads_them_does_not_offer_any(
    client: Client, world: World, offer: Offer, name: str
) -> None:
    path, reader = f"/opportunities/{offer()['id']}", client.as_(getattr(world.home, name))
    body = {"school_id": str(world.home.school_id), "kind": "club", "title": "Chess"}
    refused = reader.post("/opportunities", body)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]
    assert reader.patch(path, {"title": "Chess"}).status_code == 403
    assert code(reader.act(path, "close")) == "permission_denied"
    assert reader.delete(path).status_code == 403


def test_an_office_offers_at_its_own_school_alone(
    client: Client, world: World, offer: Offer
) -> None:
    path = f"/opportunities/{offer()['id']}"
    middle = client.as_(world.home.other_school_admin)
    body = {"kind": "club", "title": "Chess", "school_id": str(world.home.school_id)}
    assert middle.post("/opportunities", body).status_code == 403
    assert middle.patch(path, {"title": "Chess"}).status_code == 403
    assert code(middle.act(path, "close")) == "permission_denied"
    assert middle.read(path)["available_actions"] == []
    own = {**body, "school_id": str(world.home.other_school_id)}
    assert middle.made("/opportunities", own)["available_actions"] == ["close"]


def test_the_whole_district_s_needs_an_office_for_it(
    client: Client, world: World, database: Isolated, coordinator: Client
) -> None:
    body = {"kind": "club", "title": "Chess"}
    assert coordinator.post("/opportunities", body).status_code == 403
    with writing(database, world.home) as session:
        wide = person(session, world.home, "wide_coordinator")
        appoint(session, world.home, wide, AppointmentRole.ELO_COORDINATOR, None)
    del world.home.people["wide_coordinator"]
    made = client.as_(wide).made("/opportunities", body)
    assert made["school_id"] is None
    assert coordinator.patch(f"/opportunities/{made['id']}", {"title": "Go"}).status_code == 403


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"kind": "homework"}, "/kind"),
        ({"title": ""}, "/title"),
        ({"seats": 0}, "/seats"),
        ({"seats": 10_001}, "/seats"),
        ({"seats": "two"}, "/seats"),
        ({"grades": ["06"]}, "/grades/0"),
        ({"seasons": ["autumn"]}, "/seasons/0"),
        ({"skills": ["x" * 101]}, "/skills/0"),
        ({"cluster": "sports"}, "/cluster"),
        ({"transport": ["train"]}, "/transport/0"),
        ({"starts_on": "soon"}, "/starts_on"),
        ({"starts_on": "2027-02-01", "ends_on": "2027-02-01"}, "/ends_on"),
        ({"ends_on": "2027-02-01", "apply_by": "2027-02-01"}, "/apply_by"),
        ({"partner_id": "01a218ff-0e75-74d6-8c3b-ce6cc826f927"}, "/partner_id"),
        ({"site_id": "01a218ff-0e75-74d6-8c3b-ce6cc826f927"}, "/site_id"),
        ({"seats_left": 3}, "/seats_left"),
        ({"holders": []}, "/holders"),
    ],
)
def test_bad_input_is_refused_at_its_place(
    coordinator: Client, world: World, members: dict[str, Any], pointer: str
) -> None:
    body = {"school_id": str(world.home.school_id), "kind": "club", "title": "Chess", **members}
    refused = coordinator.post("/opportunities", body)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert coordinator.read("/opportunities")["items"] == []


def test_a_school_of_another_district_is_refused(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        wide = person(session, world.home, "wide_coordinator")
        appoint(session, world.home, wide, AppointmentRole.ELO_COORDINATOR, None)
    del world.home.people["wide_coordinator"]
    body = {"kind": "club", "title": "Chess", "school_id": str(world.away.school_id)}
    refused = client.as_(wide).post("/opportunities", body)
    assert pointers(refused) == {"/school_id"}


def test_a_site_is_the_partner_s_own(
    coordinator: Client, world: World, database: Isolated, offer: Offer, clinic: Clinic
) -> None:
    with writing(database, world.home, world.away) as session:
        mill = add_partner(session, world.home, "The mill", "Stowe")
        foreign = add_partner(session, world.away, "A farm", "Barre")
    path = f"/opportunities/{offer(**clinic.body)['id']}"
    for site_id in (mill.site_id, foreign.site_id):
        refused = coordinator.patch(path, {"site_id": str(site_id)})
        assert (refused.status_code, pointers(refused)) == (422, {"/site_id"})
    assert coordinator.patch(path, {"site_id": None}).json["site"] is None
    back = coordinator.patch(path, {"site_id": str(clinic.site_id)})
    assert back.json["site"]["id"] == str(clinic.site_id)
    refused = coordinator.patch(path, {"partner_id": str(mill.partner_id)})
    assert pointers(refused) == {"/partner_id"}


def test_days_are_checked_against_those_that_stay(coordinator: Client, offer: Offer) -> None:
    path = f"/opportunities/{offer(starts_on=ahead(10), ends_on=ahead(20))['id']}"
    assert pointers(coordinator.patch(path, {"ends_on": ahead(9)})) == {"/ends_on"}
    assert pointers(coordinator.patch(path, {"starts_on": ahead(20)})) == {"/starts_on"}
    both = {"starts_on": ahead(30), "ends_on": ahead(25)}
    assert pointers(coordinator.patch(path, both)) == {"/ends_on"}
    assert pointers(coordinator.patch(path, {"apply_by": ahead(20)})) == {"/apply_by"}
    assert coordinator.patch(path, {"apply_by": ahead(19)}).json["apply_by"] == ahead(19)
    assert pointers(coordinator.patch(path, {"ends_on": ahead(19)})) == {"/ends_on"}
    assert coordinator.patch(path, {"apply_by": None}).json["is_open"] is True
    assert coordinator.patch(path, {"apply_by": ahead(-1)}).json["is_open"] is False


def test_it_is_closed_and_reopened(coordinator: Client, offer: Offer) -> None:
    path = f"/opportunities/{offer()['id']}"
    closed = coordinator.act(path, "close").json
    assert (closed["status"], closed["is_open"]) == ("closed", False)
    assert closed["available_actions"] == ["reopen"]
    assert code(coordinator.act(path, "close")) == "action_repeated"
    assert coordinator.act(path, "reopen").json["status"] == "open"
    item = {"id": path.rsplit("/", 1)[1], "version": coordinator.read(path)["version"]}
    (answer,) = coordinator.post(
        "/opportunities/actions", {"action": "close", "items": [item]}
    ).json["items"]
    assert answer["resource"]["status"] == "closed"


def test_an_archived_partner_takes_nobody_on(
    coordinator: Client, world: World, database: Isolated, offer: Offer, clinic: Clinic
) -> None:
    path = f"/opportunities/{offer(**clinic.body)['id']}"
    assert coordinator.act(path, "close").status_code == 200
    with writing(database, world.home) as session:
        session.get(Partner, clinic.partner_id).status = "archived"
    body = {"school_id": str(world.home.school_id), "kind": "club", "title": "Chess"}
    refused = coordinator.post("/opportunities", {**body, **clinic.body})
    assert (refused.status_code, code(refused)) == (409, "partner_archived")
    assert code(coordinator.act(path, "reopen")) == "partner_archived"
    assert coordinator.read(path)["available_actions"] == []


def test_it_is_deleted_where_nobody_ever_raised_a_hand(
    client: Client, world: World, coordinator: Client, offer: Offer
) -> None:
    unused, used = offer(), offer(title="Mend bicycles")
    assert coordinator.delete(f"/opportunities/{unused['id']}").status_code == 204
    assert coordinator.get(f"/opportunities/{unused['id']}").status_code == 404
    student = client.as_(world.home.student)
    hand = student.made(
        f"/students/{world.home.student.id}/interests", {"opportunity_id": used["id"]}
    )
    assert student.act(f"/interests/{hand['id']}", "withdraw").status_code == 200
    refused = coordinator.delete(f"/opportunities/{used['id']}")
    assert (refused.status_code, code(refused)) == (409, "record_in_use")
