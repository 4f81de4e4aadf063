"""A district's register of partners: who reads and writes it, how it is searched, its life."""

from typing import Any

import pytest

from plp_api.foundation.audit.models import Event
from tests.catalog.partners.conftest import CLINIC, Made
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, ahead, writing


def names(client: Client, query: str = "") -> list[str]:
    return [one["name"] for one in client.read(f"/partners?{query}")["items"]]


def test_a_coordinator_adds_a_partner_and_staff_read_it(
    client: Client, world: World, coordinator: Client
) -> None:
    made = coordinator.made("/partners", CLINIC)
    assert (made["status"], made["kind"], made["description"]) == ("active", "health_care", "")
    assert (made["website"], made["email"], made["phone"]) == (None, None, None)
    assert made["available_actions"] == ["archive"]
    for name in ("advisor", "teacher", "counselor", "school_admin", "district_admin", "auditor"):
        read = client.as_(getattr(world.home, name)).read(f"/partners/{made['id']}")
        writes = name == "school_admin"
        assert read["available_actions"] == (["archive"] if writes else [])


def test_only_coordinator_and_school_admin_write(
    client: Client, world: World, partner: str
) -> None:
    for name in ("advisor", "teacher", "counselor", "district_admin", "auditor"):
        reader = client.as_(getattr(world.home, name))
        refused = reader.post("/partners", CLINIC)
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
        assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin"]
        assert reader.patch(partner, {"name": "Mine"}).status_code == 403
        assert reader.act(partner, "archive").status_code == 403
        assert reader.delete(partner).status_code == 403
    admin = client.as_(world.home.other_school_admin)
    assert admin.patch(partner, {"kind": "other"}).json["kind"] == "other", "all schools share it"


def test_students_and_parents_read_no_partner(client: Client, world: World, partner: str) -> None:
    for name in ("student", "parent", "registrar"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get("/partners").status_code == 403
        assert reader.get(partner).status_code == 404


def test_another_districts_partner_is_not_there(client: Client, world: World, partner: str) -> None:
    away = client.as_(world.away.elo_coordinator)
    assert away.get(partner).status_code == 404
    assert away.patch(partner, {"name": "Ours"}, etag='"1"').status_code == 404
    assert away.post(f"{partner}/sites", {"name": "Ours"}).status_code == 404
    assert names(away) == []
    assert away.made("/partners", CLINIC)["name"] == CLINIC["name"], "the same name is free there"


def test_partners_are_filtered_and_sorted(coordinator: Client, added: Made) -> None:
    mill, farm = added("Mill"), added("Farm", kind="farm", description="Goats and café")
    added("Studio", kind="nonprofit")
    site = {
        "name": "Barn",
        "town": "St. Johnsbury",
        "accessibility": ["wheelchair", "quiet_space"],
        "transport": ["public_bus"],
    }
    coordinator.made(f"/partners/{farm['id']}/sites", site)
    coordinator.made(f"/partners/{mill['id']}/sites", {"name": "Mill", "town": "Bárre"})
    insured = {"kind": "vehicle", "insurer": "Maple", "starts_on": ahead(-9)}
    coordinator.made(f"/partners/{mill['id']}/insurances", insured)
    coordinator.made(f"/partners/{farm['id']}/insurances", {**insured, "ends_on": ahead(0)})
    coordinator.act(f"/partners/{mill['id']}", "archive")
    assert names(coordinator) == ["Farm", "Mill", "Studio"]
    assert names(coordinator, "sort=-name") == ["Studio", "Mill", "Farm"]
    assert names(coordinator, "sort=-updated_at")[0] == "Mill"
    assert names(coordinator, "status=archived") == ["Mill"]
    assert names(coordinator, "kind=farm&kind=nonprofit") == ["Farm", "Studio"]
    assert names(coordinator, "town=barre") == ["Mill"]
    assert names(coordinator, "town=BARRE&town=st.%20johnsbury") == ["Farm", "Mill"]
    assert names(coordinator, "town=johns") == [], "a town is named whole"
    assert names(coordinator, "accessibility=wheelchair") == ["Farm"]
    assert names(coordinator, "accessibility=remote") == []
    assert names(coordinator, "transport=public_bus&transport=bicycle") == ["Farm"]
    assert names(coordinator, "has_current_insurance=true") == ["Mill"]
    assert names(coordinator, "has_current_insurance=false") == ["Farm", "Studio"]
    assert names(coordinator, "q=CAFE") == ["Farm"]
    assert names(coordinator, "q=stud") == ["Studio"]
    for unknown in ("kind=shop", "sort=kind", "mentor=x", "accessibility=sofa"):
        assert coordinator.get(f"/partners?{unknown}").status_code == 422


def test_an_archived_partner_is_kept_and_takes_nothing_new(
    coordinator: Client, advisor: Client, partner: str
) -> None:
    site = coordinator.made(f"{partner}/sites", {"name": "Main"})
    assert coordinator.act(partner, "archive").json["available_actions"] == ["restore"]
    again = coordinator.act(partner, "archive")
    assert (again.status_code, code(again)) == (409, "action_repeated")
    new = {
        "sites": {"name": "Other"},
        "contacts": {"name": "Ines Morel"},
        "mentors": {"name": "Tom Averill"},
        "insurances": {"kind": "other", "insurer": "Maple", "starts_on": ahead(0)},
    }
    for part, body in new.items():
        refused = coordinator.post(f"{partner}/{part}", body)
        assert (refused.status_code, code(refused)) == (409, "partner_archived")
    assert advisor.read(f"{partner}/sites")["items"][0]["id"] == site["id"]
    assert coordinator.patch(partner, {"description": "Closed."}).status_code == 200
    corrected = coordinator.patch(f"/partner-sites/{site['id']}", {"town": "Barre"})
    assert corrected.status_code == 200, "what is there is corrected"
    assert coordinator.act(partner, "restore").json["status"] == "active"
    for part, body in new.items():
        coordinator.made(f"{partner}/{part}", body)


def test_several_partners_are_archived_at_once(coordinator: Client, added: Made) -> None:
    rows = [added(name) for name in ("Mill", "Farm")]
    items = [{"id": row["id"], "version": row["version"]} for row in rows]
    done = coordinator.post("/partners/actions", {"action": "archive", "items": items}).json
    assert [one["resource"]["status"] for one in done["items"]] == ["archived", "archived"]


def test_a_partner_is_deleted_only_while_nothing_refers_to_it(
    coordinator: Client, partner: str
) -> None:
    contact = coordinator.made(f"{partner}/contacts", {"name": "Ines Morel"})
    refused = coordinator.delete(partner)
    assert (refused.status_code, code(refused)) == (409, "record_in_use")
    assert coordinator.delete(f"/partner-contacts/{contact['id']}").status_code == 204
    assert coordinator.delete(partner).status_code == 204
    assert coordinator.get(partner).status_code == 404


def test_a_change_needs_the_version_that_was_read(coordinator: Client, partner: str) -> None:
    stale = coordinator.patch(partner, {"name": "Clinic"}, etag='"99"')
    assert (stale.status_code, stale.json["current"]["name"]) == (412, CLINIC["name"])
    without = coordinator.send("PATCH", partner, json={"name": "Clinic"})
    assert without.status_code == 428


WEBSITES = (
    "javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "ftp://example.org",
    "//example.org",
    "example.org",
    "https://",
    "https://user:secret@example.org",
    "https://example.org@evil.example",
    "https://localhost",
    "https://exa mple.org",
    "https://example.org/a b",
    "https://example.org/\n",
    "data:text/html,hello",
)


@pytest.mark.parametrize("website", WEBSITES)
def test_a_website_is_a_plain_web_address(coordinator: Client, website: str) -> None:
    refused = coordinator.post("/partners", {**CLINIC, "website": website})
    # White space around a text is taken off, so an address that ends in it is right.
    if website.strip() != website:
        assert refused.json["website"] == website.strip()
        return
    assert (refused.status_code, pointers(refused)) == (422, {"/website"})
    assert "secret" not in refused.get_data(as_text=True)


def test_a_right_website_is_kept_as_it_was_written(coordinator: Client) -> None:
    for website in ("https://clinic.example.org", "HTTP://Example.org:8080/a?b=c#d"):
        body = {**CLINIC, "website": website, "is_another": True}
        assert coordinator.made("/partners", body)["website"] == website


@pytest.mark.parametrize("phone", ["555", "call me", "802-555-014a", "1" * 16, "802-555-0142 x"])
def test_a_phone_number_has_digits(coordinator: Client, phone: str) -> None:
    refused = coordinator.post("/partners", {**CLINIC, "phone": phone})
    assert (refused.status_code, pointers(refused)) == (422, {"/phone"})


@pytest.mark.parametrize("phone", ["+1 (802) 555-0142", "802.555.0142 ext. 12", "555-0142x3"])
def test_a_phone_number_is_kept_as_it_was_written(coordinator: Client, phone: str) -> None:
    assert coordinator.made("/partners", {**CLINIC, "phone": phone})["phone"] == phone


def test_everything_wrong_is_told_at_once_and_nothing_of_it_repeated(coordinator: Client) -> None:
    body = {"kind": "shop", "name": " ", "email": "tom.averill", "phone": "none", "owner": "Tom"}
    refused = coordinator.post("/partners", body)
    assert pointers(refused) == {"/kind", "/name", "/email", "/phone", "/owner"}
    assert "averill" not in refused.get_data(as_text=True)
    assert names(coordinator) == []


def test_null_clears_an_address_and_a_name_cannot_be_cleared(
    coordinator: Client, partner: str
) -> None:
    address = {"email": "office@clinic.example", "website": "https://clinic.example"}
    coordinator.patch(partner, address)
    cleared = coordinator.patch(partner, dict.fromkeys(address)).json
    assert (cleared["email"], cleared["website"]) == (None, None)
    assert pointers(coordinator.patch(partner, {"name": None})) == {"/name"}


def test_changes_are_recorded_without_names_and_addresses(
    coordinator: Client, partner: str, database: Isolated, world: World
) -> None:
    secret = {"name": "Quillon", "email": "quillon@clinic.example", "phone": "802-555-0199"}
    coordinator.patch(partner, {"email": secret["email"]})
    coordinator.patch(partner, {"email": secret["email"]})
    for part in ("contacts", "mentors"):
        made = coordinator.made(f"{partner}/{part}", secret)
        path = f"/{'partner-contacts' if part == 'contacts' else part}/{made['id']}"
        coordinator.patch(path, {"name": "Quillonson", "email": None})
        coordinator.delete(path)
    with writing(database, world.home) as session:
        events = session.query(Event).order_by(Event.at, Event.id).all()
        told: list[Any] = [(one.type, one.payload) for one in events if one.actor_id]
    assert [one for one, _ in told] == [
        "partner.added",
        "partner.changed",
        "partner_contact.added",
        "partner_contact.changed",
        "partner_contact.deleted",
        "mentor.added",
        "mentor.changed",
        "mentor.deleted",
    ]
    assert told[1][1] == {"fields": ["email"]}, "a change that changes nothing is no event"
    assert told[3][1]["fields"] == ["email", "name"]
    for value in ("uillon", "0199", "clinic.example"):
        assert value not in str(told)
