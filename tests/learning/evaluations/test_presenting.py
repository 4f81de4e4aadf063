"""The presentation before a panel, and the evaluation by the ELO's rubric."""

from typing import Any

import pytest

from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.elo_world import PROFILE, assign
from tests.learning.evaluations.conftest import At
from tests.world import World, ahead, relate, writing

HELD = {"held_on": ahead(0), "place": "Town library"}
BOTH = [
    {"criterion": "care", "level": "exemplary"},
    {"criterion": "sources", "level": "proficient"},
]
WORDS = {"words": "She compares what she read with what she saw."}


def test_the_panel_records_the_presentation_and_the_elo_is_presented(
    client: Client, student: Client, internship: At
) -> None:
    elo = internship("evidence_complete")
    panel = client.as_(elo.panel_member)
    made = panel.made(f"{elo.path}/presentations", {**HELD, "guests": ["Tom Averill"]})
    assert [one["person_id"] for one in made["panel"]] == [str(elo.panel_member.id)]
    assert made["panel"][0]["person_name"]
    assert (made["guests"], made["place"]) == (["Tom Averill"], "Town library")
    assert student.read(elo.path)["status"] == "presented"
    assert student.read(f"/elo-presentations/{made['id']}")["recorded_by"] == made["recorded_by"]
    again = panel.post(f"{elo.path}/presentations", HELD)
    assert (again.status_code, code(again)) == (409, "action_unavailable")


def test_the_coordinator_records_it_too(coordinator: Client, internship: At) -> None:
    elo = internship("evidence_complete")
    coordinator.made(f"{elo.path}/presentations", {**HELD, "panel_ids": [str(elo.panel_member.id)]})
    assert coordinator.read(elo.path)["status"] == "presented"


@pytest.mark.parametrize("name", ["cooperating_teacher", "teacher_of_record"])
def test_who_is_not_on_the_panel_does_not_record_it(
    client: Client, internship: At, name: str
) -> None:
    elo = internship("evidence_complete")
    refused = client.as_(elo.team[name]).post(f"{elo.path}/presentations", HELD)
    assert (refused.status_code, code(refused)) == (403, "team_role_missing")
    assert client.as_(elo.others).post(f"{elo.path}/presentations", HELD).status_code == 404


@pytest.mark.parametrize("status", ["active", "suspended", "presented", "incomplete"])
def test_nothing_is_presented_before_the_evidence_is_complete(
    client: Client, internship: At, status: str
) -> None:
    elo = internship(status)
    refused = client.as_(elo.panel_member).post(f"{elo.path}/presentations", HELD)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert status in refused.json["detail"]


def test_the_panel_are_people_assigned_to_it_on_the_day(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("evidence_complete")
    path, coordinator = f"{elo.path}/presentations", client.as_(world.home.elo_coordinator)
    wrong = {**HELD, "panel_ids": [str(elo.panel_member.id), str(elo.others.id)]}
    refused = coordinator.post(path, wrong)
    assert (refused.status_code, pointers(refused)) == (422, {"/panel_ids/1"})
    for day in (ahead(1), ahead(-31)):
        assert pointers(coordinator.post(path, {**HELD, "held_on": day})) == {"/held_on"}
    with writing(database, world.home) as session:
        role = AssignmentRole.PANEL_MEMBER
        for row in session.query(Assignment).filter_by(subject_id=elo.id, role=role):
            session.delete(row)
    assert pointers(coordinator.post(path, HELD)) == {"/panel_ids"}


def test_the_cooperating_teacher_evaluates_by_each_criterion_of_the_rubric(
    client: Client, student: Client, internship: At, rubric: Any
) -> None:
    elo = internship("presented", rubric_id=uuid(rubric["id"]))
    teacher = client.as_(elo.cooperating_teacher)
    made = teacher.made(f"{elo.path}/evaluations", {"scores": BOTH, **WORDS})
    assert [(one["criterion"], one["level_title"]) for one in made["scores"]] == [
        ("sources", "Proficient"),
        ("care", "Exemplary"),
    ]
    assert [one["level_position"] for one in made["scores"]] == [3, 4]
    assert (made["rubric_id"], made["rubric_title"]) == (rubric["id"], "Talk")
    assert student.read(elo.path)["status"] == "evaluated"
    assert student.read(f"/elo-evaluations/{made['id']}") == made


@pytest.mark.parametrize(
    ("scores", "found", "pointer"),
    [
        (BOTH[:1], "validation_failed", "/scores"),
        ([*BOTH, BOTH[0]], "validation_failed", "/scores/2/criterion"),
        (
            [*BOTH, {"criterion": "charm", "level": "proficient"}],
            "validation_failed",
            "/scores/2/criterion",
        ),
        ([BOTH[0], {**BOTH[1], "level": "great"}], "level_not_on_scale", "/scores/1/level"),
    ],
)
def test_a_rubric_is_answered_whole_and_in_its_levels(
    client: Client, internship: At, rubric: Any, scores: Any, found: str, pointer: str
) -> None:
    elo = internship("presented", rubric_id=uuid(rubric["id"]))
    teacher = client.as_(elo.cooperating_teacher)
    refused = teacher.post(f"{elo.path}/evaluations", {"scores": scores})
    assert (refused.status_code, code(refused), pointers(refused)) == (422, found, {pointer})
    assert teacher.read(elo.path)["status"] == "presented"


def test_without_a_rubric_words_are_needed(client: Client, internship: At) -> None:
    elo = internship("presented")
    path, teacher = f"{elo.path}/evaluations", client.as_(elo.cooperating_teacher)
    assert pointers(teacher.post(path, {})) == {"/words"}
    assert pointers(teacher.post(path, {"scores": BOTH, **WORDS})) == {"/scores"}
    assert teacher.made(path, WORDS)["scores"] == []


@pytest.mark.parametrize("name", ["teacher_of_record", "panel_member", "licensed_supervisor"])
def test_others_of_the_team_do_not_evaluate(client: Client, internship: At, name: str) -> None:
    elo = internship("presented")
    refused = client.as_(elo.team[name]).post(f"{elo.path}/evaluations", WORDS)
    assert (refused.status_code, code(refused)) == (403, "team_role_missing")
    assert refused.json["detail"] == "Only the cooperating teacher of the ELO evaluates it."


def test_a_coordinator_does_not_evaluate_by_office(coordinator: Client, internship: At) -> None:
    refused = coordinator.post(f"{internship('presented').path}/evaluations", WORDS)
    assert (refused.status_code, code(refused)) == (403, "team_role_missing")


def test_a_delegate_evaluates_as_long_as_the_teacher_is_on_the_team(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("presented")
    role = AssignmentRole.COOPERATING_TEACHER
    with writing(database, world.home) as session:
        own = session.query(Assignment).filter_by(subject_id=elo.id, role=role).one()
        delegate = {"person_id": elo.others.id, "delegate_of_id": own.id}
        assign(session, world.home, elo, world.home.student, role, **delegate)
        own.ends_on = own.starts_on
    path, delegate_client = f"{elo.path}/evaluations", client.as_(elo.others)
    assert delegate_client.post(path, WORDS).status_code == 404
    with writing(database, world.home) as session:
        own = (
            session.query(Assignment)
            .filter_by(subject_id=elo.id, role=role, delegate_of_id=None)
            .one()
        )
        own.ends_on = None
    assert delegate_client.made(path, WORDS)["evaluated_by"] == str(elo.others.id)


def test_nothing_is_evaluated_before_it_is_presented_unless_the_profile_skips_that(
    client: Client, internship: At
) -> None:
    elo = internship("evidence_complete")
    refused = client.as_(elo.cooperating_teacher).post(f"{elo.path}/evaluations", WORDS)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    without_panel = {**PROFILE, "skipped_states": ["presented"]}
    service = internship("evidence_complete", profile=without_panel)
    teacher = client.as_(service.cooperating_teacher)
    teacher.made(f"{service.path}/evaluations", WORDS)
    assert teacher.read(service.path)["status"] == "evaluated"


def test_a_later_evaluation_stands_beside_the_first(client: Client, internship: At) -> None:
    elo = internship("presented")
    path, teacher = f"{elo.path}/evaluations", client.as_(elo.cooperating_teacher)
    first = teacher.made(path, WORDS)
    again = teacher.post(path, WORDS)
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert again.json["existing"]["id"] == first["id"]
    teacher.made(path, {"words": "I looked again."})
    assert len(teacher.read(path)["items"]) == 2
    assert teacher.read(elo.path)["status"] == "evaluated"


def test_family_on_the_staff_neither_presents_nor_evaluates(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("evidence_complete")
    with writing(database, world.home) as session:
        family = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        for who in (elo.panel_member, elo.cooperating_teacher):
            kind = RelationshipKind.PARENT
            relate(session, world.home, who, world.home.student, kind, **family)
    panel, teacher = client.as_(elo.panel_member), client.as_(elo.cooperating_teacher)
    assert code(panel.post(f"{elo.path}/presentations", HELD)) == "permission_denied"
    assert code(teacher.post(f"{elo.path}/evaluations", WORDS)) == "permission_denied"
    with writing(database, world.home) as session:
        kind = RelationshipKind.PARENT
        relate(session, world.home, world.home.elo_coordinator, world.home.student, kind, **family)
    coordinator = client.as_(world.home.elo_coordinator)
    assert code(coordinator.post(f"{elo.path}/presentations", HELD)) == "actor_is_family"
