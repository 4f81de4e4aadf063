"""Nobody signs by an account that they opened; each finds what waits for them, in their turn."""

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import Assignment
from plp_api.people.identity.models import Invitation
from tests.client import Client, code
from tests.databases import Isolated
from tests.learning.agreements.conftest import ORDER, Desk, Freeze
from tests.people.identity.conftest import activate
from tests.world import World

INBOX = "/me/inbox?kind=agreement_to_sign"


@pytest.mark.parametrize("whose", ["elo_coordinator", "registrar"])
def test_nobody_signs_by_an_account_that_the_team_s_code_opened(
    client: Client, world: World, database: Isolated, desk: Desk, whose: str
) -> None:
    home = world.home
    admin = client.as_(home.school_admin)
    printed = admin.act(f"/people/{home.parent.id}", "invite", is_printed=True).json["invitation"]
    assert activate(client, printed["code"]).status_code == 200
    with database.transaction(districts=[home.district_id]) as session:
        row = session.query(Invitation).filter_by(person_id=home.parent.id).one()
        row.created_by = home.people[whose].id
    desk.sign("student")
    answer = desk.sign("parent")
    if whose == "elo_coordinator":
        assert (answer.status_code, code(answer)) == (409, "signer_is_approver")
        assert desk.status_of("parent") == "open"
        return
    assert answer.json["issued_by"] == str(home.registrar.id)


def test_each_finds_what_waits_for_them_in_their_turn_and_only_then(
    world: World, desk: Desk
) -> None:
    for role in ORDER:
        if role != "mentor":
            (item,) = desk.signer(role).read(INBOX)["items"]
            assert item["action"]["path"] == f"/api/v1{desk.path}/signatures"
            assert item["title"] == "Nursing at the clinic"
        later = [one for one in ORDER[ORDER.index(role) + 1 :] if one != "mentor"]
        for other in later:
            assert desk.signer(other).read(INBOX)["items"] == [], (role, other)
        desk.sign(role)
    for role in ORDER:
        if role != "mentor":
            assert desk.signer(role).read(INBOX)["items"] == []


def test_a_teacher_on_the_team_who_signs_nothing_finds_nothing(freeze: Freeze) -> None:
    desk = freeze(profile={"is_ordered": False})
    assert desk.signer("teacher_of_record").read(INBOX)["items"] == []
    assert len(desk.signer("cooperating_teacher").read(INBOX)["items"]) == 1


def test_what_somebody_declined_waits_for_the_coordinator_until_they_sign(desk: Desk) -> None:
    declined = "/me/inbox?kind=agreement_declined"
    desk.signer("student").post(f"{desk.path}/declines", {"words": "It is too far."})
    (item,) = desk.coordinator.read(declined)["items"]
    assert (item["group"], item["action"]) == ("waiting", None)
    assert "far" not in str(item)
    desk.sign("student")
    assert desk.coordinator.read(declined)["items"] == []


def test_who_has_left_the_team_signs_nothing(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    desk = freeze(profile={"is_ordered": False})
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    with database.transaction(districts=[world.home.district_id]) as session:
        query = session.query(Assignment).filter_by(
            subject_id=desk.elo.id, role="cooperating_teacher"
        )
        query.one().ends_on = clock.today()
    gone = desk.signer("cooperating_teacher").post(f"{desk.path}/signatures", body)
    assert gone.status_code == 404
