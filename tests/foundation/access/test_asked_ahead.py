"""What travels with the question who asks is used only for whom it was asked."""

import pytest
from sqlalchemy import update

from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Placement,
    Relationship,
)
from tests.client import Client
from tests.conftest import Live
from tests.databases import Isolated
from tests.world import World, appoint


@pytest.fixture
def plan(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}"


def test_an_advisor_whose_tie_ended_is_refused_by_the_next_request(
    client: Client, world: World, database: Isolated, plan: str
) -> None:
    advisor = client.as_(world.home.advisor)
    assert advisor.get(plan).status_code == advisor.get(plan).status_code == 200
    with database.transaction(districts=[world.home.district_id]) as session:
        ended = update(Relationship).where(Relationship.person_id == world.home.advisor.id)
        session.execute(ended.values(ends_on=Relationship.starts_on))
    assert advisor.get(plan).status_code == 404
    assert advisor.get("/plans").status_code == 403


def test_an_office_given_meanwhile_opens_its_students_at_once(
    client: Client, world: World, database: Isolated, plan: str
) -> None:
    teacher = client.as_(world.home.teacher)
    assert teacher.get(plan).status_code == teacher.get(plan).status_code == 404
    with database.transaction(districts=[world.home.district_id]) as session:
        appoint(
            session, world.home, world.home.teacher, AppointmentRole.COUNSELOR, world.home.school_id
        )
    assert teacher.get(plan).status_code == 200
    assert teacher.get(f"/students/{world.home.student.id}/plan").status_code == 200


def test_an_office_taken_meanwhile_closes_them(
    client: Client, world: World, database: Isolated, plan: str
) -> None:
    counselor = client.as_(world.home.counselor)
    assert counselor.get(plan).status_code == counselor.get(plan).status_code == 200
    with database.transaction(districts=[world.home.district_id]) as session:
        ended = update(Appointment).where(Appointment.person_id == world.home.counselor.id)
        session.execute(ended.values(ends_on=Appointment.starts_on))
    assert counselor.get(plan).status_code == 404


def test_a_placement_that_ended_meanwhile_closes_the_other_district(
    client: Client, world: World, database: Isolated
) -> None:
    placed = world.home.placed
    host = client.as_(world.away.counselor)
    assert host.get(f"/students/{placed.id}").status_code == 200
    both = [world.home.district_id, world.away.district_id]
    with database.transaction(districts=both) as session:
        ended = update(Placement).where(Placement.student_id == placed.id)
        session.execute(ended.values(ends_on=Placement.starts_on))
    assert host.get(f"/students/{placed.id}").status_code == 404


def test_a_plan_is_answered_alike_when_asked_ahead(client: Client, world: World, plan: str) -> None:
    student = client.as_(world.home.student)
    asked = f"{plan}?expand=goals,sections,signatures,profile_entries"
    first, second = student.get(asked), student.get(asked)
    assert first.json == second.json
    assert first.headers["ETag"] == second.headers["ETag"]
    tag = {"If-None-Match": first.headers["ETag"]}
    assert student.get(asked, headers=tag).status_code == 304
    backwards = f"{plan}?expand=profile_entries, signatures,sections,goals,goals"
    assert student.get(backwards).json == first.json
    assert student.get(f"{plan}?expand=goals,nonsense").status_code == 422


def test_another_plan_than_ones_own_stays_hidden_when_asked_ahead(
    client: Client, world: World
) -> None:
    student = client.as_(world.home.student)
    other = f"/plans/{world.home.other_student.plan_id}"
    assert student.get(other).status_code == student.get(other).status_code == 404


def test_where_reading_ahead_ended_the_transaction_the_districts_are_entered_anew(
    live: Live,
) -> None:
    """Only where commits are real does an answer that comes ahead end its transaction."""
    home = live.world.home
    host = Client(live.app).as_(home.co_advisor)
    plan = f"/plans/{home.student.plan_id}"
    assert host.get(plan).status_code == host.get(plan).status_code == 200
    with live.database.transaction(districts=[home.district_id]) as session:
        appoint(
            session, home, home.co_advisor, AppointmentRole.ELO_COORDINATOR, home.other_school_id
        )
    assert host.get(plan).status_code == 200
