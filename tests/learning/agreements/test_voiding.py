"""What voids an agreement and what does not, and what becomes of the ELO meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.catalog.partners.models import PartnerSite
from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import Student
from plp_api.learning.agreements import school_days, upkeep
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.agreements.conftest import ORDER, Desk, Freeze, add_mentor, decide
from tests.learning.elo_world import PROFILE, add_internship
from tests.world import World, ahead, writing


def add_site(database: Isolated, desk: Desk) -> str:
    """Another site of the partner."""
    site_id, own = db.new_id(), {"district_id": desk.world.home.district_id}
    with writing(database, desk.world.home) as session:
        session.add(PartnerSite(id=site_id, **own, partner_id=desk.elo.partner_id, name="Annex"))
    return str(site_id)


def move_to(desk: Desk, site_id: str) -> None:
    assert desk.coordinator.patch(desk.elo.path, {"site_id": site_id}).status_code == 200


def member(desk: Desk, role: str) -> Any:
    """Who holds the role on the team."""
    team = desk.coordinator.read(f"{desk.elo.path}/team")["items"]
    return next(one for one in team if one["role"] == role)


def replace(desk: Desk, role: str, **somebody: Any) -> None:
    """Give the role to somebody else, instead of whoever holds it."""
    named = {name: str(value) for name, value in somebody.items()}
    body = {"role": role, "replaces_id": member(desk, role)["id"], **named}
    desk.coordinator.made(f"{desk.elo.path}/team", body)


def editions(desk: Desk) -> list[tuple[int, str, Any]]:
    items = desk.coordinator.read(f"{desk.elo.path}/agreements?sort=edition")["items"]
    return [(one["edition"], one["status"], one["void_reason"]) for one in items]


def test_what_moves_inside_the_ranges_voids_nothing(started: Desk) -> None:
    within = {
        "starts_on": ahead(-20),
        "ends_on": ahead(40),
        "planned_minutes": 45 * 60,
        "title": "Nursing, and the office",
        "timeline": "Two mornings a week.",
    }
    assert started.coordinator.patch(started.elo.path, within).status_code == 200
    narrower = {"least_minutes": 41 * 60, "most_minutes": 70 * 60, "latest_end": ahead(50)}
    assert started.coordinator.patch(started.elo.path, narrower).status_code == 200
    assert editions(started) == [(1, "complete", None)]
    assert started.status == "active"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"latest_end": ahead(90)}, "dates"),
        ({"earliest_start": ahead(-60)}, "dates"),
        ({"most_minutes": 100 * 60}, "hours"),
        ({"least_minutes": 20 * 60}, "hours"),
    ],
)
def test_a_wider_range_voids_and_the_work_goes_on_for_ten_school_days(
    started: Desk, members: dict[str, Any], reason: str
) -> None:
    first = started.agreement["id"]
    assert started.coordinator.patch(started.elo.path, members).status_code == 200
    assert editions(started) == [(1, "void", reason), (2, "pending", None)]
    elo = started.coordinator.read(started.elo.path)
    last_day = school_days.later(clock.today(), 10).isoformat()
    assert (elo["status"], elo["unagreed_until"]) == ("active", last_day)
    kept = started.coordinator.read(f"/agreements/{first}/signatures")["items"]
    assert len(kept) == len(ORDER), "the signatures stay with the edition that they were given on"
    started.everybody_signs()
    elo = started.coordinator.read(started.elo.path)
    assert (elo["status"], elo["unagreed_until"]) == ("active", None)


def test_days_that_nobody_agreed_stay_closed_to_hours_after_it_is_signed_again(
    database: Isolated, world: World, started: Desk
) -> None:
    started.coordinator.patch(started.elo.path, {"latest_end": ahead(90)})
    with writing(database, world.home) as session:
        elo = session.get_one(Elo, started.elo.id)
        elo.started_on = clock.today() - timedelta(days=9)
        elo.unagreed_until = clock.today() - timedelta(days=3)
    started.everybody_signs()
    assert started.coordinator.read(started.elo.path)["is_running"] is True
    student, path = started.signer("student"), f"{started.elo.path}/log-entries"
    hour = {"minutes": 60, "activity": "Filed charts."}
    days = {number: student.post(path, {**hour, "on": ahead(number)}) for number in (-3, -2, -1, 0)}
    assert [number for number, answer in days.items() if answer.status_code == 201] == [-3, 0]
    assert "stood still" in days[-1].json["errors"][0]["detail"]


def test_the_district_sets_for_how_many_school_days(world: World, started: Desk) -> None:
    admin = started.client.as_(world.home.district_admin)
    path = f"/districts/{world.home.district_id}"
    assert admin.read(path)["settings"]["unagreed_school_days"] == 10
    assert admin.patch(path, {"settings": {"unagreed_school_days": 3}}).status_code == 200
    started.coordinator.patch(started.elo.path, {"latest_end": ahead(90)})
    last_day = school_days.later(clock.today(), 3).isoformat()
    assert started.coordinator.read(started.elo.path)["unagreed_until"] == last_day


def test_school_days_are_monday_to_friday() -> None:
    friday = clock.today() + timedelta(days=(5 - clock.today().isoweekday()) % 7)
    assert school_days.later(friday, 1) == friday + timedelta(days=3)
    assert school_days.later(friday, 10) == friday + timedelta(days=14)
    assert school_days.later(friday + timedelta(days=1), 1) == friday + timedelta(days=3)
    assert school_days.later(friday, 0) == friday


def test_a_new_site_suspends_until_everybody_signed_again(
    database: Isolated, started: Desk
) -> None:
    move_to(started, add_site(database, started))
    assert editions(started) == [(1, "void", "site"), (2, "pending", None)]
    assert started.status == "suspended"
    assert started.waiting_for == ["student"], "the signatures are given again, in their order"
    refused = started.coordinator.act(started.elo.path, "resume")
    assert (refused.status_code, code(refused)) == (409, "agreement_missing")
    started.everybody_signs()
    assert started.status == "suspended", "the coordinator lets the work go on"
    assert started.coordinator.act(started.elo.path, "resume").json["status"] == "active"


def test_a_void_agreement_is_not_signed(database: Isolated, desk: Desk) -> None:
    old = desk.agreement
    move_to(desk, add_site(database, desk))
    body = {"sha256": old["sha256"], "language": "en"}
    student = desk.signer("student")
    assert code(student.post(f"/agreements/{old['id']}/signatures", body)) == "agreement_void"
    words = {"words": "No."}
    assert code(student.post(f"/agreements/{old['id']}/declines", words)) == "agreement_void"
    changed = student.post(f"{desk.path}/signatures", body)
    assert code(changed) == "agreement_changed", "the next edition has other terms"


def test_a_new_mentor_suspends_and_signs_the_next_edition(
    database: Isolated, started: Desk
) -> None:
    tom, ines = str(started.elo.mentor_id), add_mentor(database, started)
    replace(started, "mentor", mentor_id=ines)
    assert editions(started) == [(1, "void", "mentor"), (2, "pending", None)]
    assert started.status == "suspended"
    for role in ORDER[:2]:
        started.sign(role)
    gone = started.in_room("mentor", mentor_id=tom)
    assert gone.status_code == 422, "who has left signs nothing"
    assert started.in_room("mentor", mentor_id=str(ines)).status_code == 201


def test_a_mentor_on_a_team_is_given_no_other_person_s_name(started: Desk) -> None:
    path = f"/mentors/{started.elo.mentor_id}"
    refused = started.coordinator.patch(path, {"name": "Another Human"})
    assert (refused.status_code, pointers(refused)) == (422, {"/name"})
    assert started.coordinator.patch(path, {"name": "Tom AVERILL"}).status_code == 200


@pytest.mark.parametrize("role", ["cooperating_teacher", "teacher_of_record"])
def test_a_new_teacher_voids_and_the_work_goes_on(started: Desk, role: str) -> None:
    replace(started, role, person_id=started.elo.others.id)
    assert editions(started) == [(1, "void", "teacher"), (2, "pending", None)]
    assert started.status == "active"
    assert started.coordinator.read(started.elo.path)["unagreed_until"] is not None


def test_a_delegate_signs_for_the_coordinator_on_leave_and_voids_nothing(
    world: World, desk: Desk
) -> None:
    for role in ORDER[:4]:
        desk.sign(role)
    other = desk.elo.others
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    path = f"{desk.path}/signatures"
    assert desk.client.as_(other).post(path, body).status_code == 404
    delegate = {"role": "coordinator", "person_id": str(other.id), "ends_on": ahead(9)}
    delegate["delegate_of_id"] = member(desk, "coordinator")["id"]
    desk.coordinator.made(f"{desk.elo.path}/team", delegate)
    given = desk.client.as_(other).post(path, body).json
    assert (given["role"], given["person_id"]) == ("coordinator", str(other.id))
    assert given["signed_for_id"] == str(world.home.elo_coordinator.id)
    assert (editions(desk), desk.status) == ([(1, "complete", None)], "approved")


def test_an_approved_elo_goes_back_to_be_signed(desk: Desk) -> None:
    desk.everybody_signs()
    assert desk.status == "approved"
    desk.coordinator.patch(desk.elo.path, {"latest_end": ahead(90)})
    assert (desk.status, desk.agreement["edition"]) == ("agreement_pending", 2)
    desk.everybody_signs()
    assert desk.status == "approved"


def test_several_changes_leave_one_edition_to_sign(started: Desk) -> None:
    started.coordinator.patch(started.elo.path, {"latest_end": ahead(90)})
    until = started.coordinator.read(started.elo.path)["unagreed_until"]
    started.coordinator.patch(started.elo.path, {"most_minutes": 100 * 60})
    assert editions(started) == [
        (1, "void", "dates"),
        (2, "void", "hours"),
        (3, "pending", None),
    ]
    assert started.coordinator.read(started.elo.path)["unagreed_until"] == until


def test_what_is_handed_in_needs_no_new_agreement(started: Desk) -> None:
    assert started.signer("student").act(started.elo.path, "hand_in").status_code == 200
    replace(started, "teacher_of_record", person_id=started.elo.others.id)
    assert editions(started) == [(1, "complete", None)]
    assert started.status == "evidence_complete"


def test_an_agreement_that_waits_ends_with_its_elo(desk: Desk) -> None:
    desk.sign("student")
    desk.coordinator.act(desk.elo.path, "withdraw", comment="The clinic has closed.")
    assert editions(desk) == [(1, "void", "ended")]
    assert desk.waiting_for == []
    assert code(desk.sign("parent")) == "agreement_void"


# What a day changes.


def test_on_the_18th_birthday_no_parent_signs_any_more(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    with writing(database, world.home) as session:
        student = session.get(Student, world.home.student.id)
        student.born(clock.birthday(clock.today(), -18) + timedelta(days=1))
    desk = freeze(profile={"is_ordered": False})
    for role in ("student", "mentor", "cooperating_teacher", "coordinator"):
        assert desk.sign(role).status_code == 201
    assert (desk.waiting_for, desk.agreement["available_actions"]) == (["parent"], [])
    refused = desk.coordinator.act(desk.path, "settle")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert desk.status_of("parent") == "not_required"
        assert desk.agreement["available_actions"] == ["settle"]
        settled = desk.coordinator.act(desk.path, "settle").json
        assert (settled["status"], desk.status) == ("complete", "approved")


def test_the_worker_settles_it_without_anybody(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    with writing(database, world.home) as session:
        student = session.get(Student, world.home.student.id)
        student.born(clock.birthday(clock.today(), -18) + timedelta(days=1))
    desk = freeze(profile={"is_ordered": False})
    for role in ("student", "mentor", "cooperating_teacher", "coordinator"):
        desk.sign(role)
    for day, status in ((0, "agreement_pending"), (1, "approved")):
        with time_machine.travel(clock.now() + timedelta(days=day)):
            with writing(database, world.home):
                upkeep.follow_day(world.home.district_id)
            assert desk.status == status


def test_the_worker_voids_on_the_day_on_which_the_mentor_leaves(
    world: World, database: Isolated, started: Desk
) -> None:
    path = f"/assignments/{member(started, 'mentor')['id']}"
    assert started.coordinator.patch(path, {"ends_on": ahead(2)}).status_code == 200
    for day, status in ((0, "active"), (2, "suspended")):
        with time_machine.travel(clock.now() + timedelta(days=day)):
            with writing(database, world.home):
                upkeep.follow_day(world.home.district_id)
            assert started.status == status


def test_where_a_waiver_says_that_there_is_no_parent_none_is_waited_for(
    world: World, desk: Desk
) -> None:
    counselor = desk.client.as_(world.home.counselor)
    waivers = f"/students/{world.home.student.id}/signature-waivers"
    counselor.made(waivers, {"reason": "state_custody"})
    assert desk.status_of("parent") == "not_applicable"
    desk.everybody_signs(["student", *ORDER[2:]])
    assert desk.status == "approved"


def test_where_the_profile_has_no_agreement_the_elo_is_approved_at_once(
    world: World, database: Isolated, client: Client
) -> None:
    profile = {**PROFILE, "required_parts": [], "skipped_states": ["agreement_pending"]}
    with writing(database, world.home) as session:
        decide(session, world)
        elo = add_internship(session, world.home, status="design", profile=profile)
    coordinator = client.as_(world.home.elo_coordinator)
    assert coordinator.act(elo.path, "complete_design").json["status"] == "approved"
    assert coordinator.read(f"{elo.path}/agreements")["items"] == []
    assert coordinator.act(elo.path, "start").json["status"] == "active"
