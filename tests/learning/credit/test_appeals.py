"""Appeals to the principal against the denial of an ELO and decisions on credit."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    ParentKind,
    Relationship,
    RelationshipKind,
)
from plp_api.learning.elos.models import Elo
from plp_api.planning.plans.models import Plan
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.credit.conftest import APPEALS, Again, Line
from tests.learning.elo_world import Internship, add_internship
from tests.learning.elos.conftest import At
from tests.world import World, appoint, relate, writing

DeniedLine = Callable[[], tuple[Internship, str]]
WORDS = "My second project was not looked at."
REASON = "The second project shows what the first did not."


def about_line(path: str, words: str = WORDS) -> dict[str, Any]:
    return {"about": "credit", "credit_line_id": path.rsplit("/", 1)[1], "words": words}


@pytest.fixture
def denied(internship: At, world: World) -> Internship:
    """A proposal that the coordinator denied."""
    return internship("denied", ended_by=world.home.elo_coordinator.id, ended_at=clock.now())


def test_an_appeal_against_a_denial_is_won_and_the_elo_goes_into_its_design(
    student: Client, principal: Client, denied: Internship
) -> None:
    made = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    path = f"/appeals/{made['id']}"
    assert (made["status"], made["available_actions"]) == ("open", ["withdraw"])
    assert principal.read(path)["available_actions"] == ["uphold", "overturn"]
    assert pointers(principal.act(path, "overturn")) == {"/decision"}
    overturned = principal.act(path, "overturn", decision=REASON).json
    assert (overturned["status"], overturned["decision"]) == ("overturned", REASON)
    assert student.read(denied.path)["status"] == "design"
    assert student.read(path)["decided_by_name"] == overturned["decided_by_name"]


def test_a_denial_that_the_coordinator_gave_over_http_may_be_appealed(
    student: Client, coordinator: Client, principal: Client, internship: At
) -> None:
    elo = internship("submitted")
    assert coordinator.act(elo.path, "deny", comment="Too far away.").status_code == 200
    made = student.made(f"{elo.path}/appeals", {"about": "denial", "words": WORDS})
    assert principal.act(f"/appeals/{made['id']}", "uphold", decision=REASON).status_code == 200
    assert student.read(elo.path)["status"] == "denied"


def test_after_a_denial_is_overturned_who_denied_it_coordinates_it(
    world: World, student: Client, principal: Client, coordinator: Client
) -> None:
    body = {"type": "independent_study", "title": "The history of our mill"}
    elo = f"/elos/{student.made(f'/students/{world.home.student.id}/elos', body)['id']}"
    assert student.act(elo, "submit").status_code == 200
    assert coordinator.act(elo, "deny", comment="Too far away.").status_code == 200
    made = student.made(f"{elo}/appeals", {"about": "denial", "words": WORDS})
    assert principal.act(f"/appeals/{made['id']}", "overturn", decision=REASON).status_code == 200
    (member,) = student.read(f"{elo}/team")["items"]
    coordinator_id = str(world.home.elo_coordinator.id)
    assert (member["role"], member["person_id"]) == ("coordinator", coordinator_id)


def test_an_appeal_about_credit_is_won_and_the_line_is_awarded(
    student: Client, principal: Client, coordinator: Client, denied_line: DeniedLine
) -> None:
    elo, line = denied_line()
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(line))['id']}"
    refused = principal.act(path, "overturn", decision=REASON)
    assert (refused.status_code, code(refused)) == (409, "credit_elective")
    assert student.read(path)["status"] == "open"
    answer = principal.act(path, "overturn", decision=REASON, as_elective=True, amount=0.25)
    assert answer.status_code == 200, answer.json
    awarded = student.read(line)
    assert (awarded["status"], awarded["amount"], awarded["is_elective"]) == ("awarded", 0.25, True)
    assert awarded["decided_by"] == answer.json["decided_by"]
    assert student.read(elo.path)["status"] == "credit_awarded"


def test_an_appeal_that_is_upheld_changes_nothing_and_is_the_last(
    student: Client, principal: Client, denied_line: DeniedLine
) -> None:
    elo, line = denied_line()
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(line))['id']}"
    before = student.read(line)
    assert principal.act(path, "uphold", decision=REASON).json["status"] == "upheld"
    assert student.read(line) == before
    assert code(principal.act(path, "overturn", decision=REASON)) == "action_unavailable"
    again = student.post(f"{elo.path}/appeals", about_line(line))
    assert (again.status_code, code(again)) == (409, "action_unavailable")


def test_an_awarded_line_is_appealed_for_more_credit_or_for_its_area(
    client: Client,
    student: Client,
    principal: Client,
    coordinator: Client,
    internship: At,
    line: Line,
) -> None:
    elo = internship("evaluated")
    awarded = line(elo)
    coordinator.act(awarded, "attest")
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(awarded, "award", as_elective=True).status_code == 200
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(awarded))['id']}"
    same = principal.act(path, "overturn", decision=REASON, as_elective=True)
    assert pointers(same) == {"/amount"}
    assert student.read(awarded)["decided_by"] == str(elo.teacher_of_record.id)
    assert principal.act(path, "overturn", decision=REASON).status_code == 200
    assert student.read(awarded)["is_elective"] is False
    assert student.read(elo.path)["status"] == "credit_awarded"


def test_no_principal_awards_credit_without_proficiencies(
    client: Client, student: Client, principal: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    empty = line(elo, framework_item_ids=[])
    client.as_(elo.teacher_of_record).act(empty, "deny", words="Nothing shown.")
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(empty))['id']}"
    refused = principal.act(path, "overturn", decision=REASON, as_elective=True)
    assert (refused.status_code, code(refused)) == (409, "proficiencies_missing")
    assert principal.read(path)["available_actions"] == ["uphold"]


def test_one_appeal_is_open_at_a_time(
    client: Client, world: World, student: Client, denied: Internship
) -> None:
    path, body = f"{denied.path}/appeals", {"about": "denial", "words": WORDS}
    first = student.made(path, body)
    second = client.as_(world.home.parent).post(path, body)
    assert (second.status_code, code(second)) == (409, "appeal_exists")
    assert second.json["existing"]["id"] == first["id"]
    assert student.act(f"/appeals/{first['id']}", "withdraw").json["status"] == "withdrawn"
    assert client.as_(world.home.parent).post(path, body).status_code == 201


@pytest.mark.parametrize(
    "name",
    ["inspecting_parent", "advisor", "counselor", "elo_coordinator", "school_admin", "auditor"],
)
def test_only_the_student_and_a_deciding_parent_file(
    client: Client, world: World, denied: Internship, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    refused = reader.post(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


@pytest.mark.parametrize("name", ["advisor", "counselor", "elo_coordinator", "inspecting_parent"])
def test_only_a_school_admin_decides(
    client: Client, world: World, student: Client, denied: Internship, name: str
) -> None:
    made = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    reader, path = client.as_(getattr(world.home, name)), f"/appeals/{made['id']}"
    assert reader.read(path)["available_actions"] == []
    refused = reader.act(path, "overturn", decision=REASON)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["school_admin"]


def test_a_parent_reads_the_other_parent_s_appeal_and_does_not_learn_whose_it_is(
    client: Client, world: World, student: Client, denied: Internship
) -> None:
    parent, other = client.as_(world.home.parent), client.as_(world.home.inspecting_parent)
    made = parent.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    path = f"/appeals/{made['id']}"
    assert parent.read(path)["filed_by"] == str(world.home.parent.id)
    assert student.read(path)["filed_by"] == str(world.home.parent.id)
    seen = other.read(path)
    assert (seen["filed_by"], seen["filed_by_name"], seen["words"]) == (None, None, WORDS)
    assert code(student.act(path, "withdraw")) == "action_unavailable"


def test_nobody_decides_an_appeal_against_their_own_decision(
    client: Client, world: World, database: Isolated, student: Client, denied: Internship
) -> None:
    home = world.home
    with writing(database, home) as session:
        coordinator = AppointmentRole.ELO_COORDINATOR
        appoint(session, home, home.school_admin, coordinator, home.school_id)
        session.get(Elo, denied.id).ended_by = home.school_admin.id
    made = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    admin = client.as_(home.school_admin)
    for action in ("uphold", "overturn"):
        refused = admin.act(f"/appeals/{made['id']}", action, decision=REASON)
        assert (refused.status_code, code(refused)) == (409, "action_unavailable")
        assert refused.json["allowed_roles"] == ["school_admin"]
    assert admin.read(APPEALS)["items"] == []


def test_a_teacher_of_record_who_is_principal_does_not_decide_on_their_line(
    client: Client, world: World, database: Isolated, student: Client, denied_line: DeniedLine
) -> None:
    elo, line = denied_line()
    with writing(database, world.home) as session:
        role = AppointmentRole.SCHOOL_ADMIN
        appoint(session, world.home, elo.teacher_of_record, role, world.home.school_id)
    made = student.made(f"{elo.path}/appeals", about_line(line))
    teacher = client.as_(elo.teacher_of_record)
    refused = teacher.act(f"/appeals/{made['id']}", "uphold", decision=REASON)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert teacher.read(APPEALS)["items"] == []


def test_a_principal_who_is_family_decides_nothing(
    client: Client,
    world: World,
    database: Isolated,
    student: Client,
    principal: Client,
    denied: Internship,
) -> None:
    made = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    with writing(database, world.home) as session:
        family = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        who, kind = world.home.school_admin, RelationshipKind.PARENT
        relate(session, world.home, who, world.home.student, kind, **family)
    refused = principal.act(f"/appeals/{made['id']}", "uphold", decision=REASON)
    assert (refused.status_code, code(refused)) == (409, "approver_is_family")
    assert "appeal_to_decide" not in {one["kind"] for one in principal.read(APPEALS)["items"]}


@pytest.mark.parametrize("action", ["terminate", "withdraw"])
def test_no_credit_is_awarded_on_an_elo_that_ended_without(
    student: Client,
    coordinator: Client,
    principal: Client,
    denied_line: DeniedLine,
    action: str,
) -> None:
    elo, line = denied_line()
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(line))['id']}"
    ender = principal if action == "terminate" else coordinator
    assert ender.act(elo.path, action, comment="They moved away.").status_code == 200
    refused = principal.act(path, "overturn", decision=REASON, as_elective=True)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert principal.read(path)["available_actions"] == ["uphold"]
    assert student.act(path, "withdraw").status_code == 200
    again = student.post(f"{elo.path}/appeals", about_line(line))
    assert (again.status_code, code(again)) == (409, "action_unavailable")
    assert student.read(line)["status"] == "denied"


def test_an_appeal_waits_while_the_elo_is_incomplete_and_is_won_once_it_is_evaluated_again(
    student: Client,
    principal: Client,
    denied_line: DeniedLine,
    set_aside: Again,
    evaluated_again: Again,
) -> None:
    elo, line = denied_line()
    path = f"/appeals/{student.made(f'{elo.path}/appeals', about_line(line))['id']}"
    set_aside(elo)
    refused = principal.act(path, "overturn", decision=REASON, as_elective=True)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    evaluated_again(elo)
    won = principal.act(path, "overturn", decision=REASON, as_elective=True)
    assert won.status_code == 200, won.json
    assert student.read(elo.path)["status"] == "credit_awarded"


@pytest.mark.parametrize("status", ["submitted", "design", "active", "withdrawn"])
def test_only_a_denial_is_appealed_as_one(student: Client, internship: At, status: str) -> None:
    path = f"{internship(status).path}/appeals"
    refused = student.post(path, {"about": "denial", "words": WORDS})
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_a_wrong_appeal_is_refused_at_its_place(
    student: Client, internship: At, line: Line, denied_line: DeniedLine
) -> None:
    elo, denied = denied_line()
    other = internship("evaluated")
    path, open_line = f"{elo.path}/appeals", line(other)
    assert pointers(student.post(path, {"about": "credit", "words": WORDS})) == {"/credit_line_id"}
    assert pointers(student.post(path, about_line(open_line))) == {"/credit_line_id"}
    assert pointers(student.post(path, about_line(denied, " "))) == {"/words"}
    both = {**about_line(denied), "about": "denial"}
    assert pointers(student.post(path, both)) == {"/credit_line_id"}
    undecided = student.post(f"{other.path}/appeals", about_line(open_line))
    assert (undecided.status_code, code(undecided)) == (409, "action_unavailable")


def test_an_appeal_about_a_denial_takes_no_credit_and_no_closed_plan(
    world: World, database: Isolated, student: Client, principal: Client, denied: Internship
) -> None:
    made = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    path = f"/appeals/{made['id']}"
    for field, value in {"amount": 1, "as_elective": True}.items():
        refused = principal.act(path, "overturn", decision=REASON, **{field: value})
        assert pointers(refused) == {f"/{field}"}
    with writing(database, world.home) as session:
        session.get(Plan, world.home.student.plan_id).status = "withdrawn"
    refused = principal.act(path, "overturn", decision=REASON)
    assert (refused.status_code, code(refused)) == (409, "plan_closed")
    assert student.read(denied.path)["status"] == "denied"


def test_the_home_school_decides_though_another_hosts_the_student(
    client: Client, world: World, database: Isolated
) -> None:
    placed = world.home.placed
    with writing(database, world.home, world.away) as session:
        elo = add_internship(
            session, world.home, placed, "denied", ended_by=world.home.elo_coordinator.id
        )
    body = {"about": "denial", "words": WORDS}
    made = client.as_(placed).made(f"{elo.path}/appeals", body)
    path = f"/appeals/{made['id']}"
    host = client.as_(world.away.school_admin)
    assert code(host.act(path, "uphold", decision=REASON)) == "permission_denied"
    assert host.read(APPEALS)["items"] == []
    admin = client.as_(world.home.school_admin)
    assert admin.act(path, "uphold", decision=REASON).status_code == 200


def test_appeals_are_listed_for_who_reads_them(
    client: Client,
    world: World,
    student: Client,
    principal: Client,
    denied: Internship,
    denied_line: DeniedLine,
) -> None:
    elo, line = denied_line()
    first = student.made(f"{denied.path}/appeals", {"about": "denial", "words": WORDS})
    second = student.made(f"{elo.path}/appeals", about_line(line))

    def found(reader: Client, query: str = "") -> list[str]:
        items = reader.read(f"/appeals?sort=created_at&{query}")["items"]
        return [one["id"] for one in items]

    assert found(principal) == [first["id"], second["id"]]
    assert found(principal, "about=credit") == [second["id"]]
    assert found(principal, f"elo_id={denied.id}") == [first["id"]]
    assert found(principal, f"credit_line_id={second['credit_line_id']}") == [second["id"]]
    assert found(principal, "status=upheld") == []
    assert found(client.as_(elo.teacher_of_record)) == [second["id"]]
    assert client.as_(world.home.teacher).get("/appeals").status_code == 403
    assert client.as_(elo.others).get(f"/appeals/{first['id']}").status_code == 404
    assert found(client.as_(world.away.school_admin)) == []
    (listed,) = student.read(f"{elo.path}/appeals")["items"]
    assert listed["id"] == second["id"]


@pytest.mark.parametrize("kind", ["credit", "appeals"])
def test_an_order_may_deny_credit_and_appeals(
    client: Client,
    world: World,
    database: Isolated,
    student: Client,
    denied_line: DeniedLine,
    kind: str,
) -> None:
    elo, line = denied_line()
    appeal = student.made(f"{elo.path}/appeals", about_line(line))
    parent, other = client.as_(world.home.parent), client.as_(world.home.inspecting_parent)
    collection = {"credit": "/credit-lines", "appeals": "/appeals"}[kind]
    path = {"credit": line, "appeals": f"/appeals/{appeal['id']}"}[kind]
    assert len(parent.read(collection)["items"]) == 1
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({kind})
    assert parent.get(path).status_code == 404
    assert code(parent.get(f"{elo.path}{collection}")) == "permission_denied"
    assert parent.read(collection)["items"] == []
    assert other.get(path).status_code == 200


def test_whom_an_order_denies_elos_reads_nothing_of_them_by_another_road(
    client: Client,
    world: World,
    database: Isolated,
    denied_line: DeniedLine,
) -> None:
    elo, line_path = denied_line()
    parent, plan = client.as_(world.home.parent), f"/plans/{world.home.student.plan_id}/progress"
    assert parent.read(plan)["elo_hours"]
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"elos"})
    assert not {"elos", "elo_hours"} & parent.read(plan).keys()
    for path in ("hours", "absences", "log-entries", "credit-lines", "appeals"):
        assert parent.get(f"{elo.path}/{path}").status_code == 404, path
    for path in ("/log-entries", "/elo-absences", "/credit-lines", "/appeals"):
        assert parent.read(path)["items"] == [], path
    assert parent.get(line_path).status_code == 404
    appeal = {"about": "denial", "words": "Look again."}
    assert parent.post(f"{elo.path}/appeals", appeal).status_code == 404
