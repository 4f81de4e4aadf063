"""A student raises a hand: for what, until when, and who sees it."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.interests.conftest import Clinic, Offer, Raise
from tests.world import World, ahead, writing


def hands(world: World, name: str = "student") -> str:
    return f"/students/{getattr(world.home, name).id}/interests"


def test_a_student_raises_a_hand_and_everybody_around_them_reads_it(
    client: Client, world: World, student: Client, offer: Offer, clinic: Clinic
) -> None:
    opportunity = offer(**clinic.body, seats=1)
    body = {"opportunity_id": opportunity["id"], "words": "My aunt is a nurse."}
    made = student.made(hands(world), body)
    assert (made["status"], made["words"]) == ("raised", "My aunt is a nurse.")
    assert (made["holds_seat"], made["is_lapsed"], made["last_day"]) == (False, False, None)
    assert made["opportunity"] == {
        "id": opportunity["id"],
        "title": "Shadow a nurse",
        "partner_name": "Lamoille Clinic",
    }
    assert made["available_actions"] == ["withdraw"]
    for name in ("parent", "advisor", "counselor", "elo_coordinator", "school_admin", "auditor"):
        reader = client.as_(getattr(world.home, name))
        found = reader.read(f"/interests/{made['id']}")
        assert found["student"]["id"] == str(world.home.student.id)
        assert [one["id"] for one in reader.read(hands(world))["items"]] == [made["id"]]
    assert student.read(f"/opportunities/{opportunity['id']}")["seats_left"] == 1


@pytest.mark.parametrize("name", ["teacher", "registrar", "district_admin"])
def test_whom_it_does_not_concern_reads_none(
    client: Client, world: World, raised: Raise, name: str
) -> None:
    path, reader = raised(), client.as_(getattr(world.home, name))
    assert reader.get(path).status_code == 404
    assert reader.get(hands(world)).status_code == 403
    assert reader.get("/interests").status_code == 403


@pytest.mark.parametrize("name", ["parent", "advisor", "elo_coordinator", "school_admin"])
def test_nobody_raises_a_hand_for_a_student(
    client: Client, world: World, offer: Offer, name: str
) -> None:
    body = {"opportunity_id": offer()["id"]}
    refused = client.as_(getattr(world.home, name)).post(hands(world), body)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student"]


def test_nobody_raises_another_student_s_hand(
    client: Client, world: World, student: Client, offer: Offer
) -> None:
    refused = student.post(hands(world, "senior"), {"opportunity_id": offer()["id"]})
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({}, "/opportunity_id"),
        ({"opportunity_id": "shadow"}, "/opportunity_id"),
        ({"opportunity_id": "01a218ff-0e75-74d6-8c3b-ce6cc826f927"}, "/opportunity_id"),
        ({"words": "x" * 2001}, "/words"),
        ({"words": None}, "/words"),
        ({"last_day": "2027-01-01"}, "/last_day"),
        ({"status": "approved"}, "/status"),
    ],
)
def test_bad_input_is_refused_at_its_place(
    student: Client, world: World, offer: Offer, members: dict[str, Any], pointer: str
) -> None:
    body = {"opportunity_id": offer()["id"], **members} if members else {}
    refused = student.post(hands(world), body)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert student.read(hands(world))["items"] == []


def test_an_opportunity_of_another_district_does_not_exist(
    client: Client, world: World, student: Client
) -> None:
    away = client.as_(world.away.elo_coordinator)
    body = {"school_id": str(world.away.school_id), "kind": "club", "title": "Chess"}
    foreign = away.made("/opportunities", body)
    refused = student.post(hands(world), {"opportunity_id": foreign["id"]})
    assert pointers(refused) == {"/opportunity_id"}


def test_a_closed_one_takes_no_hands(
    student: Client, world: World, coordinator: Client, offer: Offer
) -> None:
    for members in ({"apply_by": ahead(-1)}, {"ends_on": ahead(0)}):
        refused = student.post(hands(world), {"opportunity_id": offer(**members)["id"]})
        assert (refused.status_code, code(refused)) == (409, "opportunity_closed")
    closed = offer()
    assert coordinator.act(f"/opportunities/{closed['id']}", "close").status_code == 200
    refused = student.post(hands(world), {"opportunity_id": closed["id"]})
    assert code(refused) == "opportunity_closed"
    today = offer(apply_by=ahead(0), ends_on=ahead(1))
    assert student.post(hands(world), {"opportunity_id": today["id"]}).status_code == 201


def test_an_archived_partner_s_takes_no_hands(
    student: Client, world: World, database: Isolated, offer: Offer, clinic: Clinic
) -> None:
    opportunity = offer(**clinic.body)
    with writing(database, world.home) as session:
        session.get(Partner, clinic.partner_id).status = "archived"
    refused = student.post(hands(world), {"opportunity_id": opportunity["id"]})
    assert (code(refused), refused.json["detail"]) == (
        "opportunity_closed",
        "Its partner is archived.",
    )


def test_it_is_offered_to_the_student_s_school_and_grade(
    client: Client, world: World, student: Client, database: Isolated, offer: Offer
) -> None:
    middle = client.as_(world.home.other_school_admin)
    theirs = offer(by=middle, school_id=str(world.home.other_school_id))
    seniors, tenth = offer(grades=["12", "11"]), offer(grades=["10"])
    for opportunity in (theirs, seniors):
        refused = student.post(hands(world), {"opportunity_id": opportunity["id"]})
        assert (refused.status_code, code(refused)) == (409, "opportunity_not_offered")
    with writing(database, world.home) as session:
        session.get(Opportunity, uuid(theirs["id"])).school_id = None
    for opportunity in (theirs, tenth):
        student.made(hands(world), {"opportunity_id": opportunity["id"]})


def test_a_student_of_unknown_grade_is_offered_what_names_no_grade(
    student: Client, world: World, database: Isolated, offer: Offer
) -> None:
    tenth, anybodys = offer(grades=["10"]), offer()
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id).grade = None
    refused = student.post(hands(world), {"opportunity_id": tenth["id"]})
    assert code(refused) == "opportunity_not_offered"
    student.made(hands(world), {"opportunity_id": anybodys["id"]})


def test_one_hand_is_raised_for_one_opportunity(
    client: Client, student: Client, world: World, coordinator: Client, offer: Offer, raised: Raise
) -> None:
    opportunity = offer()
    first = raised(opportunity)
    for _ in range(2):
        refused = student.post(hands(world), {"opportunity_id": opportunity["id"]})
        assert (refused.status_code, code(refused)) == (409, "interest_exists")
        assert refused.json["existing"]["href"] == f"/api/v1{first}"
        coordinator.act(first, "approve", last_day=ahead(1))
    assert student.act(first, "withdraw").status_code == 200
    second = raised(opportunity)
    assert coordinator.act(second, "decline", comment="Next year.").status_code == 200
    raised(opportunity)
    raised(opportunity, world.home.senior)


def test_a_repeated_request_raises_one_hand(student: Client, world: World, offer: Offer) -> None:
    body, key = {"opportunity_id": offer()["id"]}, {"Idempotency-Key": "hand-1"}
    first = student.made(hands(world), body, headers=key)
    assert student.made(hands(world), body, headers=key)["id"] == first["id"]
    assert len(student.read(hands(world))["items"]) == 1


@pytest.mark.parametrize("denied", [RecordKind.INTERESTS, RecordKind.GOALS])
def test_a_court_order_hides_them_from_a_parent(
    client: Client,
    world: World,
    database: Isolated,
    offer: Offer,
    raised: Raise,
    denied: RecordKind,
) -> None:
    opportunity = offer()
    path, parent = raised(opportunity), world.home.parent
    with writing(database, world.home) as session:
        tie = session.scalars(select(Relationship).where(Relationship.person_id == parent.id))
        tie.one().denied = frozenset({denied})
    reader, is_open = client.as_(parent), denied is RecordKind.GOALS
    assert reader.get(path).status_code == (200 if is_open else 404)
    for listed in ("/interests", f"/opportunities/{opportunity['id']}/interests"):
        assert len(reader.read(listed)["items"]) == is_open
    assert reader.get(hands(world)).status_code == (200 if is_open else 403)
    assert reader.get(f"{path}/comments").status_code == (200 if is_open else 404)


def test_a_list_across_students_is_filtered(
    client: Client,
    world: World,
    coordinator: Client,
    offer: Offer,
    clinic: Clinic,
    raised: Raise,
    approved: Raise,
) -> None:
    here = offer(**clinic.body)
    elsewhere = offer()
    ids = {
        "waits": raised(here).rsplit("/", 1)[1],
        "held": approved(elsewhere, ahead(3)).rsplit("/", 1)[1],
        "senior": approved(here, ahead(30), pupil=world.home.senior).rsplit("/", 1)[1],
    }
    for query, wanted in {
        "status=raised": "waits",
        "status=raised&status=approved": "waits held senior",
        f"opportunity_id={here['id']}": "waits senior",
        f"partner_id={clinic.partner_id}": "waits senior",
        "holds_seat=true": "held senior",
        "holds_seat=false": "waits",
        f"last_day_by={ahead(3)}": "held",
        "grade=12": "senior",
        f"student_id={world.home.student.id}": "waits held",
        f"school_id={world.home.other_school_id}": "",
    }.items():
        items = coordinator.read(f"/interests?{query}")["items"]
        assert {one["id"] for one in items} == {ids[word] for word in wanted.split()}, query
    refused = coordinator.get("/interests?holds_seat=perhaps")
    assert pointers(refused) == {"holds_seat"}


def test_a_partner_s_history_shows_only_students_one_reaches(
    client: Client,
    world: World,
    offer: Offer,
    clinic: Clinic,
    raised: Raise,
    database: Isolated,
) -> None:
    here, elsewhere = offer(**clinic.body), offer()
    raised(elsewhere)
    own, senior = raised(here), raised(here, world.home.senior)
    with writing(database, world.home) as session:
        session.get(Opportunity, uuid(here["id"])).school_id = None
    theirs = raised(here, world.home.other_student)
    path = f"/partners/{clinic.partner_id}/interests"
    for name, wanted in {
        "elo_coordinator": {own, senior},
        "co_advisor": {own},
        "advisor": {own, senior},
        "other_school_admin": {theirs},
        "auditor": {own, senior, theirs},
    }.items():
        items = client.as_(getattr(world.home, name)).read(path)["items"]
        assert {f"/interests/{one['id']}" for one in items} == wanted, name
    filtered = client.as_(world.home.auditor).read(f"{path}?grade=12")["items"]
    assert [f"/interests/{one['id']}" for one in filtered] == [senior]
    for name, status in {
        "student": 404,
        "parent": 404,
        "teacher": 403,
        "district_admin": 403,
    }.items():
        assert client.as_(getattr(world.home, name)).get(path).status_code == status, name
    assert client.as_(world.away.elo_coordinator).get(path).status_code == 404


def test_who_raised_a_hand_is_seen_of_the_students_one_reaches(
    client: Client, world: World, offer: Offer, raised: Raise
) -> None:
    opportunity = offer()
    own, senior = raised(opportunity), raised(opportunity, world.home.senior)
    path = f"/opportunities/{opportunity['id']}/interests"
    for name, wanted in {
        "elo_coordinator": {own, senior},
        "student": {own},
        "parent": {own},
        "co_advisor": {own},
        "other_school_admin": set(),
    }.items():
        items = client.as_(getattr(world.home, name)).read(path)["items"]
        assert {f"/interests/{one['id']}" for one in items} == wanted, name
    assert client.as_(world.home.teacher).get(path).status_code == 403
