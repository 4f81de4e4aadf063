"""Work habits are rated at the midpoint and at the end, by the coordinator or a mentor's link."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.relationships import (
    ParentKind,
    Relationship,
    RelationshipKind,
)
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.learning.evaluations import actions
from plp_api.learning.evaluations.models import Moment
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_hosted, assign
from tests.learning.evaluations.conftest import At
from tests.learning.interests.conftest import middle
from tests.world import World, ahead, relate, writing

__all__ = ["middle"]
HABITS = [{"habit": "punctuality", "level": "always"}, {"habit": "safety", "level": "usually"}]
MIDPOINT: dict[str, Any] = {"moment": "midpoint", "habits": HABITS, "words": "She asks first."}


def test_a_coordinator_rates_them_once_at_each_moment(
    coordinator: Client, student: Client, internship: At
) -> None:
    path = f"{internship('evidence_complete').path}/work-habits"
    made = coordinator.made(path, MIDPOINT)
    assert made["habits"] == HABITS
    assert (made["rated_on"], made["mentor_name"]) == (ahead(0), None)
    second = coordinator.post(path, {**MIDPOINT, "words": "Again."})
    assert (second.status_code, code(second)) == (409, "work_habits_exist")
    assert second.json["existing"]["id"] == made["id"]
    coordinator.made(path, {**MIDPOINT, "moment": "end"})
    assert [one["moment"] for one in student.read(path)["items"]] == ["midpoint", "end"]


@pytest.mark.parametrize("name", ["cooperating_teacher", "teacher_of_record", "panel_member"])
def test_others_of_the_team_do_not_rate_them(client: Client, internship: At, name: str) -> None:
    elo = internship()
    refused = client.as_(elo.team[name]).post(f"{elo.path}/work-habits", MIDPOINT)
    assert (refused.status_code, code(refused)) == (403, "team_role_missing")
    assert refused.json["detail"].startswith("The coordinator rates work habits")


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "school_admin", "auditor"])
def test_who_only_reads_the_elo_does_not_rate(
    client: Client, world: World, internship: At, name: str
) -> None:
    path = f"{internship().path}/work-habits"
    reader = client.as_(getattr(world.home, name))
    assert code(reader.post(path, MIDPOINT)) == "permission_denied"
    assert reader.read(path)["items"] == []


def test_who_coordinates_by_assignment_alone_rates_too(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship()
    path = f"{elo.path}/work-habits"
    assert client.as_(elo.others).post(path, MIDPOINT).status_code == 404
    with writing(database, world.home) as session:
        role, who = AssignmentRole.COORDINATOR, elo.others.id
        assign(session, world.home, elo, world.home.student, role, person_id=who)
    assert client.as_(elo.others).made(path, MIDPOINT)["rated_by"] == str(elo.others.id)


def test_a_coordinator_of_a_school_that_does_not_run_it_judges_nothing(
    world: World, database: Isolated, coordinator: Client, middle: Client
) -> None:
    with writing(database, world.home) as session:
        elo = add_hosted(session, world.home, "evidence_complete")
    held = {"held_on": ahead(0)}
    for path, body in [("work-habits", MIDPOINT), ("presentations", held)]:
        assert code(coordinator.post(f"{elo.path}/{path}", body)) == "team_role_missing", path
        assert middle.post(f"{elo.path}/{path}", body).status_code == 201, path


def test_the_end_is_rated_when_it_is_near(coordinator: Client, internship: At) -> None:
    end = {**MIDPOINT, "moment": "end"}
    early = coordinator.post(f"{internship().path}/work-habits", end)
    assert pointers(early) == {"/moment"}
    near = internship(ends_on=clock.today() + timedelta(days=7))
    coordinator.made(f"{near.path}/work-habits", end)


@pytest.mark.parametrize("status", ["design", "approved", "credit_awarded", "terminated"])
def test_they_are_rated_from_the_start_until_the_end(
    coordinator: Client, internship: At, status: str
) -> None:
    refused = coordinator.post(f"{internship(status).path}/work-habits", MIDPOINT)
    assert (refused.status_code, code(refused)) == (409, "elo_not_active")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"habits": []}, "/habits"),
        ({"habits": [*HABITS, HABITS[0]]}, "/habits/2/habit"),
        ({"habits": [{"habit": "punctuality", "level": "5"}]}, "/habits/0/level"),
        ({"habits": [{"habit": "charm", "level": "always"}]}, "/habits/0/habit"),
        ({"rated_on": ahead(1)}, "/rated_on"),
        ({"rated_on": ahead(-31)}, "/rated_on"),
        ({"moment": "later"}, "/moment"),
    ],
)
def test_a_wrong_rating_is_refused_at_its_place(
    coordinator: Client, internship: At, changed: dict[str, Any], pointer: str
) -> None:
    path = f"{internship().path}/work-habits"
    refused = coordinator.post(path, {**MIDPOINT, **changed})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert coordinator.read(path)["items"] == []


def test_only_who_rated_corrects_and_only_until_the_end(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At
) -> None:
    elo = internship()
    made = coordinator.made(f"{elo.path}/work-habits", MIDPOINT)
    path = f"/work-habits/{made['id']}"
    habits = [{"habit": "teamwork", "level": "rarely"}]
    other = client.as_(elo.cooperating_teacher)
    assert code(other.patch(path, {"habits": habits})) == "work_habits_not_yours"
    corrected = coordinator.patch(path, {"habits": habits}).json
    assert (corrected["habits"], corrected["words"]) == (habits, MIDPOINT["words"])
    with writing(database, world.home) as session:
        session.get(Elo, elo.id).status = EloStatus.WITHDRAWN
    assert code(coordinator.patch(path, {"words": "Later."})) == "elo_not_active"


def test_a_mentor_s_rating_by_a_link_names_the_mentor_and_is_changed_by_nobody(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At
) -> None:
    elo = internship()
    _rate_as_mentor(database, world, elo)
    (shown,) = client.as_(world.home.parent).read(f"{elo.path}/work-habits")["items"]
    assert (shown["mentor_name"], shown["rated_by"]) == ("Tom Averill", None)
    refused = coordinator.patch(f"/work-habits/{shown['id']}", {"words": "Nice."})
    assert (refused.status_code, code(refused)) == (403, "work_habits_not_yours")
    assert code(coordinator.post(f"{elo.path}/work-habits", MIDPOINT)) == "work_habits_exist"


def _rate_as_mentor(database: Isolated, world: World, elo: Internship) -> None:
    today = clock.today()
    with writing(database, world.home) as session:
        row = session.get(Elo, elo.id)
        actions.keep_work_habits(
            row, Moment.MIDPOINT, HABITS, "Good.", today, today=today, mentor_id=elo.mentor_id
        )


def test_family_on_the_staff_does_not_rate(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At
) -> None:
    path = f"{internship().path}/work-habits"
    with writing(database, world.home) as session:
        family = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        who, kind = world.home.elo_coordinator, RelationshipKind.PARENT
        relate(session, world.home, who, world.home.student, kind, **family)
    refused = coordinator.post(path, MIDPOINT)
    assert (refused.status_code, code(refused)) == (409, "actor_is_family")


def test_an_order_that_denies_ratings_hides_the_levels_and_not_that_they_were_given(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At
) -> None:
    path = f"{internship().path}/work-habits"
    coordinator.made(path, MIDPOINT)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"ratings"})
    parent = client.as_(world.home.parent)
    (shown,) = parent.read(path)["items"]
    assert {"habits", "words"}.isdisjoint(shown)
    assert shown["moment"] == "midpoint"
    (other,) = client.as_(world.home.inspecting_parent).read(path)["items"]
    assert other["habits"] == HABITS
