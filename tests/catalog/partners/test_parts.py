"""Sites, contacts, mentors and insurances of a partner."""

from typing import Any

import pytest

from tests.catalog.partners.conftest import Made
from tests.client import Client, code, pointers
from tests.world import World, ahead

CONTACT = {"name": "Ines Morel", "email": "ines@clinic.example", "phone": "802-555-0142"}
PARTS = {
    "sites": ("partner-sites", {"name": "Main Street", "town": "Barre"}),
    "contacts": ("partner-contacts", CONTACT),
    "mentors": ("mentors", {**CONTACT, "name": "Tom Averill"}),
    "insurances": (
        "partner-insurances",
        {"kind": "vehicle", "insurer": "Maple Mutual", "starts_on": ahead(-9)},
    ),
}
each = pytest.mark.parametrize("part", PARTS)


@each
def test_a_part_is_added_read_changed_and_deleted(
    coordinator: Client, advisor: Client, partner: str, part: str
) -> None:
    address, body = PARTS[part]
    answer = coordinator.post(f"{partner}/{part}", body)
    made = answer.json
    path = f"/{address}/{made['id']}"
    assert answer.headers["Location"] == f"/api/v1{path}"
    assert made["partner_id"] == partner.rsplit("/", maxsplit=1)[-1]
    assert advisor.read(f"{partner}/{part}")["items"] == [made]
    assert advisor.read(path) == made
    named = "insurer" if part == "insurances" else "name"
    assert coordinator.patch(path, {named: "Another"}).json[named] == "Another"
    assert coordinator.delete(path).status_code == 204
    assert advisor.get(path).status_code == 404


@each
def test_readers_of_partners_write_no_part_and_families_see_none(
    client: Client, world: World, coordinator: Client, partner: str, part: str
) -> None:
    address, body = PARTS[part]
    path = f"/{address}/{coordinator.made(f'{partner}/{part}', body)['id']}"
    for name in ("advisor", "teacher", "counselor", "district_admin", "auditor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.post(f"{partner}/{part}", body).status_code == 403
        assert reader.patch(path, {}).status_code == 403
        assert reader.delete(path).status_code == 403
    for name in ("student", "parent", "registrar"):
        reader = client.as_(getattr(world.home, name))
        for answer in (
            reader.get(path),
            reader.get(f"{partner}/{part}"),
            reader.post(f"{partner}/{part}", body),
        ):
            assert (answer.status_code, code(answer)) == (404, "not_found")
    assert client.as_(world.away.elo_coordinator).get(path).status_code == 404


def test_a_site_says_what_students_need(coordinator: Client, partner: str) -> None:
    site = {
        "name": "Main Street",
        "street": "14 Granite Street",
        "town": "Barre",
        "postal_code": "05641-2104",
        "accessibility": ["wheelchair", "hearing_loop"],
        "accessibility_notes": "The ramp is behind the house.",
        "transport": ["school_bus"],
        "transport_notes": "Bus 89.",
    }
    made = coordinator.made(f"{partner}/sites", site)
    assert made["state_code"] == "VT"
    assert made["accessibility"] == ["hearing_loop", "wheelchair"]
    path = f"/partner-sites/{made['id']}"
    changed = coordinator.patch(path, {"accessibility": [], "state_code": "QC"}).json
    assert (changed["accessibility"], changed["state_code"]) == ([], "QC")
    bare = coordinator.made(f"{partner}/sites", {"name": "Bare"})
    assert (bare["accessibility"], bare["town"], bare["postal_code"]) == ([], "", "")
    listed = coordinator.read(f"{partner}/sites?town=BARRE&transport=school_bus")["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert coordinator.read(f"{partner}/sites?accessibility=wheelchair")["items"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("postal_code", "5641"),
        ("postal_code", "05641-21"),
        ("postal_code", "VT 05641"),
        ("state_code", "Vermont"),
        ("state_code", "XX"),
        ("accessibility", ["sofa"]),
        ("accessibility", "wheelchair"),
        ("transport", [["on_foot"]]),
    ],
)
def test_a_wrong_site_is_refused(coordinator: Client, partner: str, field: str, value: Any) -> None:
    refused = coordinator.post(f"{partner}/sites", {"name": "Main", field: value})
    assert refused.status_code == 422
    assert {one.split("/")[1] for one in pointers(refused)} == {field}


def test_a_mentor_works_at_a_site_of_their_own_partner(
    coordinator: Client, partner: str, added: Made
) -> None:
    elsewhere = coordinator.made(f"/partners/{added('Mill')['id']}/sites", {"name": "Mill"})
    site = coordinator.made(f"{partner}/sites", {"name": "Main"})
    tom: dict[str, Any] = {"name": "Tom Averill"}
    refused = coordinator.post(f"{partner}/mentors", {**tom, "site_id": elsewhere["id"]})
    assert (refused.status_code, pointers(refused)) == (422, {"/site_id"})
    mentor = coordinator.made(f"{partner}/mentors", {**tom, "site_id": site["id"]})
    path = f"/mentors/{mentor['id']}"
    moved = coordinator.patch(path, {"site_id": elsewhere["id"]})
    assert (moved.status_code, pointers(moved)) == (422, {"/site_id"})
    in_use = coordinator.delete(f"/partner-sites/{site['id']}")
    assert (in_use.status_code, code(in_use)) == (409, "record_in_use")
    assert coordinator.read(f"{partner}/mentors?site_id={site['id']}")["items"] == [mentor]
    assert coordinator.patch(path, {"site_id": None}).json["site_id"] is None
    assert coordinator.delete(f"/partner-sites/{site['id']}").status_code == 204
    assert pointers(coordinator.patch(path, {"partner_id": partner[-36:]})) == {"/partner_id"}


def test_a_mentor_is_ended_by_a_day_and_kept(coordinator: Client, partner: str) -> None:
    made = [coordinator.made(f"{partner}/mentors", {"name": name}) for name in ("Al", "Bo", "Cy")]
    for mentor, day in zip(made, (ahead(0), ahead(1)), strict=False):
        coordinator.patch(f"/mentors/{mentor['id']}", {"ends_on": day})
    current = coordinator.read(f"{partner}/mentors?is_current=true")["items"]
    assert [one["name"] for one in current] == ["Bo", "Cy"]
    past = coordinator.read(f"{partner}/mentors?is_current=false")["items"]
    assert [one["name"] for one in past] == ["Al"]


def test_an_insurance_ends_after_it_begins(coordinator: Client, partner: str) -> None:
    _, body = PARTS["insurances"]
    refused = coordinator.post(f"{partner}/insurances", {**body, "ends_on": ahead(-10)})
    assert (refused.status_code, pointers(refused)) == (422, {"/ends_on"})
    made = coordinator.made(f"{partner}/insurances", {**body, "ends_on": ahead(30)})
    path = f"/partner-insurances/{made['id']}"
    assert pointers(coordinator.patch(path, {"starts_on": ahead(31)})) == {"/ends_on"}
    assert coordinator.read(path)["starts_on"] == body["starts_on"]
    current = f"{partner}/insurances?is_current=true&kind=vehicle"
    assert len(coordinator.read(current)["items"]) == 1
    coordinator.patch(path, {"ends_on": ahead(0)})
    assert coordinator.read(current)["items"] == []


@each
def test_what_a_part_lacks_or_has_too_much_is_told(
    coordinator: Client, partner: str, part: str
) -> None:
    _, body = PARTS[part]
    refused = coordinator.post(f"{partner}/{part}", {"is_cleared": True, "note": "Fine."})
    assert refused.status_code == 422
    required = {"insurer", "kind", "starts_on"} if part == "insurances" else {"name"}
    assert pointers(refused) == {f"/{one}" for one in {*required, "is_cleared", "note"}}
    for field in {"email", "phone"} & body.keys():
        wrong = coordinator.post(f"{partner}/{part}", {**body, field: "averill"})
        assert (wrong.status_code, pointers(wrong)) == (422, {f"/{field}"})
        assert "averill" not in wrong.get_data(as_text=True)
