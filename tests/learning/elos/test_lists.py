"""Lists of ELOs: who finds what, by what, and with how many statements."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.agreements.models import Agreement
from plp_api.learning.elos.models import EloStatus
from plp_api.learning.work_logs.models import LogEntry
from tests.catalog.clearances.conftest import requires
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.learning.elo_world import add_internship, assign
from tests.learning.elos.conftest import At, Propose
from tests.queries import counting
from tests.world import World, writing

pytestmark = pytest.mark.both_databases

WAITING = {
    "draft": "student",
    "submitted": "coordinator",
    "returned": "student",
    "denied": None,
    "design": "coordinator",
    "agreement_pending": "signers",
    "approved": "coordinator",
    "active": "student",
    "suspended": "coordinator",
    "evidence_complete": "panel",
    "presented": "cooperating_teacher",
    "evaluated": "teacher_of_record",
    "credit_awarded": None,
    "incomplete": "coordinator",
    "withdrawn": None,
    "terminated": None,
}


def found(reader: Client, query: str) -> list[Any]:
    items = reader.read(f"/elos?limit=200&{query}")["items"]
    return sorted(item["id"] for item in items)


def ids(*elos: Any) -> list[str]:
    return sorted(str(elo.id) for elo in elos)


def test_each_state_waits_for_somebody(coordinator: Client, internship: At) -> None:
    made = {status: internship(status) for status in WAITING}
    assert {*WAITING} == {*EloStatus}
    for status, party in WAITING.items():
        assert coordinator.read(made[status].path)["waiting_on"] == party, status
    for party in {*WAITING.values()} - {None}:
        wanted = [made[status] for status, other in WAITING.items() if other == party]
        assert found(coordinator, f"waiting_on={party}") == ids(*wanted)
    both = found(coordinator, "waiting_on=panel&waiting_on=signers")
    assert both == ids(made["evidence_complete"], made["agreement_pending"])


def test_what_rests_for_days_is_stalled(coordinator: Client, internship: At) -> None:
    before = clock.now() - timedelta(days=14, minutes=1)
    old = {status: internship(status, waiting_since=before) for status in WAITING}
    internship("design")
    at_rest = {"active", "denied", "credit_awarded", "withdrawn", "terminated"}
    wanted = [elo for status, elo in old.items() if status not in at_rest]
    assert found(coordinator, "stalled_days=14") == ids(*wanted)
    assert found(coordinator, "stalled_days=15") == []
    refused = coordinator.get("/elos?stalled_days=0")
    assert refused.status_code == 422


def test_one_that_nobody_signed_again_in_time_is_stalled(
    coordinator: Client, internship: At
) -> None:
    late = internship(unagreed_until=clock.today() - timedelta(days=15))
    internship(unagreed_until=clock.today())
    assert found(coordinator, "stalled_days=14") == ids(late)
    assert found(coordinator, "stalled_days=16") == []


def test_one_waits_for_its_mentor_while_hours_or_an_agreement_wait_for_them(
    client: Client, world: World, coordinator: Client, database: Isolated, internship: At
) -> None:
    logged, signed, done = internship(), internship("agreement_pending"), internship()
    internship(least_minutes=1)
    own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
    hours = {"on": clock.today(), "minutes": 60, "activity": "Filed charts."}
    frozen = {"edition": 1, "sha256": "0" * 64, "signers": ["mentor"]}
    with writing(database, world.home) as session:
        session.add_all(
            [
                LogEntry(**own, elo_id=logged.id, **hours),
                LogEntry(**own, elo_id=done.id, **hours, status="declined"),
                Agreement(**own, elo_id=signed.id, **frozen, waiting_for=frozenset({"mentor"})),
            ]
        )
    assert found(coordinator, "waiting_on=mentor") == ids(logged, signed)


def test_a_guest_s_elo_is_listed_by_what_the_guest_s_own_district_requires(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home, world.away) as session:
        guest = add_internship(
            session, world.home, world.home.placed, school_id=world.away.school_id
        )
    host = client.as_(world.away.elo_coordinator)
    assert host.read(guest.path)["school_id"] == str(world.away.school_id)
    assert found(host, "lapsing_within=0") == []
    requires(client, world, "criminal_record")
    assert found(host, "lapsing_within=0") == ids(guest)


def test_by_coordinator_type_partner_and_school(
    coordinator: Client, world: World, database: Isolated, internship: At, proposed: Propose
) -> None:
    elo, other = internship(), internship("design", type="apprenticeship")
    with writing(database, world.home) as session:
        role = AssignmentRole.COORDINATOR
        assign(session, world.home, elo, world.home.student, role, person_id=elo.others.id)
    assert found(coordinator, f"coordinator_id={elo.others.id}") == ids(elo)
    assert found(coordinator, f"coordinator_id={world.home.elo_coordinator.id}") == ids(elo, other)
    assert found(coordinator, "type=apprenticeship") == ids(other)
    assert found(coordinator, f"partner_id={other.partner_id}") == ids(other)
    assert found(coordinator, f"run_by_school_id={world.home.other_school_id}") == []
    path = proposed(title="Bees")
    assert found(coordinator, "q=bee") == [path.rsplit("/", 1)[1]]
    assert pointers(coordinator.get("/elos?waiting_on=nobody")) is not None


def test_a_team_member_finds_their_own_elos_and_no_others(
    client: Client, world: World, internship: At
) -> None:
    elo, other = internship(), internship()
    member = client.as_(elo.cooperating_teacher)
    assert found(member, "") == ids(elo)
    assert member.get(other.path).status_code == 404
    assert member.get(f"/students/{world.home.student.id}/elos").status_code == 404


def test_another_school_s_and_district_s_staff_find_none(
    client: Client, world: World, internship: At
) -> None:
    elo = internship()
    for who in (world.home.other_school_admin, world.away.elo_coordinator, world.away.counselor):
        assert found(client.as_(who), "") == []
        assert client.as_(who).get(elo.path).status_code == 404


def test_one_elo_is_read_in_at_most_eight_statements(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship()
    for somebody in (world.home.student, world.home.elo_coordinator, elo.teacher_of_record):
        reader = client.as_(somebody)
        reader.read(elo.path)
        with counting(database) as sent:
            reader.read(elo.path)
        assert sent.count <= 8, sent.statements


def test_a_longer_list_sends_no_more_statements(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        for status in ("design", "active", "submitted", "evaluated") * 5:
            add_internship(session, world.home, world.home.student, status)
    for name in ("elo_coordinator", "student", "advisor"):
        reader = client.as_(getattr(world.home, name))
        reader.read("/elos?limit=1")
        counts = []
        for limit in (4, 20):
            with counting(database) as sent:
                assert len(reader.read(f"/elos?limit={limit}")["items"]) == limit
            counts.append(sent.count)
        assert counts[0] == counts[1], name
        assert counts[1] <= 8, sent.statements


def test_a_delegate_acts_only_while_their_principal_does(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("evaluated")
    with writing(database, world.home) as session:
        role = AssignmentRole.TEACHER_OF_RECORD
        principal = session.query(Assignment).filter_by(subject_id=elo.id, role=role).one()
        principal.ends_on = clock.today() + timedelta(days=2)
        assign(
            session,
            world.home,
            elo,
            world.home.student,
            role,
            person_id=elo.others.id,
            delegate_of_id=principal.id,
        )
    assert client.as_(elo.others).read(elo.path)["available_actions"] == ["mark_incomplete"]
    with time_machine.travel(clock.now() + timedelta(days=2)):
        later = client.as_(elo.others)
        answer = later.get(elo.path)
        assert answer.status_code == 404 or answer.json["available_actions"] == []


def test_a_court_order_hides_them_from_a_parent(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo, parent = internship(), client.as_(world.home.parent)
    assert found(parent, "") == ids(elo)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=world.home.parent.id, student_id=world.home.student.id
        )
        tie.one().denied = frozenset({"elos"})
    assert found(parent, "") == []
    assert parent.get(elo.path).status_code == 404
