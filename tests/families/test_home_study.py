"""Home study: the family keeps the plan, and the school reads only what it must decide."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.planning.plans.keeping import keep_in_step
from plp_api.planning.plans.models import Plan
from plp_api.planning.reviews.models import Review
from tests.client import Client, code
from tests.databases import Isolated
from tests.world import Pupil, World, writing


@pytest.fixture
def pupil(world: World) -> Any:
    return world.home.student


@pytest.fixture
def version(pupil: Pupil) -> str:
    return f"/plan-versions/{pupil.version_id}"


def test_a_roster_keeper_notes_home_study_and_the_plan_follows(
    registrar: Client, student: Client, pupil: Pupil, at_home: str
) -> None:
    noted = registrar.read(at_home)
    assert noted["starts_on"] == clock.today().isoformat()
    assert noted["ends_on"] is None
    assert student.read(f"/plans/{pupil.plan_id}")["regime"] == "home_study"


def test_nobody_else_notes_home_study(client: Client, world: World, pupil: Pupil) -> None:
    for name in ("student", "parent", "advisor", "counselor"):
        refused = client.as_(getattr(world.home, name)).post(f"/students/{pupil.id}/home-studies")
        assert refused.status_code == 403, name


def test_a_registrar_does_not_note_it_for_their_own_child(
    client: Client, world: World, database: Isolated, pupil: Pupil
) -> None:
    from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
    from tests.world import relate

    with writing(database, world.home) as session:
        kind = {"parent_kind": ParentKind.PARENT, "may_inspect": True, "may_decide": True}
        relate(session, world.home, world.home.registrar, pupil, RelationshipKind.PARENT, **kind)
    refused = client.as_(world.home.registrar).post(f"/students/{pupil.id}/home-studies")
    assert code(refused) == "actor_is_family"


def test_two_spans_never_overlap(registrar: Client, pupil: Pupil, at_home: str) -> None:
    refused = registrar.post(f"/students/{pupil.id}/home-studies")
    assert (refused.status_code, code(refused)) == (409, "home_study_exists")


def test_a_span_does_not_end_before_it_begins(registrar: Client, at_home: str) -> None:
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    refused = registrar.patch(at_home, {"ends_on": yesterday})
    assert (refused.status_code, code(refused)) == (422, "validation_failed")


def test_the_student_puts_a_version_in_force_without_the_school(
    student: Client, version: str, at_home: str
) -> None:
    assert "put_in_force" in student.read(version)["available_actions"]
    done = student.act(version, "put_in_force")
    assert (done.status_code, done.json["status"]) == (200, "in_force"), done.json
    assert len(done.json["snapshot_sha256"]) == 64


def test_a_deciding_parent_writes_every_section_and_puts_it_in_force(
    parent: Client, version: str, at_home: str
) -> None:
    written = parent.patch(version, {"sections": {"about_me": "We took a house apart."}})
    assert written.status_code == 200, written.json
    done = parent.act(version, "put_in_force")
    assert (done.status_code, done.json["status"]) == (200, "in_force"), done.json


def test_a_deciding_parent_starts_and_discards_a_version(
    parent: Client, student: Client, pupil: Pupil, version: str, at_home: str
) -> None:
    student.act(version, "put_in_force")
    started = parent.made(f"/plans/{pupil.plan_id}/versions", {})
    assert parent.delete(f"/plan-versions/{started['id']}").status_code == 204


def test_a_parent_who_may_only_inspect_keeps_nothing(
    client: Client, world: World, pupil: Pupil, version: str, at_home: str
) -> None:
    inspecting = client.as_(world.home.inspecting_parent)
    assert inspecting.read(version)["available_actions"] == []
    assert inspecting.act(version, "put_in_force").status_code == 403
    assert inspecting.post(f"/plans/{pupil.plan_id}/versions").status_code == 403
    refused = inspecting.patch(version, {"sections": {"about_me": "Mine."}})
    assert code(refused) == "section_not_yours"


def test_nothing_of_this_is_the_family_s_while_the_school_keeps_the_plan(
    parent: Client, student: Client, version: str
) -> None:
    for one in (parent, student):
        assert "put_in_force" not in one.read(version)["available_actions"]
        assert code(one.act(version, "put_in_force")) == "permission_denied"


def test_no_signature_of_the_school_stands_on_a_version_of_home_study(
    student: Client, version: str, at_home: str
) -> None:
    student.act(version, "put_in_force")
    answer = student.read(f"{version}/signatures")
    assert "school" not in {one["role"] for one in answer["items"]}
    asked = {one["role"]: one["status"] for one in answer["requirements"]}
    assert asked.get("school", "not_required") in ("not_required", "not_applicable")


def test_a_version_is_not_handed_in_at_home(student: Client, version: str, at_home: str) -> None:
    assert "submit" not in student.read(version)["available_actions"]
    refused = student.act(version, "submit")
    assert code(refused) == "action_unavailable"
    assert "16 V.S.A. 942" in refused.json["detail"]


def test_a_version_handed_in_before_is_put_in_force_by_the_family(
    student: Client, registrar: Client, pupil: Pupil, version: str
) -> None:
    student.act(version, "submit")
    registrar.made(f"/students/{pupil.id}/home-studies", {})
    assert student.act(version, "put_in_force").status_code == 200


def test_the_family_confirms_goals_itself(
    student: Client, parent: Client, at_home: str, pupil: Pupil
) -> None:
    goal = student.made(
        f"/plans/{pupil.plan_id}/goals", {"domain": "civic", "title": "Help at the library"}
    )
    path = f"/goals/{goal['id']}"
    student.act(path, "propose")
    confirmed = parent.act(path, "confirm")
    assert (confirmed.status_code, confirmed.json["status"]) == (200, "active")
    student.act(path, "propose_outcome", outcome="achieved", reflection="Every Friday.")
    assert parent.act(path, "confirm_outcome").json["status"] == "achieved"


STAFF = (
    "advisor",
    "co_advisor",
    "case_manager",
    "teacher",
    "counselor",
    "elo_coordinator",
    "registrar",
    "school_admin",
    "district_admin",
    "auditor",
)


@pytest.mark.parametrize("name", STAFF)
def test_staff_reach_none_of_what_the_family_keeps(
    client: Client, world: World, pupil: Pupil, at_home: str, name: str
) -> None:
    staff = client.as_(getattr(world.home, name))
    sealed = [
        f"/plans/{pupil.plan_id}/versions",
        f"/plan-versions/{pupil.version_id}",
        f"/plan-versions/{pupil.version_id}/signatures",
        f"/plan-versions/{pupil.version_id}/comments",
        f"/plan-versions/{pupil.version_id}/snapshot",
        f"/plans/{pupil.plan_id}/goals",
        f"/goals/{pupil.goal_id}",
        f"/goals/{pupil.goal_id}/steps",
        f"/goals/{pupil.goal_id}/check-ins",
        f"/goals/{pupil.goal_id}/comments",
        f"/goal-steps/{pupil.step_id}",
        f"/check-ins/{pupil.check_in_id}",
        f"/comments/{pupil.comment_id}",
        f"/profile-entries/{pupil.entry_id}",
        f"/reviews/{pupil.review_id}",
    ]
    for reason in ({}, {"X-Access-Reason": "To look"}):
        for path in sealed:
            answer = staff.get(path, headers=reason)
            sees_plan = path.startswith("/plans/") and name not in ("teacher", "elo_coordinator")
            assert answer.status_code == (403 if sees_plan else 404), (path, answer.json)
    for path in ("/plan-versions", "/goals", "/reviews"):
        listed = staff.get(path, headers={})
        told = listed.get_data(as_text=True)
        ids = (pupil.version_id, pupil.goal_id, pupil.review_id)
        assert not [one for one in ids if str(one) in told], path


@pytest.mark.parametrize("name", STAFF)
def test_staff_find_it_all_again_on_the_day_home_study_ends(
    client: Client, world: World, registrar: Client, pupil: Pupil, at_home: str, name: str
) -> None:
    somebody = getattr(world.home, name)
    before = {path: client.as_(somebody).get(path).status_code for path in ("/goals", "/reviews")}
    ended = registrar.patch(at_home, {"ends_on": clock.today().isoformat()})
    assert ended.status_code == 200, ended.json
    path = f"/goals/{pupil.goal_id}"
    reads = {"registrar": 404, "district_admin": 403}.get(name, 200)
    assert client.as_(somebody).get(path).status_code == reads
    assert before == {p: client.as_(somebody).get(p).status_code for p in before}


def test_a_list_leaves_out_who_studies_at_home_and_nobody_else(
    client: Client, world: World, advisor: Client, at_home: str
) -> None:
    listed = {one["student_id"] for one in advisor.read("/goals")["items"]}
    assert listed == {str(world.home.senior.id)}


def test_a_district_admin_who_is_the_parent_still_reads_as_parent(
    client: Client, world: World, database: Isolated, pupil: Pupil, version: str, at_home: str
) -> None:
    from plp_api.foundation.roster.relationships import AppointmentRole
    from tests.world import appoint

    with writing(database, world.home) as session:
        appoint(session, world.home, world.home.parent, AppointmentRole.DISTRICT_ADMIN, None)
    both = client.as_(world.home.parent)
    assert both.get(version).status_code == 200
    assert str(pupil.goal_id) in both.get("/goals").get_data(as_text=True)


def test_the_family_reads_everything_as_before(
    student: Client, parent: Client, pupil: Pupil, at_home: str
) -> None:
    for reader in (student, parent):
        for path in (
            f"/plan-versions/{pupil.version_id}",
            f"/goals/{pupil.goal_id}",
            f"/reviews/{pupil.review_id}",
        ):
            assert reader.get(path).status_code == 200, path


@pytest.mark.parametrize("name", ["advisor", "counselor", "registrar", "district_admin"])
def test_status_says_home_study_and_no_more(
    client: Client,
    world: World,
    student: Client,
    version: str,
    at_home: str,
    pupil: Pupil,
    name: str,
) -> None:
    student.act(version, "put_in_force")
    staff = client.as_(getattr(world.home, name))
    [found] = [
        one for one in staff.read("/plans")["items"] if one["student"]["id"] == str(pupil.id)
    ]
    assert found["regime"] == "home_study"
    assert (found["in_force"], found["open_version"], found["review"]) == (None, None, None)


def test_the_family_s_own_status_is_whole(
    student: Client, version: str, at_home: str, pupil: Pupil
) -> None:
    student.act(version, "put_in_force")
    found = student.read(f"/plans/{pupil.plan_id}")
    assert found["in_force"]["id"] == str(pupil.version_id)


def test_the_open_review_is_excepted_and_comes_back_with_the_school(
    student: Client, advisor: Client, registrar: Client, at_home: str, pupil: Pupil
) -> None:
    path = f"/reviews/{pupil.review_id}"
    excepted = student.read(path)
    assert (excepted["status"], excepted["standing"]) == ("excepted", "excepted")
    assert "16 V.S.A. 942" in excepted["exception_reason"]
    ended = registrar.patch(at_home, {"ends_on": clock.today().isoformat()})
    assert ended.status_code == 200, ended.json
    reopened = advisor.read(path)
    assert (reopened["status"], reopened["standing"]) == ("scheduled", "due")
    assert reopened["due_on"] >= (clock.today() + timedelta(days=45)).isoformat()
    assert reopened["exception_reason"] is None


def test_a_version_of_home_study_answers_no_review(
    student: Client, registrar: Client, version: str, at_home: str, pupil: Pupil
) -> None:
    student.act(version, "put_in_force")
    ended = registrar.patch(at_home, {"ends_on": clock.today().isoformat()})
    assert ended.status_code == 200, ended.json
    found = student.read(f"/reviews/{pupil.review_id}")
    assert (found["plan_version_id"], found["standing"]) == (None, "due")


def test_no_review_is_opened_in_home_study_and_one_is_on_return(
    database: Isolated, world: World, registrar: Client, student: Client, pupil: Pupil, at_home: str
) -> None:
    with writing(database, world.home) as session:
        session.query(Review).filter_by(student_id=pupil.id).delete()
    registrar.patch(f"/students/{pupil.id}", {"grade": "11"})
    assert student.read(f"/students/{pupil.id}/reviews")["items"] == []
    ended = registrar.patch(at_home, {"ends_on": clock.today().isoformat()})
    assert ended.status_code == 200, ended.json
    [opened] = student.read(f"/students/{pupil.id}/reviews")["items"]
    assert opened["status"] == "scheduled"


def test_back_at_school_the_advisor_approves_again(
    student: Client, advisor: Client, registrar: Client, at_home: str, pupil: Pupil, version: str
) -> None:
    student.act(version, "put_in_force")
    ended = registrar.patch(at_home, {"ends_on": clock.today().isoformat()})
    assert ended.status_code == 200, ended.json
    started = student.made(f"/plans/{pupil.plan_id}/versions", {})
    path = f"/plan-versions/{started['id']}"
    student.act(path, "submit")
    approved = advisor.act(path, "approve")
    assert approved.status_code == 200, approved.json
    signed = advisor.read(f"{path}/signatures")["items"]
    assert "school" in {one["role"] for one in signed}


def test_a_span_ahead_changes_nothing_until_its_day(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Client,
    advisor: Client,
    student: Client,
    pupil: Pupil,
) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with writing(database, world.home) as session:
        # On the last day of a cycle it would be over before the span begins.
        session.get(Review, pupil.review_id).due_on = tomorrow
    registrar.made(f"/students/{pupil.id}/home-studies", {"starts_on": tomorrow.isoformat()})
    assert advisor.get(f"/goals/{pupil.goal_id}").status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert client.as_(world.home.advisor).get(f"/goals/{pupil.goal_id}").status_code == 404
        with writing(database, world.home):
            keep_in_step(world.home.district_id)
        with writing(database, world.home) as session:
            assert session.get(Plan, pupil.plan_id).regime == "home_study"
            assert session.get(Review, pupil.review_id).status == "excepted"


def test_coverage_counts_nobody_in_home_study_and_past_days_as_they_were(
    client: Client, world: World, registrar: Client, at_home: str, database: Isolated, pupil: Pupil
) -> None:
    admin = client.as_(world.home.district_admin)

    def counted(as_of: date) -> Any:
        body = admin.read(f"/reports/coverage?as_of={as_of.isoformat()}")
        return body["total"]["enrolled"]

    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    assert counted(yesterday) == counted(today) + 1
    with writing(database, world.home) as session:
        session.query(HomeStudy).filter_by(student_id=pupil.id).delete()
    assert counted(yesterday) == counted(today)


def test_a_signature_given_at_school_does_not_go_on_into_home_study_nor_back(
    student: Client, advisor: Client, registrar: Client, pupil: Pupil, version: str
) -> None:
    def signed(path: str) -> set[Any]:
        return {one["role"] for one in student.read(f"{path}/signatures")["items"]}

    student.act(version, "submit")
    advisor.act(version, "approve")
    span = registrar.made(f"/students/{pupil.id}/home-studies", {})
    kept = f"/plan-versions/{student.made(f'/plans/{pupil.plan_id}/versions', {})['id']}"
    student.act(kept, "put_in_force")
    assert (signed(version), signed(kept)) == ({"school"}, {"student"})
    registrar.patch(f"/home-studies/{span['id']}", {"ends_on": clock.today().isoformat()})
    back = f"/plan-versions/{student.made(f'/plans/{pupil.plan_id}/versions', {})['id']}"
    student.act(back, "submit")
    advisor.act(back, "approve")
    assert signed(back) == {"school"}
