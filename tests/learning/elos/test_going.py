"""From the design to the start, and while it runs: what is missing, and what stops it."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.learning.elos import actions, clearing
from plp_api.learning.elos.models import AGREED, ENDED, Elo, EloStatus
from tests.catalog.clearances.conftest import requires
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access.asking import caller_of
from tests.learning.elo_world import PROFILE, Internship, transfer_out
from tests.learning.elos.conftest import At
from tests.world import World, ahead, relate, writing

REQUIRED = {**PROFILE, "required_parts": ["essential_question", "product", "timeline"]}


def cleared(coordinator: Client, elo: Internship, **changed: Any) -> None:
    """Record a passed check of the mentor."""
    check = {
        "kind": "criminal_record",
        "is_cleared": True,
        "checked_on": ahead(0),
        "mentor_id": str(elo.mentor_id),
        **changed,
    }
    coordinator.made(f"/partners/{elo.partner_id}/clearances", check)


def without(world: World, database: Isolated, elo: Internship, role: str) -> None:
    """End the role on the ELO's team."""
    with writing(database, world.home) as session:
        rows = session.query(Assignment).filter_by(subject_id=elo.id, role=role)
        rows.update({"ends_on": clock.today()})


def test_the_design_names_every_part_that_is_missing(coordinator: Client, internship: At) -> None:
    profile = {**PROFILE, "required_parts": ["competencies", "communication", "product", "work"]}
    elo = internship("design", profile=profile, product="", least_minutes=None, site_id=None)
    refused = coordinator.act(elo.path, "complete_design")
    assert (refused.status_code, code(refused)) == (409, "design_incomplete")
    assert refused.json["action"] == "complete_design"
    missing = {error["pointer"].lstrip("/") for error in refused.json["errors"]}
    assert missing == {
        *("competencies", "communication", "product", "work"),
        *("least_minutes", "site_id"),
    }
    (unmet,) = coordinator.read(f"{elo.path}/readiness")["complete_design"]
    assert unmet["code"] == "design_incomplete"
    assert coordinator.read(elo.path)["status"] == "design"


def test_a_student_learns_what_their_design_lacks_and_nothing_of_clearances(
    client: Client, coordinator: Client, student: Client, world: World, internship: At
) -> None:
    requires(client, world, "criminal_record")
    elo = internship("design", profile=REQUIRED, product="", latest_end=None)
    for reader in (student, coordinator):
        first = reader.read(f"{elo.path}/readiness")["complete_design"][0]
        assert (first["code"], first["parts"]) == ("design_incomplete", ["latest_end", "product"])
    codes = {
        reader: [one["code"] for one in reader.read(f"{elo.path}/readiness")["start"]]
        for reader in (student, coordinator)
    }
    assert codes[coordinator] == ["clearance_missing", "agreement_missing"]
    assert codes[student] == ["agreement_missing"]
    assert client.as_(world.home.advisor).get(f"{elo.path}/readiness").status_code == 403


def test_a_complete_design_waits_for_signatures(coordinator: Client, internship: At) -> None:
    elo = internship("design", profile=REQUIRED)
    ready = coordinator.read(f"{elo.path}/readiness")
    assert (ready["elo_id"], ready["complete_design"]) == (str(elo.id), [])
    done = coordinator.act(elo.path, "complete_design").json
    assert (done["status"], done["waiting_on"]) == ("agreement_pending", "signers")


def test_a_profile_without_agreement_goes_straight_on(coordinator: Client, internship: At) -> None:
    elo = internship("design", profile={**REQUIRED, "skipped_states": ["agreement_pending"]})
    assert coordinator.act(elo.path, "complete_design").json["status"] == "approved"


def test_a_licensed_educator_always_supervises(
    coordinator: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("design", profile=REQUIRED)
    without(world, database, elo, "licensed_supervisor")
    refused = coordinator.act(elo.path, "complete_design")
    assert (refused.status_code, code(refused)) == (409, "supervisor_missing")
    assert [one["id"] for one in coordinator.read("/elos?without_supervisor=true")["items"]] == [
        str(elo.id)
    ]
    assert coordinator.read("/elos?without_supervisor=false")["items"] == []


def test_a_partner_s_elo_needs_its_mentor(
    coordinator: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("design", profile=REQUIRED)
    without(world, database, elo, "mentor")
    refused = coordinator.act(elo.path, "complete_design")
    assert refused.json["detail"] == "Missing: mentor."


def test_no_design_is_complete_and_nothing_starts_without_a_clearance(
    client: Client, coordinator: Client, world: World, internship: At
) -> None:
    requires(client, world, "criminal_record")
    elo = internship("design", profile={**REQUIRED, "skipped_states": ["agreement_pending"]})
    refused = coordinator.act(elo.path, "complete_design")
    assert (refused.status_code, code(refused)) == (409, "clearance_missing")
    assert refused.json["detail"] == "Not cleared today: criminal_record (Tom Averill)."
    cleared(coordinator, elo, valid_until=ahead(5))
    assert coordinator.act(elo.path, "complete_design").json["status"] == "approved"
    with time_machine.travel(clock.now() + timedelta(days=6)):
        later = client.as_(world.home.elo_coordinator)
        assert code(later.act(elo.path, "start")) == "clearance_missing"
    started = coordinator.act(elo.path, "start").json
    assert (started["status"], started["started_on"]) == ("active", ahead(0))
    assert started["is_running"] is True


def test_it_does_not_start_before_the_agreed_range(coordinator: Client, internship: At) -> None:
    soon = clock.today() + timedelta(days=2)
    skips = {**PROFILE, "skipped_states": ["agreement_pending"]}
    elo = internship("approved", profile=skips, earliest_start=soon, starts_on=soon)
    refused = coordinator.act(elo.path, "start")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert str(soon) in refused.json["detail"]


@pytest.mark.both_databases
def test_a_clearance_that_lapses_lists_it_and_stops_it_where_the_district_says(
    client: Client, coordinator: Client, world: World, internship: At
) -> None:
    requires(client, world, "criminal_record")
    elo = internship()
    cleared(coordinator, elo, valid_until=ahead(10))
    for days, listed in ((0, 0), (9, 0), (10, 0), (11, 1), (30, 1)):
        found = coordinator.read(f"/elos?lapsing_within={days}")["items"]
        assert len(found) == listed, days
    with time_machine.travel(clock.now() + timedelta(days=11)):
        reader, who = client.as_(world.home.student), client.as_(world.home.elo_coordinator)
        assert len(who.read("/elos?lapsing_within=0")["items"]) == 1
        assert reader.read(elo.path)["is_running"] is True
        admin = client.as_(world.home.district_admin)
        suspends = {"settings": {"suspends_on_lapsed_clearance": True}}
        assert admin.patch(f"/districts/{world.home.district_id}", suspends).status_code == 200
        stopped = reader.read(elo.path)
        assert (stopped["status"], stopped["is_running"]) == ("active", False)
        cleared(who, elo)
        assert reader.read(elo.path)["is_running"] is True
        cleared(who, elo, is_cleared=False)
        assert reader.read(elo.path)["is_running"] is False


def test_a_check_of_somebody_else_s_name_does_not_count(
    client: Client, coordinator: Client, world: World, database: Isolated, internship: At
) -> None:
    requires(client, world, "criminal_record")
    elo = internship()
    cleared(coordinator, elo)
    assert coordinator.read("/elos?lapsing_within=0")["items"] == []
    with writing(database, world.home) as session:
        session.get(Mentor, elo.mentor_id).name = "Eve Holm"
    assert len(coordinator.read("/elos?lapsing_within=0")["items"]) == 1


def test_who_reads_no_clearances_finds_nothing_by_them(
    client: Client, world: World, internship: At
) -> None:
    requires(client, world, "criminal_record")
    internship()
    for name in ("student", "parent", "advisor", "counselor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.read("/elos?lapsing_within=30")["items"] == [], name


def test_it_runs_until_the_day_on_which_its_agreement_must_be_signed_again(
    student: Client, internship: At
) -> None:
    today = clock.today()
    running = internship(unagreed_until=today)
    over = internship(unagreed_until=today - timedelta(days=1))
    assert student.read(running.path)["is_running"] is True
    assert student.read(over.path)["is_running"] is False


def test_a_suspended_one_goes_on_only_when_cleared_and_supervised(
    client: Client, coordinator: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship(profile={**PROFILE, "skipped_states": ["agreement_pending"]})
    assert code(coordinator.act(elo.path, "suspend")) == "validation_failed"
    suspended = coordinator.act(elo.path, "suspend", comment="The mentor is ill.").json
    assert (suspended["status"], suspended["suspended_on"]) == ("suspended", ahead(0))
    assert suspended["waiting_on"] == "coordinator"
    requires(client, world, "criminal_record")
    assert code(coordinator.act(elo.path, "resume")) == "clearance_missing"
    cleared(coordinator, elo)
    without(world, database, elo, "licensed_supervisor")
    assert code(coordinator.act(elo.path, "resume")) == "supervisor_missing"


def test_the_teacher_of_record_alone_asks_for_more(
    client: Client, coordinator: Client, world: World, internship: At
) -> None:
    elo = internship("evaluated")
    more = {"complete_by": ahead(20), "comment": "Show the budget."}
    for name in ("cooperating_teacher", "panel_member"):
        refused = client.as_(elo.team[name]).act(elo.path, "mark_incomplete", **more)
        assert (refused.status_code, code(refused)) == (403, "teacher_not_of_record"), name
    assert code(coordinator.act(elo.path, "mark_incomplete", **more)) == "teacher_not_of_record"
    student = client.as_(world.home.student)
    assert code(student.act(elo.path, "mark_incomplete", **more)) == "permission_denied"
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.read(elo.path)["available_actions"] == ["mark_incomplete"]
    wrong = teacher.act(elo.path, "mark_incomplete", **{**more, "complete_by": ahead(0)})
    assert code(wrong) == "validation_failed"
    marked = teacher.act(elo.path, "mark_incomplete", **more).json
    assert (marked["status"], marked["complete_by"]) == ("incomplete", ahead(20))


def test_a_teacher_who_is_the_student_s_parent_does_not(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("evaluated")
    with writing(database, world.home) as session:
        parent = RelationshipKind.PARENT
        relate(session, world.home, elo.teacher_of_record, world.home.student, parent)
    more = {"complete_by": ahead(20), "comment": "Show the budget."}
    refused = client.as_(elo.teacher_of_record).act(elo.path, "mark_incomplete", **more)
    assert code(refused) == "not_found", "no assignment reaches one's own child's work"


@pytest.mark.parametrize("status", sorted(frozenset(EloStatus) - ENDED))
def test_a_coordinator_withdraws_any_open_one_with_a_reason(
    coordinator: Client, internship: At, status: str
) -> None:
    elo = internship(status)
    assert code(coordinator.act(elo.path, "withdraw")) == "validation_failed"
    ended = coordinator.act(elo.path, "withdraw", comment="Moved away.").json
    assert (ended["status"], ended["end_reason"]) == ("withdrawn", "Moved away.")
    assert ended["available_actions"] == []


@pytest.mark.parametrize("status", sorted(EloStatus))
def test_a_student_withdraws_until_the_design_is_complete(
    student: Client, internship: At, status: str
) -> None:
    may = status in {"draft", "submitted", "returned", "design"}
    elo = internship(status)
    assert ("withdraw" in student.read(elo.path)["available_actions"]) == may
    assert (student.act(elo.path, "withdraw").status_code == 200) == may


@pytest.mark.parametrize("status", sorted(EloStatus))
@pytest.mark.parametrize("name", ["elo_coordinator", "school_admin"])
def test_an_agreed_one_is_terminated_for_safety(
    client: Client, world: World, internship: At, status: str, name: str
) -> None:
    may = status in AGREED - ENDED
    elo, who = internship(status), client.as_(getattr(world.home, name))
    ended = who.act(elo.path, "terminate", comment="A machine without guards.")
    assert (ended.status_code == 200) == may
    if may:
        assert ended.json["end_reason"] == "A machine without guards."
        assert who.read(elo.path)["status"] == "terminated"


# What the areas above move.

WAYS = {
    ("agreement_pending", "approved"),
    ("approved", "agreement_pending"),
    ("active", "suspended"),
    ("evidence_complete", "presented"),
    ("presented", "evaluated"),
    ("evaluated", "credit_awarded"),
    ("denied", "design"),
}


def advanced(world: World, database: Isolated, elo_id: UUID, status: str) -> bool:
    """Whether `advance` brought the ELO to the state; else it was refused."""
    access = Access(caller_of(database, world.home.elo_coordinator))
    with writing(database, world.home) as session:
        elo = session.get(Elo, elo_id)
        may = actions.may_advance(elo, EloStatus(status))
        refusal = nullcontext() if may else pytest.raises(Problem, match="action_unavailable")
        with refusal:
            actions.advance(elo, access, EloStatus(status))
        return bool(elo.status == status and may)


@pytest.mark.parametrize("source", sorted(EloStatus))
def test_what_another_area_holds_moves_it_one_step(
    world: World, database: Isolated, internship: At, source: str
) -> None:
    for target in EloStatus:
        elo = internship(source)
        moved = advanced(world, database, elo.id, target)
        assert moved == ((source, str(target)) in WAYS), target


def test_a_service_of_ten_hours_needs_no_panel(
    world: World, database: Isolated, student: Client, internship: At
) -> None:
    short = {**PROFILE, "skipped_states": ["presented"]}
    elo = internship("evidence_complete", profile=short)
    assert student.read(elo.path)["waiting_on"] == "cooperating_teacher"
    assert advanced(world, database, elo.id, "evaluated")
    shorter = {**PROFILE, "skipped_states": ["presented", "evaluated"]}
    elo = internship("evidence_complete", profile=shorter)
    assert student.read(elo.path)["waiting_on"] == "teacher_of_record"
    assert advanced(world, database, elo.id, "credit_awarded")


def test_work_is_refused_on_what_does_not_run(
    world: World, database: Isolated, internship: At
) -> None:
    for status in EloStatus:
        elo = internship(status)
        access = Access(caller_of(database, world.home.elo_coordinator))
        with writing(database, world.home) as session:
            row = session.get(Elo, elo.id)
            if status == EloStatus.ACTIVE:
                clearing.require_running(row, access)
                continue
            with pytest.raises(Problem) as refused:
                clearing.require_running(row, access)
            assert refused.value.code.wire == "elo_not_active"


def test_more_is_asked_for_also_where_the_profile_leaves_out_the_evaluation(
    client: Client, internship: At
) -> None:
    more = {"complete_by": ahead(20), "comment": "Show the budget."}
    skips = ["presented", "evaluated"]
    for status, skipped in (("presented", skips[1:]), ("evidence_complete", skips)):
        elo = internship(status, profile={**PROFILE, "skipped_states": skipped})
        teacher = client.as_(elo.teacher_of_record)
        assert teacher.read(elo.path)["available_actions"] == ["mark_incomplete"]
        assert teacher.act(elo.path, "mark_incomplete", **more).json["status"] == "incomplete"
    early = internship("evidence_complete", profile={**PROFILE, "skipped_states": skips[1:]})
    refused = client.as_(early.teacher_of_record).act(early.path, "mark_incomplete", **more)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert "not evaluated" in refused.json["detail"]


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("submitted", "accept"),
        ("design", "complete_design"),
        ("approved", "start"),
        ("suspended", "resume"),
        ("incomplete", "continue"),
    ],
)
def test_nothing_goes_on_for_a_student_whose_plan_is_closed(
    client: Client, coordinator: Client, world: World, internship: At, status: str, action: str
) -> None:
    elo = internship(status)
    transfer_out(client, world.home)
    assert action not in coordinator.read(elo.path)["available_actions"]
    refused = coordinator.act(elo.path, action)
    assert (refused.status_code, code(refused)) == (409, "plan_closed")
    ended = coordinator.act(elo.path, "withdraw", comment="Moved away.")
    assert ended.json["status"] == "withdrawn"
