"""What stops an ELO that was agreed on, or that nobody signs: a place, a mentor, work, a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.catalog.partners.models import Partner
from plp_api.foundation import clock, db
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Placement, PlacementKind
from plp_api.learning.agreements import upkeep
from plp_api.learning.elos.models import Elo
from tests.catalog.clearances.conftest import requires
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.agreements.conftest import AGREED_ON, Desk, Freeze, add_mentor
from tests.learning.agreements.test_voiding import add_site, editions, member, move_to, replace
from tests.learning.elo_world import add_internship
from tests.world import World, ahead, writing, years_ago

Unsigned = Callable[..., Desk]
SKIPPED = {**AGREED_ON, "skipped_states": ["agreement_pending"]}


@pytest.fixture
def unsigned(client: Client, world: World, database: Isolated) -> Unsigned:
    """An ELO whose profile has no agreement, active unless said otherwise."""

    def made(status: str = "active", **columns: Any) -> Desk:
        columns.setdefault("ends_on", clock.today() + timedelta(days=50))
        with writing(database, world.home) as session:
            elo = add_internship(session, world.home, status=status, profile=SKIPPED, **columns)
        return Desk(client, world, elo, world.home.student)

    return made


def follow(database: Isolated, world: World) -> None:
    """Run the work of every hour."""
    with writing(database, world.home):
        upkeep.follow_day(world.home.district_id)


# Where nobody signs.


def test_without_an_agreement_too_another_place_suspends(
    database: Isolated, unsigned: Unsigned
) -> None:
    desk = unsigned()
    move_to(desk, add_site(database, desk))
    assert desk.status == "suspended"
    assert desk.coordinator.act(desk.elo.path, "resume").json["status"] == "active"


def test_without_an_agreement_too_a_mentor_who_is_not_cleared_suspends(
    client: Client, world: World, database: Isolated, unsigned: Unsigned
) -> None:
    desk = unsigned()
    body = {"role": "mentor", "mentor_id": str(add_mentor(database, desk))}
    desk.coordinator.made(f"{desk.elo.path}/team", body)
    assert desk.status == "active", "the district asks for no check"
    requires(client, world, "criminal_record")
    body["mentor_id"] = str(add_mentor(database, desk))
    desk.coordinator.made(f"{desk.elo.path}/team", body)
    assert desk.status == "suspended"
    assert code(desk.coordinator.act(desk.elo.path, "resume")) == "clearance_missing"


def test_without_an_agreement_too_another_partner_suspends_until_there_is_a_mentor(
    world: World, database: Isolated, unsigned: Unsigned
) -> None:
    desk, partner_id = unsigned(), db.new_id()
    with writing(database, world.home) as session:
        own = {"district_id": world.home.district_id, "kind": "business"}
        session.add(Partner(id=partner_id, **own, name="South Peak"))
    moved = {"partner_id": str(partner_id), "site_id": None}
    assert desk.coordinator.patch(desk.elo.path, moved).status_code == 200
    assert desk.status == "suspended"
    refused = desk.coordinator.act(desk.elo.path, "resume")
    assert (code(refused), pointers(refused)) == ("design_incomplete", {"/mentor"})


def test_without_an_agreement_too_it_stops_on_the_day_on_which_its_mentor_leaves(
    world: World, database: Isolated, unsigned: Unsigned
) -> None:
    desk = unsigned()
    path = f"/mentors/{desk.elo.mentor_id}"
    assert desk.coordinator.patch(path, {"ends_on": ahead(2)}).status_code == 200
    for day, status in ((0, "active"), (2, "suspended")):
        with time_machine.travel(clock.now() + timedelta(days=day)):
            follow(database, world)
            assert desk.status == status


# A mentor who leaves the partner.


@pytest.mark.both_databases
def test_with_a_mentor_who_leaves_the_partner_the_work_stops(started: Desk) -> None:
    path = f"/mentors/{started.elo.mentor_id}"
    assert started.coordinator.patch(path, {"ends_on": ahead(0)}).status_code == 200
    assert (started.status, editions(started)[0]) == ("suspended", (1, "void", "mentor"))
    assert member(started, "mentor")["is_current"] is False


def test_of_a_mentor_who_will_leave_the_work_stops_on_that_day(
    world: World, database: Isolated, started: Desk
) -> None:
    path = f"/mentors/{started.elo.mentor_id}"
    assert started.coordinator.patch(path, {"ends_on": ahead(2)}).status_code == 200
    for day, status in ((0, "active"), (2, "suspended")):
        with time_machine.travel(clock.now() + timedelta(days=day)):
            follow(database, world)
            assert started.status == status


def test_nothing_starts_once_the_mentor_has_left(unsigned: Unsigned) -> None:
    desk = unsigned("approved")
    path = f"/mentors/{desk.elo.mentor_id}"
    assert desk.coordinator.patch(path, {"ends_on": ahead(0)}).status_code == 200
    assert code(desk.coordinator.act(desk.elo.path, "start")) == "design_incomplete"


# What was agreed.


@pytest.mark.parametrize(
    "name", ["earliest_start", "latest_end", "starts_on", "ends_on", "least_minutes"]
)
def test_no_agreed_range_is_taken_away(started: Desk, name: str) -> None:
    refused = started.coordinator.patch(started.elo.path, {name: None})
    assert (refused.status_code, pointers(refused)) == (422, {f"/{name}"})
    assert editions(started) == [(1, "complete", None)]


@pytest.mark.parametrize(
    "facts", [{"is_hazardous": True}, {"is_paid": True}, {"sector": "agriculture"}]
)
def test_other_work_than_was_signed_suspends(
    database: Isolated, started: Desk, facts: dict[str, Any]
) -> None:
    with writing(database, started.world.home) as session:
        session.get_one(Student, started.pupil.id).born(years_ago(17))
    path = f"{started.elo.path}/work"
    same = {"job_title": "Aide", "is_paid": False, "is_hazardous": False, "sector": "general"}
    assert started.coordinator.patch(path, same).status_code == 200
    assert editions(started) == [(1, "complete", None)]
    changed = started.coordinator.patch(path, facts)
    assert changed.status_code == 200, changed.json
    assert editions(started) == [(1, "void", "work"), (2, "pending", None)]
    assert started.status == "suspended"


@pytest.fixture
def evaluated(started: Desk, database: Isolated) -> Desk:
    """An ELO that was agreed on, and is evaluated."""
    with writing(database, started.world.home) as session:
        session.get_one(Elo, started.elo.id).status = "evaluated"
    return started


def ask_for_more(desk: Desk, days: int) -> None:
    teacher = desk.signer("teacher_of_record")
    more = {"complete_by": ahead(days), "comment": "Show the budget."}
    marked = teacher.act(desk.elo.path, "mark_incomplete", **more)
    assert (marked.status_code, marked.json["status"]) == (200, "incomplete"), marked.json


def test_more_work_inside_the_agreed_dates_goes_on_unsigned(evaluated: Desk) -> None:
    ask_for_more(evaluated, 59)
    assert editions(evaluated) == [(1, "complete", None)]
    assert evaluated.coordinator.read(evaluated.elo.path)["ends_on"] == ahead(59)
    assert evaluated.coordinator.act(evaluated.elo.path, "continue").json["status"] == "active"


def test_more_work_beyond_the_agreed_dates_is_signed_first(evaluated: Desk) -> None:
    ask_for_more(evaluated, 60)
    assert editions(evaluated) == [(1, "void", "dates"), (2, "pending", None)]
    assert evaluated.agreement["terms"]["latest_end"] == ahead(61)
    assert code(evaluated.coordinator.act(evaluated.elo.path, "continue")) == "agreement_missing"
    evaluated.everybody_signs()
    assert evaluated.coordinator.act(evaluated.elo.path, "continue").json["status"] == "active"


def test_after_a_change_of_teacher_more_work_is_signed_first_and_goes_on(evaluated: Desk) -> None:
    replace(evaluated, "cooperating_teacher", person_id=evaluated.elo.others.id)
    assert editions(evaluated) == [(1, "complete", None)]
    ask_for_more(evaluated, 20)
    assert editions(evaluated) == [(1, "void", "teacher"), (2, "pending", None)]
    evaluated.elo.team["cooperating_teacher"] = evaluated.elo.others
    evaluated.everybody_signs()
    assert evaluated.coordinator.act(evaluated.elo.path, "continue").json["status"] == "active"


# Who signs, and who settles.


@pytest.mark.parametrize("role", ["cooperating_teacher", "coordinator"])
def test_no_design_is_complete_while_nobody_holds_a_role_that_signs(
    world: World, database: Isolated, client: Client, role: str
) -> None:
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, status="design", profile=AGREED_ON)
        rows = session.query(Assignment).filter_by(subject_id=elo.id, role=role)
        rows.update({"ends_on": clock.today()})
    coordinator = client.as_(world.home.elo_coordinator)
    refused = coordinator.act(elo.path, "complete_design")
    assert (code(refused), pointers(refused)) == ("design_incomplete", {f"/{role}"})
    (unmet,) = coordinator.read(f"{elo.path}/readiness")["complete_design"]
    assert unmet["detail"] == f"Missing: {role}."


def test_only_the_school_that_runs_the_elo_settles_its_agreement(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    home = world.home
    with writing(database, home) as session:
        student = session.get(Student, home.student.id)
        student.born(clock.birthday(clock.today(), -18) + timedelta(days=1))
    desk = freeze(profile={"is_ordered": False})
    for role in ("student", "mentor", "cooperating_teacher", "coordinator"):
        assert desk.sign(role).status_code == 201
    with writing(database, home) as session:
        session.get_one(Elo, desk.elo.id).school_id = home.other_school_id
        session.add(
            Placement(
                district_id=home.district_id,
                host_district_id=home.district_id,
                student_id=home.student.id,
                school_id=home.other_school_id,
                kind=PlacementKind.CTE,
                starts_on=clock.today() - timedelta(days=10),
            )
        )
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert desk.agreement["available_actions"] == []
        refused = desk.coordinator.act(desk.path, "settle")
        assert (refused.status_code, code(refused)) == (409, "action_unavailable")
