"""Two persons of one account are one human being: they never act for the school on themselves."""

from typing import Any

import pytest
from sqlalchemy import update

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation.roster.models import AccountPerson
from tests.client import Client, code
from tests.databases import Isolated
from tests.world import World, ahead, writing

PLANNED = {"type": "cte", "title": "Nursing", "provider_name": "The center"}


def _version(student: Client, world: World, _database: Isolated) -> str:
    path = f"/plan-versions/{world.home.student.version_id}"
    assert student.act(path, "submit").status_code == 200
    return path


def _goal(student: Client, world: World, _database: Isolated) -> str:
    made = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": "Read", "domain": "academic"}
    )
    path = f"/goals/{made['id']}"
    assert student.act(path, "propose").status_code == 200
    return path


def _element(student: Client, world: World, _database: Isolated) -> str:
    made = student.made(f"/plans/{world.home.student.plan_id}/pathway-elements", PLANNED)
    return f"/pathway-elements/{made['id']}"


def _hand(student: Client, world: World, database: Isolated) -> str:
    home = world.home
    with writing(database, home) as session:
        row = Opportunity(
            district_id=home.district_id, school_id=home.school_id, kind="service", title="Lambs"
        )
        session.add(row)
        session.flush()
        body = {"opportunity_id": str(row.id)}
    made = student.made(f"/students/{home.student.id}/interests", body)
    return f"/interests/{made['id']}"


@pytest.mark.parametrize(
    ("staff", "make", "action", "members"),
    [
        ("school_admin", _version, "approve", {}),
        ("advisor", _goal, "confirm", {}),
        ("counselor", _element, "approve", {}),
        ("elo_coordinator", _hand, "approve", {"last_day": ahead(7)}),
    ],
)
def test_nobody_approves_what_another_person_of_their_account_brought(
    client: Client,
    world: World,
    database: Isolated,
    staff: str,
    make: Any,
    action: str,
    members: dict[str, Any],
) -> None:
    path = make(client.as_(world.home.student), world, database)
    somebody = getattr(world.home, staff)
    same = AccountPerson.person_id == world.home.student.id
    with writing(database, world.home) as session:
        session.execute(update(AccountPerson).where(same).values(account_id=somebody.account_id))
    reader = client.as_(somebody)
    refused = reader.act(path, action, **members)
    assert (refused.status_code, code(refused)) in {
        (409, "approver_is_family"),
        (409, "action_unavailable"),
    }, refused.json
    assert action not in reader.read(path)["available_actions"]
    assert path not in [item["link"].removeprefix("/api/v1") for item in _waiting(reader)]


def _waiting(reader: Client) -> list[dict[str, Any]]:
    return [one for one in reader.read("/me/inbox")["items"] if one["action"] is not None]
