"""One human being with two persons under one account: staff here, a student's parent there."""

import pytest

from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import RelationshipKind
from tests.client import Client, code
from tests.databases import Isolated
from tests.people.identity.conftest import activate
from tests.world import World, relate, writing


def test_nobody_acts_for_the_school_where_they_are_the_parent_as_another_person(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.query(AccountPerson).filter_by(person_id=world.home.parent.id).update(
            {"account_id": world.home.advisor.account_id}
        )
    path = f"/plan-versions/{world.home.student.version_id}"
    assert client.as_(world.home.student).act(path, "submit").status_code == 200
    refused = client.as_(world.home.advisor).act(path, "approve")
    assert (refused.status_code, code(refused)) == (409, "approver_is_family")
    assert client.as_(world.home.advisor).read(path)["available_actions"] == []
    assert client.as_(world.home.co_advisor).act(path, "approve").status_code == 200


def test_a_host_s_counselor_does_not_act_on_their_own_child_from_another_district(
    client: Client, world: World, database: Isolated
) -> None:
    placed, parent = world.home.placed, world.home.parent
    with writing(database, world.home) as session:
        relate(session, world.home, parent, placed, RelationshipKind.PARENT)
        session.query(AccountPerson).filter_by(person_id=parent.id).update(
            {"account_id": world.away.counselor.account_id}
        )
    planned = {"type": "cte", "title": "Welding", "provider_name": "River Center"}
    path = f"/plans/{placed.plan_id}/pathway-elements"
    refused = client.as_(world.away.counselor).post(path, planned)
    assert (refused.status_code, code(refused)) == (409, "actor_is_family")


@pytest.mark.parametrize("whose", ["school_admin", "registrar"])
def test_nobody_signs_by_an_account_that_the_approver_s_code_opened(
    client: Client, world: World, whose: str
) -> None:
    home = world.home
    path = f"/plan-versions/{home.student.version_id}"
    assert client.as_(home.student).act(path, "submit").status_code == 200
    assert client.as_(home.school_admin).act(path, "approve").status_code == 200
    staff = client.as_(home.people[whose])
    printed = staff.act(f"/people/{home.parent.id}", "invite", is_printed=True).json["invitation"]
    assert activate(client, printed["code"]).status_code == 200
    parent = client.as_(home.parent)
    body = {"snapshot_sha256": parent.read(path)["snapshot_sha256"], "language": "en"}
    answer = parent.post(f"{path}/signatures", body)
    if whose == "school_admin":
        assert code(answer) == "signer_is_approver"
        assert "code" in answer.json["detail"]
        return
    assert answer.status_code == 201
    seen = client.as_(home.counselor).read(f"{path}/signatures")["items"]
    assert {one["role"]: one["issued_by"] for one in seen}["parent"] == str(home.registrar.id)
    printed = client.as_(home.school_admin).get(f"{path}/print?format=html").text
    assert "account opened by Registrar" in printed
