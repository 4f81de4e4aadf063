"""People: found, added, corrected; access given and revoked."""

import pytest

from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import AppointmentRole, RelationshipKind
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, appoint, person, relate, writing


def test_adults_of_the_district_are_listed_and_students_are_not(
    client: Client, world: World
) -> None:
    items = client.as_(world.home.registrar).read("/people?limit=200")["items"]
    ids = {item["id"] for item in items}
    assert str(world.home.parent.id) in ids
    assert str(world.home.student.id) not in ids
    assert not any(item["is_student"] for item in items)
    assert not ids & {str(one.id) for one in world.away.people.values()}


def test_people_are_found_by_words_and_by_office(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    found = registrar.read("/people?q=COUNSELOR")["items"]
    assert [one["id"] for one in found] == [str(world.home.counselor.id)]
    by_office = registrar.read("/people?role=school_admin")["items"]
    wanted = {str(world.home.school_admin.id), str(world.home.other_school_admin.id)}
    assert {one["id"] for one in by_office} == wanted
    assert pointers(registrar.get("/people?role=wizard")) == {"role"}


def test_a_parent_without_an_email_is_added_and_invited_by_a_printed_code(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    made = registrar.made(
        "/people",
        {"given_name": "Ana", "family_name": "Silva", "language": "pt", "username": "ana"},
    )
    assert made["display_name"] == "Ana Silva"
    acted = registrar.act(f"/people/{made['id']}", "invite")
    assert acted.status_code == 200, acted.json
    assert acted.json["invitation"]["code"]
    assert acted.json["person"]["status"] == "active"


def test_an_invitation_is_never_kept_for_a_repeated_request(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/people/{world.home.parent.id}"
    codes = {
        client.as_(world.home.registrar)
        .send(
            "POST",
            f"{path}/actions",
            json={"action": "invite"},
            headers={"If-Match": registrar.etag(path), "Idempotency-Key": "same"},
        )
        .json["invitation"]["code"]
        for _ in range(2)
    }
    assert len(codes) == 2


def test_whoever_is_shut_out_is_out_at_once_and_comes_back_by_invitation(
    client: Client, world: World
) -> None:
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    path = f"/people/{world.home.parent.id}"
    assert registrar.act(path, "revoke").json["person"]["status"] == "disabled"
    assert code(parent.get("/students")) == "session_ended"
    assert registrar.act(path, "invite").json["person"]["status"] == "active"


def test_nobody_lets_in_or_readdresses_whom_they_could_not_have_appointed(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/people/{world.home.district_admin.id}"
    assert registrar.act(path, "invite").status_code == 403
    assert registrar.patch(path, {"email": "mine@example.org"}).status_code == 403
    assert code(registrar.patch(path, {"phone": "1"})) == "account_beyond_offices"


def test_an_email_is_not_readdressed_where_its_account_also_holds_an_office(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        link = session.get(AccountPerson, home.parent.id)
        link.account_id = home.counselor.account_id
    registrar = client.as_(home.registrar)
    path = f"/people/{home.parent.id}"
    assert registrar.patch(path, {"email": "mine@example.org"}).status_code == 403


def test_nobody_changes_their_own_email_here(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    refused = registrar.patch(f"/people/{world.home.registrar.id}", {"email": "a@example.org"})
    assert refused.status_code == 403


def test_a_registrar_reaches_students_of_their_school_alone_among_people(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    assert registrar.read(f"/people/{world.home.student.id}")["is_student"] is True
    assert registrar.get(f"/people/{world.home.other_student.id}").status_code == 404
    assert registrar.get(f"/people/{world.away.parent.id}").status_code == 404


def test_a_user_name_is_one_persons_whatever_its_case(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    body = {"given_name": "A", "family_name": "B", "username": "PARENT"}
    assert code(registrar.post("/people", body)) == "username_taken"
    taken = registrar.patch(f"/people/{world.home.relative.id}", {"username": "parent"})
    assert code(taken) == "username_taken"


def test_email_may_be_shared_and_must_look_like_one(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    for somebody in (world.home.parent, world.home.relative):
        path = f"/people/{somebody.id}"
        assert registrar.patch(path, {"email": "home@example.org"}).status_code == 200
    refused = registrar.patch(f"/people/{world.home.parent.id}", {"email": "nobody"})
    assert pointers(refused) == {"/email"}


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "counselor", "auditor"])
def test_who_keeps_no_people_finds_themselves_alone(
    client: Client, world: World, name: str
) -> None:
    somebody = getattr(world.home, name)
    found = {one["id"] for one in client.as_(somebody).read("/people")["items"]}
    # Students are listed under `/students`.
    assert found == (set() if name == "student" else {str(somebody.id)})


def test_a_registrar_does_not_act_on_their_own_child(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        clerk = person(session, world.home, "clerk_parent")
        appoint(session, world.home, clerk, AppointmentRole.REGISTRAR, world.home.school_id)
        relate(session, world.home, clerk, world.home.student, RelationshipKind.PARENT)
    clerk_client = client.as_(clerk)
    path = f"/people/{world.home.student.id}"
    assert code(clerk_client.patch(path, {"phone": "1"})) == "actor_is_family"
    assert code(clerk_client.act(path, "invite")) == "actor_is_family"
