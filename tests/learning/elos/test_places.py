"""ELOs at a host school, in home study, and of a student who comes of age."""

from datetime import timedelta

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    Placement,
    PlacementKind,
    RelationshipKind,
)
from tests.client import Client, code
from tests.databases import Isolated
from tests.families.conftest import at_home, registrar
from tests.learning.elo_world import add_internship
from tests.learning.interests.conftest import middle
from tests.world import World, pupil, relate, writing, years_ago

__all__ = ["at_home", "middle", "registrar"]
pytestmark = pytest.mark.both_databases

BODY = {"type": "apprenticeship", "title": "Welding"}


def hosted(client: Client, world: World, database: Isolated) -> str:
    """A proposal of `home.student`, whom the other school hosts for ten more days."""
    with writing(database, world.home) as session:
        session.add(
            Placement(
                district_id=world.home.district_id,
                host_district_id=world.home.district_id,
                student_id=world.home.student.id,
                school_id=world.home.other_school_id,
                kind=PlacementKind.CTE,
                starts_on=clock.today() - timedelta(days=10),
                ends_on=clock.today() + timedelta(days=10),
            )
        )
    student = client.as_(world.home.student)
    there = {**BODY, "school_id": str(world.home.other_school_id)}
    elo = student.made(f"/students/{world.home.student.id}/elos", there)
    path = f"/elos/{elo['id']}"
    assert student.act(path, "submit").status_code == 200
    return path


def test_the_school_that_runs_it_decides(
    client: Client, world: World, database: Isolated, middle: Client
) -> None:
    path, home = hosted(client, world, database), client.as_(world.home.elo_coordinator)
    assert home.read(path)["available_actions"] == []
    refused = home.act(path, "accept")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["elo_coordinator"]
    assert code(home.patch(path, {"title": "Ours"})) == "action_unavailable"
    assert middle.act(path, "accept").json["status"] == "design"
    assert middle.patch(path, {"title": "Welding II"}).json["title"] == "Welding II"


def test_after_the_placement_the_home_school_takes_it_over(
    client: Client, world: World, database: Isolated
) -> None:
    path = hosted(client, world, database)
    with time_machine.travel(clock.now() + timedelta(days=10)):
        home = client.as_(world.home.elo_coordinator)
        assert home.act(path, "accept").json["status"] == "design"
        taken = home.patch(path, {"school_id": str(world.home.school_id)})
        assert taken.json["school_id"] == str(world.home.school_id)


def test_a_host_of_another_district_runs_it(client: Client, world: World) -> None:
    student = client.as_(world.home.placed)
    there = {**BODY, "school_id": str(world.away.school_id)}
    elo = student.made(f"/students/{world.home.placed.id}/elos", there)
    path = f"/elos/{elo['id']}"
    student.act(path, "submit")
    host = client.as_(world.away.elo_coordinator)
    assert host.read(path)["available_actions"] == ["accept", "return", "deny", "withdraw"]
    taken = host.act(path, "accept")
    assert taken.json["status"] == "design", taken.json
    assert taken.json["team"][0]["person_id"] == str(world.away.elo_coordinator.id)
    shown = student.read(path)
    assert shown["status"] == "design"
    home = client.as_(world.home.elo_coordinator)
    assert "complete_design" not in home.read(path)["available_actions"]


@pytest.mark.usefixtures("at_home")
def test_in_home_study_an_elo_is_run_by_the_school_all_the_same(
    client: Client, world: World
) -> None:
    student = client.as_(world.home.student)
    elo = student.made(f"/students/{world.home.student.id}/elos", BODY)
    path = f"/elos/{elo['id']}"
    assert student.act(path, "submit").status_code == 200
    coordinator = client.as_(world.home.elo_coordinator)
    assert coordinator.act(path, "accept").json["status"] == "design"
    assert client.as_(world.home.parent).read(path)["available_actions"] == []
    assert coordinator.get(f"/goals/{world.home.student.goal_id}").status_code == 404


def test_at_eighteen_it_goes_on_and_the_parents_reach_ends(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        nearly = pupil(
            session,
            world.home,
            "nearly",
            grade="12",
            school_id=world.home.school_id,
            born=years_ago(18, 5),
        )
        rights = {"parent_kind": "parent", "may_inspect": True, "may_decide": True}
        relate(
            session, world.home, world.home.senior_parent, nearly, RelationshipKind.PARENT, **rights
        )
        elo = add_internship(session, world.home, nearly)
        assert session.get(Student, nearly.id).rights_transfer_on
    del world.home.people["nearly"]
    assert client.as_(world.home.senior_parent).read(elo.path)["status"] == "active"
    with time_machine.travel(clock.now() + timedelta(days=5)):
        assert client.as_(world.home.senior_parent).get(elo.path).status_code == 404
        student = client.as_(nearly)
        assert student.act(elo.path, "hand_in").json["status"] == "evidence_complete"
