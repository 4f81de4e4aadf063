"""What waits for the teacher of record and the principal, and what is new for the family."""

from typing import Any

from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import Relationship
from tests.client import Client
from tests.databases import Isolated
from tests.learning.credit.conftest import APPEALS, Line
from tests.learning.credit.test_appeals import REASON, DeniedLine, about_line
from tests.learning.elo_world import PROFILE, assign
from tests.learning.elos.conftest import At
from tests.world import World, writing

CREDIT = "/me/inbox?kind=credit_to_decide&kind=credit_decided"


def waiting(reader: Client, path: str = CREDIT) -> list[Any]:
    return [(one["kind"], one["link"]) for one in reader.read(path)["items"]]


def test_a_line_waits_for_its_own_teacher_once_the_elo_is_evaluated(
    client: Client, student: Client, coordinator: Client, internship: At, line: Line
) -> None:
    early, elo = internship("presented"), internship("evaluated")
    line(early)
    path = line(elo)
    teacher = client.as_(elo.teacher_of_record)
    (item,) = teacher.read(CREDIT)["items"]
    assert (item["kind"], item["link"]) == ("credit_to_decide", f"/api/v1{path}")
    assert item["action"] == {"name": "award", "path": f"/api/v1{path}/actions"}
    assert item["title"] == "Nursing at the clinic"
    for other in (early.teacher_of_record, elo.cooperating_teacher, elo.panel_member):
        assert waiting(client.as_(other)) == []
    assert waiting(coordinator) == []
    assert teacher.act(path, "award", as_elective=True).status_code == 200
    assert waiting(teacher) == []


def test_a_line_of_service_waits_where_the_profile_skips_panel_and_evaluation(
    client: Client, internship: At, line: Line
) -> None:
    skipping = {**PROFILE, "skipped_states": ["presented", "evaluated"]}
    for profile, number in ((skipping, 1), ({**PROFILE, "skipped_states": ["presented"]}, 0)):
        elo = internship("evidence_complete", profile=profile)
        line(elo)
        assert len(waiting(client.as_(elo.teacher_of_record))) == number


def test_a_line_waits_for_the_teacher_s_delegate_too(
    client: Client, world: World, database: Isolated, internship: At, line: Line
) -> None:
    elo, role = internship("evaluated"), AssignmentRole.TEACHER_OF_RECORD
    path = line(elo)
    assert waiting(client.as_(elo.others)) == []
    with writing(database, world.home) as session:
        own = session.query(Assignment).filter_by(subject_id=elo.id, role=role).one()
        delegate = {"person_id": elo.others.id, "delegate_of_id": own.id}
        assign(session, world.home, elo, world.home.student, role, **delegate)
    expected = [("credit_to_decide", f"/api/v1{path}")]
    assert waiting(client.as_(elo.others)) == expected
    assert waiting(client.as_(elo.teacher_of_record)) == expected


def test_a_decision_is_new_for_the_family_and_an_order_may_keep_it_from_a_parent(
    client: Client, world: World, database: Isolated, student: Client, denied_line: DeniedLine
) -> None:
    _, path = denied_line()
    expected = [("credit_decided", f"/api/v1{path}")]
    parent, other = client.as_(world.home.parent), client.as_(world.home.inspecting_parent)
    assert waiting(student) == waiting(parent) == waiting(other) == expected
    for kind in ("credit", "elos"):
        with writing(database, world.home) as session:
            tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
            tie.denied = frozenset({kind})
        assert waiting(parent) == []
    assert waiting(client.as_(world.home.advisor)) == []


def test_an_appeal_waits_for_the_principal_and_its_outcome_is_new_for_the_family(
    client: Client,
    world: World,
    student: Client,
    principal: Client,
    denied_line: DeniedLine,
) -> None:
    elo, line = denied_line()
    made = student.made(f"{elo.path}/appeals", about_line(line))
    (item,) = principal.read(APPEALS)["items"]
    assert (item["kind"], item["link"]) == ("appeal_to_decide", f"/api/v1/appeals/{made['id']}")
    assert item["actor_id"] == str(world.home.student.id)
    # Either decision needs words, so that no action is offered that would be refused.
    assert item["action"] is None
    parent = client.as_(world.home.parent)
    assert waiting(parent, APPEALS) == waiting(student, APPEALS) == []
    assert principal.act(f"/appeals/{made['id']}", "uphold", decision=REASON).status_code == 200
    assert waiting(principal, APPEALS) == []
    expected = [("appeal_decided", f"/api/v1/appeals/{made['id']}")]
    assert waiting(parent, APPEALS) == waiting(student, APPEALS) == expected
    assert waiting(client.as_(world.home.other_advisor), APPEALS) == []
