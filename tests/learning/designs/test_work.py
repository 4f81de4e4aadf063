"""The facts of work of an ELO, and a plan beyond the law: what it refuses, and when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.learning.elos.models import EloTime
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.designs.conftest import At
from tests.learning.elo_world import PROFILE, Internship
from tests.world import World, writing, years_ago

FREE: dict[str, Any] = {**PROFILE, "required_parts": [], "needs_partner": False}
SATURDAY = {"weekday": 6, "begins": 9 * 60, "ends": 18 * 60}
"""Nine hours: too many at 15, in school and in vacation."""
SHORT = {**SATURDAY, "ends": 17 * 60}


@pytest.fixture
def aged(world: World, database: Isolated) -> Callable[[int], None]:
    """Let `home.student` be so many years old since ten days."""

    def made(years: int) -> None:
        with writing(database, world.home) as session:
            session.get_one(Student, world.home.student.id).born(years_ago(years, -10))

    return made


@pytest.fixture
def designed(internship: At, coordinator: Client) -> Callable[..., Internship]:
    """An ELO in design whose parts are complete, with facts of work and a weekly time."""

    def made(time: dict[str, Any] | None = None, **facts: Any) -> Internship:
        elo = internship("design", profile=FREE)
        response = coordinator.patch(f"{elo.path}/work", {"is_paid": True, **facts})
        assert response.status_code == 200, response.json
        if time is not None:
            coordinator.made(f"{elo.path}/times", time)
        return elo

    return made


def test_the_facts_of_work_have_defaults_and_are_changed_one_by_one(
    coordinator: Client, student: Client, internship: At
) -> None:
    elo = internship("design")
    facts = student.read(f"{elo.path}/work")
    assert (facts["id"], facts["is_paid"], facts["sector"]) == (str(elo.id), False, "general")
    change = {"is_paid": True, "hourly_wage_cents": 1401, "cluster": "health_science"}
    changed = student.patch(f"{elo.path}/work", change).json
    assert {name: changed[name] for name in facts if name in change} == change
    assert changed["version"] > facts["version"]
    coordinator.patch(f"{elo.path}/work", {"job_title": "Nursing aide"})
    shown = student.read(f"{elo.path}/work")
    assert (shown["job_title"], shown["is_paid"]) == ("Nursing aide", True)


def test_nobody_but_student_and_coordinator_states_the_work(
    client: Client, world: World, internship: At
) -> None:
    elo = internship("design")
    for person in (world.home.parent, world.home.teacher, elo.cooperating_teacher):
        somebody = client.as_(person)
        assert somebody.read(f"{elo.path}/work")["is_paid"] is False
        assert somebody.patch(f"{elo.path}/work", {"is_paid": True}).status_code == 403
    assert client.as_(elo.others).get(f"{elo.path}/work").status_code == 404


def test_paid_work_at_15_beyond_the_law_is_not_approved(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(15)
    elo = designed(SATURDAY)
    response = coordinator.act(elo.path, "complete_design")
    assert (response.status_code, code(response)) == (409, "labor_rule_broken")
    assert "21 V.S.A. 434: under 16 at most 8 h a day" in response.json["detail"]
    assert pointers(response) == {"/times"}
    (time,) = coordinator.read(f"{elo.path}/times")["items"]
    coordinator.patch(f"/elo-times/{time['id']}", {"ends": 17 * 60})
    assert coordinator.act(elo.path, "complete_design").status_code == 200


def test_the_same_hours_without_pay_are_no_matter_of_this_law(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(15)
    elo = designed(SATURDAY, is_paid=False)
    assert coordinator.act(elo.path, "complete_design").status_code == 200


def test_at_16_the_same_hours_are_approved(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(16)
    assert coordinator.act(designed(SATURDAY).path, "complete_design").status_code == 200


def test_paid_work_under_16_needs_weekly_times(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(15)
    response = coordinator.act(designed().path, "complete_design")
    assert code(response) == "labor_rule_broken"
    assert "state the weekly times" in response.json["detail"]


def test_paid_work_needs_a_birth_date(
    designed: Callable[..., Internship], coordinator: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).born(None)
    response = coordinator.act(designed(SHORT).path, "complete_design")
    assert (code(response), pointers(response)) == ("labor_rule_broken", {"/student_id"})


def test_every_broken_rule_is_named_at_once(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(13)
    response = coordinator.act(designed(SATURDAY, is_hazardous=True).path, "complete_design")
    details = [error["detail"] for error in response.json["errors"]]
    assert any("no paid work under 14" in detail for detail in details)
    assert any("29 CFR 570.50: no hazardous work under 16" in detail for detail in details)
    assert any("8 h a day" in detail for detail in details)


def test_a_plan_that_was_changed_beyond_the_law_does_not_start(
    aged: Callable[[int], None],
    internship: At,
    coordinator: Client,
    world: World,
    database: Isolated,
) -> None:
    aged(15)
    elo = internship("approved", profile=FREE, work={"is_paid": True})
    with writing(database, world.home) as session:
        own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
        session.add(EloTime(**own, elo_id=elo.id, **SATURDAY))
    response = coordinator.act(elo.path, "start")
    assert code(response) == "labor_rule_broken"


def test_an_agreed_elo_takes_no_times_or_pay_beyond_the_law(
    aged: Callable[[int], None], internship: At, coordinator: Client
) -> None:
    aged(15)
    elo = internship("active", profile=FREE, work={"is_paid": True})
    response = coordinator.post(f"{elo.path}/times", SATURDAY)
    assert (response.status_code, code(response)) == (409, "labor_rule_broken")
    assert coordinator.read(f"{elo.path}/times")["items"] == []
    unpaid = internship("active", profile=FREE)
    coordinator.made(f"{unpaid.path}/times", {"weekday": 7, "begins": 60, "ends": 120})
    response = coordinator.patch(f"{unpaid.path}/work", {"is_paid": True})
    assert (response.status_code, code(response)) == (409, "labor_rule_broken")
    assert coordinator.read(f"{unpaid.path}/work")["is_paid"] is False


def test_an_agreed_elo_takes_no_dates_beyond_the_law(
    world: World, database: Isolated, internship: At, coordinator: Client
) -> None:
    """The student turns 16 in nine days: what begins then may go on for nine hours."""
    begins = clock.today() + timedelta(days=9)
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).born(years_ago(16, 9))
    elo = internship(
        "approved", profile=FREE, work={"is_paid": True}, starts_on=begins, ends_on=None
    )
    assert coordinator.post(f"{elo.path}/times", SATURDAY).status_code == 201
    refused = coordinator.patch(elo.path, {"starts_on": clock.today().isoformat()})
    assert (refused.status_code, code(refused)) == (409, "labor_rule_broken")
    assert "21 V.S.A. 434: under 16 at most 8 h a day" in refused.json["detail"]
    assert coordinator.read(elo.path)["starts_on"] == begins.isoformat()
    assert coordinator.patch(elo.path, {"title": "Evenings"}).status_code == 200


def test_the_hours_of_the_student_s_other_paid_work_count_with_it(
    aged: Callable[[int], None],
    designed: Callable[..., Internship],
    internship: At,
    coordinator: Client,
) -> None:
    aged(15)
    other = internship("active", profile=FREE, work={"is_paid": True}, ends_on=None)
    coordinator.made(f"{other.path}/times", {"weekday": 6, "begins": 7 * 60, "ends": 9 * 60})
    elo = designed(SHORT)
    response = coordinator.act(elo.path, "complete_design")
    assert "under 16 at most 8 h a day" in response.json["detail"]
    coordinator.act(other.path, "withdraw", comment="Too much at once.")
    assert coordinator.act(elo.path, "complete_design").status_code == 200


@pytest.mark.parametrize("name", ["has_certificate", "is_student_learner", "has_training_schedule"])
def test_no_student_states_what_lifts_a_limit_of_the_law(
    student: Client, coordinator: Client, internship: At, name: str
) -> None:
    elo = internship("design")
    refused = student.patch(f"{elo.path}/work", {name: True})
    assert (refused.status_code, pointers(refused)) == (422, {f"/{name}"})
    assert coordinator.patch(f"{elo.path}/work", {name: True}).json[name] is True


def test_a_farm_is_free_of_the_hours(
    aged: Callable[[int], None], designed: Callable[..., Internship], coordinator: Client
) -> None:
    aged(13)
    elo = designed(SATURDAY, sector="agriculture")
    assert coordinator.act(elo.path, "complete_design").status_code == 200


def test_the_age_on_each_day_counts(
    aged: Callable[[int], None], internship: At, coordinator: Client
) -> None:
    """The student turns 16 before the ELO starts, though its design is older."""
    aged(15)
    begins = clock.today() + timedelta(days=400)
    elo = internship(
        "design",
        profile=FREE,
        work={"is_paid": True},
        earliest_start=begins,
        starts_on=begins,
        ends_on=begins + timedelta(days=20),
        latest_end=begins + timedelta(days=30),
    )
    coordinator.made(f"{elo.path}/times", SATURDAY)
    assert coordinator.act(elo.path, "complete_design").status_code == 200
