"""Clearances: who records and reads them, and that nobody else learns of one."""

from typing import Any

import pytest

from plp_api.foundation.audit.models import Event
from tests.catalog.clearances.conftest import Recorded, body
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, ahead, writing

OUTSIDERS = ("advisor", "teacher", "counselor", "registrar", "student", "parent")


def test_a_coordinator_records_that_a_check_was_passed(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str
) -> None:
    answer = coordinator.post(f"{partner}/clearances", body(mentor, valid_until=ahead(365)))
    made = answer.json
    assert (made["status"], made["is_cleared"], made["valid_until"]) == (
        "recorded",
        True,
        ahead(365),
    )
    assert (made["partner_name"], made["mentor_name"]) == ("Barre Community Clinic", "Tom Averill")
    assert made["recorded_by"] == str(world.home.elo_coordinator.id)
    assert made["recorded_by_name"].startswith("Elo")
    assert (made["withdrawn_by"], made["withdrawn_on"]) == (None, None)
    assert answer.headers["Location"] == f"/api/v1/clearances/{made['id']}"
    for name in ("school_admin", "other_school_admin", "district_admin", "auditor"):
        reader = client.as_(getattr(world.home, name))
        read = reader.read(f"/clearances/{made['id']}")
        assert read["available_actions"] == ([] if name == "auditor" else ["withdraw"])
        assert [one["id"] for one in reader.read("/clearances")["items"]] == [made["id"]]


def test_school_and_district_admin_record_and_the_auditor_only_reads(
    client: Client, world: World, partner: str, mentor: str
) -> None:
    for name in ("school_admin", "district_admin"):
        client.as_(getattr(world.home, name)).made(f"{partner}/clearances", body(mentor))
    auditor = client.as_(world.home.auditor)
    refused = auditor.post(f"{partner}/clearances", body(mentor))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["elo_coordinator", "school_admin", "district_admin"]
    made = auditor.read("/clearances")["items"][0]
    assert auditor.act(f"/clearances/{made['id']}", "withdraw").status_code == 403


def test_another_district_has_its_own(
    client: Client, world: World, partner: str, recorded: Recorded
) -> None:
    made, away = recorded(), client.as_(world.away.elo_coordinator)
    assert away.get(f"/clearances/{made['id']}").status_code == 404
    assert away.get(f"{partner}/clearance-status").status_code == 404
    assert away.read("/clearances")["items"] == []


@pytest.mark.parametrize("member", ["note", "text", "result", "file", "document", "status"])
def test_there_is_no_place_for_what_a_check_found(
    coordinator: Client, partner: str, mentor: str, member: str
) -> None:
    refused = coordinator.post(f"{partner}/clearances", body(mentor, **{member: "A conviction"}))
    assert (refused.status_code, pointers(refused)) == (422, {f"/{member}"})
    assert "conviction" not in refused.get_data(as_text=True)
    assert coordinator.read("/clearances")["items"] == []


def test_a_clearance_never_changes(coordinator: Client, recorded: Recorded) -> None:
    path = f"/clearances/{recorded(is_cleared=False)['id']}"
    for method in ("PATCH", "PUT", "DELETE"):
        refused = coordinator.send(method, path, json={"is_cleared": True})
        assert refused.status_code == 405
    assert coordinator.read(path)["is_cleared"] is False


def test_a_mistake_is_withdrawn_once_by_name_and_kept(
    client: Client, world: World, coordinator: Client, recorded: Recorded
) -> None:
    path = f"/clearances/{recorded()['id']}"
    admin = client.as_(world.home.school_admin)
    withdrawn = admin.act(path, "withdraw").json
    assert (withdrawn["status"], withdrawn["withdrawn_on"]) == ("withdrawn", ahead(0))
    assert withdrawn["withdrawn_by"] == str(world.home.school_admin.id)
    assert withdrawn["withdrawn_by_name"].startswith("School")
    assert withdrawn["recorded_by"] == str(world.home.elo_coordinator.id)
    assert (withdrawn["is_cleared"], withdrawn["available_actions"]) == (True, [])
    again = coordinator.act(path, "withdraw")
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert coordinator.read(path)["withdrawn_by"] == str(world.home.school_admin.id)


# Whoever may not read them learns nothing.


def everything(reader: Client, partner: str, mentor: str) -> list[Any]:
    """All that a reader gets of a partner and its mentor: bodies, tags, counts, orders."""
    paths = [
        partner,
        "/partners?count=true&sort=-updated_at",
        "/partners?sort=updated_at&updated_since=2020-01-01T00:00:00Z&q=clinic",
        f"{partner}/duplicates?count=true",
        *(f"{partner}/{part}?count=true&sort=-updated_at" for part in ("sites", "contacts")),
        f"{partner}/mentors?count=true&sort=-updated_at&is_current=true",
        f"/mentors/{mentor}",
        f"{partner}/clearances",
        f"{partner}/clearance-status",
        "/clearances",
        "/clearances?kind=criminal_record&count=true",
        "/events",
    ]
    answers = [reader.get(path) for path in paths]
    return [
        (one.status_code, {**one.json, "request_id": ""}, one.headers.get("ETag"))
        for one in answers
    ]


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nothing_tells_others_that_there_is_a_clearance(
    client: Client, world: World, coordinator: Client, partner: str, mentor: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    before = everything(reader, partner, mentor)
    made = coordinator.made(f"{partner}/clearances", body(mentor, is_cleared=False))
    assert everything(reader, partner, mentor) == before
    coordinator.act(f"/clearances/{made['id']}", "withdraw")
    assert everything(reader, partner, mentor) == before
    path = f"/clearances/{made['id']}"
    unknown = "/clearances/00000000-0000-7000-8000-000000000000"
    for there, nowhere in ((reader.get(path), reader.get(unknown)),):
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert (
            there.json["detail" if "detail" in there.json else "title"]
            == (nowhere.json["detail" if "detail" in nowhere.json else "title"])
        )
    etag = {"If-Match": '"1"'}
    acted = reader.send("POST", f"{path}/actions", json={"action": "withdraw"}, headers=etag)
    assert acted.status_code == 404
    many = {"action": "withdraw", "items": [{"id": made["id"], "version": 1}]}
    assert reader.post("/clearances/actions", many).status_code == 403


def test_partners_are_neither_filtered_nor_sorted_by_clearances(
    client: Client, world: World, partner: str
) -> None:
    advisor = client.as_(world.home.advisor)
    for path in ("/partners", f"{partner}/mentors"):
        for asked in ("is_cleared=true", "kind=criminal_record", "sort=is_cleared"):
            assert advisor.get(f"{path}?{asked}").status_code == 422
    assert not {"clearance", "cleared"} & {
        word for name in advisor.read(partner) for word in name.split("_")
    }


def test_a_mentor_with_a_clearance_is_ended_and_not_deleted(
    coordinator: Client, partner: str, mentor: str, recorded: Recorded
) -> None:
    made = recorded()
    coordinator.act(f"/clearances/{made['id']}", "withdraw")
    for path in (f"/mentors/{mentor}", partner):
        refused = coordinator.delete(path)
        assert (refused.status_code, code(refused)) == (409, "record_in_use")
    assert coordinator.patch(f"/mentors/{mentor}", {"ends_on": ahead(0)}).status_code == 200


def test_events_tell_of_the_check_and_not_of_its_outcome(
    world: World,
    coordinator: Client,
    partner: str,
    mentor: str,
    recorded: Recorded,
    database: Isolated,
) -> None:
    made = recorded(is_cleared=False)
    coordinator.act(f"/clearances/{made['id']}", "withdraw")
    with writing(database, world.home) as session:
        events = session.query(Event).filter_by(subject_type="clearances").order_by(Event.id).all()
        told = [(one.type, str(one.actor_id), one.payload) for one in events]
    about = {"partner_id": partner[-36:], "mentor_id": mentor, "kind": "criminal_record"}
    by = str(world.home.elo_coordinator.id)
    assert told == [("clearance.recorded", by, about), ("clearance.withdrawn", by, about)]


# Bad input.


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"checked_on": ahead(1)}, "checked_on"),
        ({"checked_on": "1999-12-31"}, "checked_on"),
        ({"checked_on": None}, "checked_on"),
        ({"valid_until": ahead(-1)}, "valid_until"),
        ({"valid_until": "2999-01-01"}, "valid_until"),
        ({"kind": "gossip"}, "kind"),
        ({"is_cleared": None}, "is_cleared"),
        ({"is_cleared": "yes"}, "is_cleared"),
        ({"mentor_id": None}, "mentor_id"),
        ({"kind": "site_safety"}, "mentor_id"),
        ({"mentor_id": "00000000-0000-7000-8000-000000000000"}, "mentor_id"),
        ({"recorded_by": "00000000-0000-7000-8000-000000000000"}, "recorded_by"),
    ],
)
def test_a_wrong_check_is_refused_at_its_field(
    coordinator: Client, partner: str, mentor: str, changed: dict[str, Any], field: str
) -> None:
    refused = coordinator.post(f"{partner}/clearances", body(mentor, **changed))
    assert (refused.status_code, pointers(refused)) == (422, {f"/{field}"})
    assert coordinator.read(f"{partner}/clearances")["items"] == []


def test_a_mentor_of_another_partner_is_no_mentor_here(coordinator: Client, partner: str) -> None:
    other = coordinator.made("/partners", {"kind": "farm", "name": "Farm"})["id"]
    theirs = coordinator.made(f"/partners/{other}/mentors", {"name": "Al"})["id"]
    refused = coordinator.post(f"{partner}/clearances", body(theirs))
    assert (refused.status_code, pointers(refused)) == (422, {"/mentor_id"})


def test_a_late_result_is_recorded_for_an_archived_partner(
    coordinator: Client, partner: str, recorded: Recorded
) -> None:
    coordinator.act(partner, "archive")
    assert recorded(is_cleared=False)["is_cleared"] is False


# Lists.


def test_clearances_are_filtered(
    coordinator: Client, partner: str, mentor: str, recorded: Recorded
) -> None:
    other = coordinator.made("/partners", {"kind": "farm", "name": "Farm"})["id"]
    safe = coordinator.made(f"/partners/{other}/clearances", body(None, kind="site_safety"))
    old = recorded(checked_on=ahead(-400), valid_until=ahead(-35))
    new = recorded(valid_until=ahead(30))
    failed = recorded(kind="training", is_cleared=False, checked_on=ahead(-3))
    wrong = recorded(kind="fingerprints")
    coordinator.act(f"/clearances/{wrong['id']}", "withdraw")
    keys = {one["id"]: name for name, one in locals().copy().items() if isinstance(one, dict)}

    def found(query: str, path: str = "/clearances") -> set[str]:
        return {keys[one["id"]] for one in coordinator.read(f"{path}?{query}")["items"]}

    assert found("") == {"safe", "old", "new", "failed", "wrong"}
    assert found("", f"{partner}/clearances") == {"old", "new", "failed", "wrong"}
    assert found(f"partner_id={other}") == {"safe"}
    assert found(f"mentor_id={mentor}&kind=criminal_record&kind=training") == {
        "old",
        "new",
        "failed",
    }
    assert found("is_cleared=false") == {"failed"}
    assert found("status=withdrawn") == {"wrong"}
    assert found(f"expires_by={ahead(30)}") == {"old", "new"}
    assert found(f"expires_by={ahead(29)}") == {"old"}
    assert found("is_current=true") == {"safe", "new", "failed"}
    assert found("is_current=false") == {"old", "wrong"}
    assert found(f"expires_by={ahead(60)}&is_current=true") == {"new"}
    assert found("sort=-checked_on&limit=200") == set(keys.values())
