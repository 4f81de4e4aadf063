"""Credit lines: proposed by the coordinator, each decided by its own teacher of record."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.credit.conftest import Again, Items, Line
from tests.learning.elo_world import PROFILE, Internship, add_hosted, assign
from tests.learning.elos.conftest import At
from tests.learning.interests.conftest import middle
from tests.world import World, relate, writing

__all__ = ["middle"]


def second_teacher(world: World, database: Isolated, elo: Internship) -> Any:
    """The teacher who had no part in the ELO, now a teacher of record of it too."""
    with writing(database, world.home) as session:
        role, who = AssignmentRole.TEACHER_OF_RECORD, elo.others.id
        assign(session, world.home, elo, world.home.student, role, person_id=who)
    return elo.others


def test_a_line_names_area_amount_proficiencies_and_its_teacher(
    student: Client, internship: At, line: Line, items: Items
) -> None:
    elo = internship("design")
    shown = student.read(line(elo))
    assert (shown["area"], shown["amount"], shown["status"]) == ("Science", 0.5, "proposed")
    assert shown["teacher_of_record_id"] == str(elo.teacher_of_record.id)
    assert shown["teacher_of_record_name"]
    assert [one["code"] for one in shown["framework_items"]] == ["W.1"]
    assert (shown["elo_title"], shown["is_elective"]) == ("Nursing at the clinic", True)
    assert shown["available_actions"] == []
    assert student.read(f"{elo.path}/credit-lines")["items"] == [shown]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_credit_is_not_proposed_before_the_elo_is_accepted(
    coordinator: Client, internship: At, status: str
) -> None:
    elo = internship(status)
    body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.teacher_of_record.id)}
    refused = coordinator.post(f"{elo.path}/credit-lines", body)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


@pytest.mark.parametrize("status", ["denied", "credit_awarded", "withdrawn", "terminated"])
def test_no_line_is_added_once_the_elo_has_ended(
    coordinator: Client, internship: At, status: str
) -> None:
    elo = internship(status)
    body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.teacher_of_record.id)}
    refused = coordinator.post(f"{elo.path}/credit-lines", body)
    assert (refused.status_code, code(refused)) == (409, "elo_closed")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"amount": 0}, "/amount"),
        ({"amount": -1}, "/amount"),
        ({"amount": 100}, "/amount"),
        ({"amount": 0.125}, "/amount"),
        ({"area": " "}, "/area"),
        (
            {"framework_item_ids": ["0198a3c1-7b1e-7c3a-9d55-2f6f0c1d2e3f"]},
            "/framework_item_ids/0",
        ),
        (
            {"teacher_of_record_id": "0198a3c1-7b1e-7c3a-9d55-2f6f0c1d2e3f"},
            "/teacher_of_record_id",
        ),
        ({"status": "awarded"}, "/status"),
        ({"is_elective": False}, "/is_elective"),
    ],
)
def test_a_wrong_line_is_refused_at_its_place(
    coordinator: Client, internship: At, changed: dict[str, Any], pointer: str
) -> None:
    elo = internship("active")
    body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.teacher_of_record.id)}
    refused = coordinator.post(f"{elo.path}/credit-lines", {**body, **changed})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_a_line_s_teacher_is_a_teacher_of_record_of_the_elo(
    coordinator: Client, internship: At
) -> None:
    elo = internship("active")
    for name in ("cooperating_teacher", "others"):
        body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.team[name].id)}
        refused = coordinator.post(f"{elo.path}/credit-lines", body)
        assert pointers(refused) == {"/teacher_of_record_id"}, name


def test_a_retired_item_is_no_proficiency_to_name(
    world: World, database: Isolated, coordinator: Client, internship: At, items: Items
) -> None:
    elo = internship("active")
    with writing(database, world.home) as session:
        session.get(FrameworkItem, items["W.1"]).retired_on = clock.today()
    body = {
        "area": "Art",
        "amount": 1,
        "teacher_of_record_id": str(elo.teacher_of_record.id),
        "framework_item_ids": [str(items["W.2"]), str(items["W.1"])],
    }
    refused = coordinator.post(f"{elo.path}/credit-lines", body)
    assert code(refused) == "framework_item_retired"
    assert pointers(refused) == {"/framework_item_ids/1"}


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "counselor", "school_admin"])
def test_only_a_coordinator_writes_lines(
    client: Client, world: World, internship: At, line: Line, name: str
) -> None:
    elo = internship("active")
    path, reader = line(elo), client.as_(getattr(world.home, name))
    assert reader.read(path)["available_actions"] == []
    for refused in (
        reader.post(f"{elo.path}/credit-lines", {}),
        reader.patch(path, {"amount": 2}),
        reader.delete(path),
        reader.act(path, "attest"),
        reader.act(path, "award"),
    ):
        assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_registrar_reads_lines_of_an_elo_that_they_do_not_read(
    client: Client, world: World, internship: At, line: Line
) -> None:
    elo = internship("active")
    path, registrar = line(elo), client.as_(world.home.registrar)
    assert registrar.get(elo.path).status_code == 404
    (shown,) = registrar.read(f"{elo.path}/credit-lines")["items"]
    assert (shown["elo_title"], shown["available_actions"]) == ("Nursing at the clinic", [])
    assert code(registrar.patch(path, {"amount": 2})) == "permission_denied"


# The licence.


def test_a_coordinator_attests_to_the_licence_and_takes_it_back(
    coordinator: Client, internship: At, line: Line
) -> None:
    path = line(internship("active"))
    assert coordinator.read(path)["available_actions"] == ["attest"]
    attested = coordinator.act(path, "attest").json
    assert (attested["is_elective"], bool(attested["licence_attested_by_name"])) == (False, True)
    assert code(coordinator.act(path, "attest")) == "action_repeated"
    taken_back = coordinator.act(path, "withdraw_attestation").json
    assert (taken_back["is_elective"], taken_back["licence_attested_by"]) == (True, None)
    assert code(coordinator.act(path, "withdraw_attestation")) == "action_unavailable"


@pytest.mark.parametrize("member", ["area", "teacher_of_record_id", "amount"])
def test_another_area_or_teacher_needs_another_attestation(
    world: World, database: Isolated, coordinator: Client, internship: At, line: Line, member: str
) -> None:
    elo = internship("active")
    path, other = line(elo), second_teacher(world, database, elo)
    assert coordinator.act(path, "attest").status_code == 200
    values = {"area": "Health", "teacher_of_record_id": str(other.id), "amount": 1}
    changed = coordinator.patch(path, {member: values[member]}).json
    assert changed[member] == values[member]
    assert changed["is_elective"] == (member != "amount")


def test_nobody_attests_to_their_own_licence(
    world: World, database: Isolated, coordinator: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    me = world.home.elo_coordinator
    with writing(database, world.home) as session:
        role = AssignmentRole.TEACHER_OF_RECORD
        assign(session, world.home, elo, world.home.student, role, person_id=me.id)
    path = line(elo, teacher_of_record_id=str(me.id))
    refused = coordinator.act(path, "attest")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["elo_coordinator"]
    assert coordinator.act(path, "award", as_elective=True).json["is_elective"] is True


def test_who_decides_as_the_teacher_s_delegate_attests_to_nothing(
    world: World, database: Isolated, coordinator: Client, internship: At, line: Line
) -> None:
    elo, me = internship("evaluated"), world.home.elo_coordinator
    attested, path = line(elo, area="Health"), line(elo)
    assert coordinator.act(attested, "attest").status_code == 200
    with writing(database, world.home) as session:
        role = AssignmentRole.TEACHER_OF_RECORD
        own = session.query(Assignment).filter_by(subject_id=elo.id, role=role).one()
        delegate = {"person_id": me.id, "delegate_of_id": own.id}
        assign(session, world.home, elo, world.home.student, role, **delegate)
    refused = coordinator.act(path, "attest")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["elo_coordinator"]
    assert code(coordinator.act(attested, "award")) == "action_unavailable"
    assert coordinator.act(path, "award", as_elective=True).json["is_elective"] is True


def test_the_school_that_runs_it_proposes_its_credit(
    world: World, database: Isolated, coordinator: Client, middle: Client
) -> None:
    with writing(database, world.home) as session:
        elo = add_hosted(session, world.home, "evaluated")
    path = f"{elo.path}/credit-lines"
    body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.teacher_of_record.id)}
    refused = coordinator.post(path, body)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["elo_coordinator"]
    line = f"/credit-lines/{middle.made(path, body)['id']}"
    assert coordinator.read(line)["available_actions"] == []
    assert code(coordinator.act(line, "attest")) == "action_unavailable"
    assert code(coordinator.patch(line, {"amount": 2})) == "action_unavailable"
    assert code(coordinator.delete(line)) == "action_unavailable"
    assert middle.act(line, "attest").status_code == 200


# The decision.


def test_the_teacher_of_record_awards_and_the_elo_has_its_credit(
    client: Client, coordinator: Client, student: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path, teacher = line(elo), client.as_(elo.teacher_of_record)
    coordinator.act(path, "attest")
    assert teacher.read(path)["available_actions"] == ["award", "deny"]
    awarded = teacher.act(path, "award", words="She explained triage.").json
    assert (awarded["status"], awarded["is_elective"]) == ("awarded", False)
    assert awarded["decided_by"] == str(elo.teacher_of_record.id)
    assert awarded["words"] == "She explained triage."
    assert student.read(elo.path)["status"] == "credit_awarded"
    assert code(teacher.act(path, "award")) == "action_repeated"
    for refused in (coordinator.patch(path, {"amount": 2}), coordinator.delete(path)):
        assert (refused.status_code, code(refused)) == (409, "credit_line_decided")


def test_a_content_area_without_its_teacher_is_elective_credit_and_only_if_that_is_said(
    client: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path, teacher = line(elo), client.as_(elo.teacher_of_record)
    refused = teacher.act(path, "award")
    assert (refused.status_code, code(refused)) == (409, "credit_elective")
    assert teacher.read(path)["status"] == "proposed"
    awarded = teacher.act(path, "award", as_elective=True).json
    assert (awarded["status"], awarded["is_elective"]) == ("awarded", True)


def test_hours_alone_earn_no_credit(
    client: Client, coordinator: Client, internship: At, line: Line, items: Items
) -> None:
    elo = internship("evaluated")
    path, teacher = line(elo, framework_item_ids=[]), client.as_(elo.teacher_of_record)
    assert teacher.read(path)["available_actions"] == ["deny"]
    refused = teacher.act(path, "award", as_elective=True)
    assert (refused.status_code, code(refused)) == (409, "proficiencies_missing")
    coordinator.patch(path, {"framework_item_ids": [str(items["S.1"])]})
    assert teacher.act(path, "award", as_elective=True).status_code == 200


@pytest.mark.parametrize("name", ["cooperating_teacher", "panel_member", "licensed_supervisor"])
def test_no_other_of_the_team_decides(
    client: Client, internship: At, line: Line, name: str
) -> None:
    elo = internship("evaluated")
    path, other = line(elo), client.as_(elo.team[name])
    answers: dict[str, Any] = {"award": {"as_elective": True}, "deny": {"words": "No."}}
    for action, fields in answers.items():
        refused = other.act(path, action, **fields)
        assert (refused.status_code, code(refused)) == (403, "teacher_not_of_record")
        assert refused.json["allowed_roles"] == ["team_member"]
    assert client.as_(elo.others).get(path).status_code == 404


def test_each_line_has_a_teacher_of_its_own_and_the_elo_waits_for_all(
    client: Client, world: World, database: Isolated, student: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    other = second_teacher(world, database, elo)
    science, health = line(elo), line(elo, area="Health", teacher_of_record_id=str(other.id))
    first, second = client.as_(elo.teacher_of_record), client.as_(other)
    assert code(first.act(health, "award", as_elective=True)) == "teacher_not_of_record"
    assert code(second.act(science, "deny", words="No.")) == "teacher_not_of_record"
    assert first.act(science, "deny", words="Not yet.").json["status"] == "denied"
    assert student.read(elo.path)["status"] == "evaluated"
    assert second.act(health, "award", as_elective=True).status_code == 200
    assert student.read(elo.path)["status"] == "credit_awarded"


def test_where_every_line_is_denied_no_credit_is_awarded(
    client: Client, student: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path, teacher = line(elo), client.as_(elo.teacher_of_record)
    assert pointers(teacher.act(path, "deny")) == {"/words"}
    assert teacher.act(path, "deny", words="Not shown.").status_code == 200
    assert student.read(elo.path)["status"] == "evaluated"
    assert student.read(path)["words"] == "Not shown."


def test_when_the_last_line_not_decided_is_removed_the_credit_is_awarded(
    client: Client, coordinator: Client, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    science, health = line(elo), line(elo, area="Health")
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(science, "award", as_elective=True).status_code == 200
    assert coordinator.read(elo.path)["status"] == "evaluated"
    assert coordinator.delete(health).status_code == 204
    assert coordinator.read(elo.path)["status"] == "credit_awarded"


@pytest.mark.parametrize("status", ["design", "active", "evidence_complete", "presented"])
def test_credit_is_decided_after_the_evaluation(
    client: Client, internship: At, line: Line, status: str
) -> None:
    elo = internship(status)
    refused = client.as_(elo.teacher_of_record).act(line(elo), "award", as_elective=True)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert "once it is evaluated" in refused.json["detail"]


def test_ten_hours_of_service_need_no_panel_and_no_evaluation(
    client: Client, internship: At, line: Line
) -> None:
    skipping = {**PROFILE, "skipped_states": ["presented", "evaluated"]}
    elo = internship("evidence_complete", type="community_service", profile=skipping)
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(line(elo), "award", as_elective=True).status_code == 200
    assert teacher.read(elo.path)["status"] == "credit_awarded"


def test_a_delegate_of_the_teacher_decides_while_both_are_on_the_team(
    client: Client, world: World, database: Isolated, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path, role = line(elo), AssignmentRole.TEACHER_OF_RECORD
    with writing(database, world.home) as session:
        own = session.query(Assignment).filter_by(subject_id=elo.id, role=role).one()
        delegate = {"person_id": elo.others.id, "delegate_of_id": own.id}
        assign(session, world.home, elo, world.home.student, role, **delegate)
        own.ends_on = own.starts_on
    assert client.as_(elo.others).get(path).status_code == 404
    with writing(database, world.home) as session:
        own = (
            session.query(Assignment)
            .filter_by(subject_id=elo.id, role=role, delegate_of_id=None)
            .one()
        )
        own.ends_on = None
    awarded = client.as_(elo.others).act(path, "award", as_elective=True).json
    assert awarded["decided_by"] == str(elo.others.id)


def test_a_teacher_who_left_the_team_decides_nothing_and_the_line_goes_to_another(
    client: Client,
    world: World,
    database: Isolated,
    coordinator: Client,
    internship: At,
    line: Line,
) -> None:
    elo = internship("evaluated")
    path, other = line(elo), second_teacher(world, database, elo)
    with writing(database, world.home) as session:
        role, who = AssignmentRole.TEACHER_OF_RECORD, elo.teacher_of_record.id
        own = {"subject_id": elo.id, "role": role, "person_id": who}
        left = session.query(Assignment).filter_by(**own).one()
        left.ends_on = left.starts_on
    assert client.as_(elo.teacher_of_record).get(path).status_code == 404
    assert code(client.as_(other).act(path, "deny", words="No.")) == "teacher_not_of_record"
    assert coordinator.patch(path, {"teacher_of_record_id": str(other.id)}).status_code == 200
    assert client.as_(other).act(path, "award", as_elective=True).status_code == 200


def test_family_on_the_staff_neither_proposes_nor_decides(
    client: Client,
    world: World,
    database: Isolated,
    coordinator: Client,
    internship: At,
    line: Line,
) -> None:
    elo = internship("evaluated")
    path = line(elo)
    with writing(database, world.home) as session:
        family = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        for who in (elo.teacher_of_record, world.home.elo_coordinator):
            kind = RelationshipKind.PARENT
            relate(session, world.home, who, world.home.student, kind, **family)
    teacher = client.as_(elo.teacher_of_record)
    assert code(teacher.act(path, "award", as_elective=True)) == "permission_denied"
    assert code(coordinator.act(path, "attest")) == "approver_is_family"
    assert code(coordinator.patch(path, {"amount": 2})) == "actor_is_family"
    assert code(coordinator.delete(path)) == "actor_is_family"
    body = {"area": "Art", "amount": 1, "teacher_of_record_id": str(elo.teacher_of_record.id)}
    assert code(coordinator.post(f"{elo.path}/credit-lines", body)) == "actor_is_family"


def test_a_teacher_decides_many_in_one_request(client: Client, internship: At, line: Line) -> None:
    elo = internship("evaluated")
    teacher = client.as_(elo.teacher_of_record)
    found = [teacher.read(line(elo, area=area)) for area in ("Science", "Health", "Civics")]
    items = [{"id": one["id"], "version": one["version"]} for one in found]
    body = {"action": "award", "as_elective": True, "items": items}
    answers = teacher.post("/credit-lines/actions", body).json["items"]
    assert [one["status"] for one in answers] == [200] * 3
    assert teacher.read(elo.path)["status"] == "credit_awarded"


def test_events_do_not_tell_how_it_was_decided(
    client: Client, world: World, database: Isolated, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path = line(elo)
    client.as_(elo.teacher_of_record).act(path, "deny", words="Not shown.")
    with writing(database, world.home) as session:
        noted = select(Event).where(Event.type.like("credit_line.%"))
        events = {one.type: one.payload for one in session.scalars(noted)}
        stir = session.get(Elo, elo.id).version
    assert events["credit_line.decided"] == {"elo_id": str(elo.id)}
    assert stir > 1, "the ELO has a new version"


def test_lists_show_what_a_reader_reaches_and_are_filtered(
    client: Client, world: World, internship: At, line: Line
) -> None:
    elo, other = internship("evaluated"), internship("active")
    mine = [line(elo), line(elo, area="Health"), line(other)]
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(mine[0], "award", as_elective=True).status_code == 200

    def found(reader: Client, query: str = "") -> list[str]:
        items = reader.read(f"/credit-lines?sort=created_at&{query}")["items"]
        return [f"/credit-lines/{one['id']}" for one in items]

    assert found(teacher) == mine[:2]
    assert found(teacher, "status=proposed") == mine[1:2]
    who = elo.teacher_of_record.id
    coordinator = client.as_(world.home.elo_coordinator)
    assert found(coordinator, f"teacher_of_record_id={who}") == mine[:2]
    assert found(coordinator, "area=Health&area=Civics") == mine[1:2]
    assert found(coordinator, "is_elective=true") == mine
    assert found(coordinator, f"elo_id={other.id}") == mine[2:]
    assert found(coordinator, f"elo_school_id={world.home.school_id}") == mine
    assert found(coordinator, f"elo_school_id={world.home.other_school_id}") == []
    assert found(client.as_(world.home.other_student)) == []
    assert client.as_(world.away.elo_coordinator).get(mine[0]).status_code == 404


def test_an_elo_whose_lines_were_decided_before_it_was_incomplete_is_awarded_when_evaluated_again(
    client: Client,
    student: Client,
    coordinator: Client,
    internship: At,
    line: Line,
    set_aside: Again,
    evaluated_again: Again,
) -> None:
    elo = internship("evaluated")
    awarded, other = line(elo), line(elo, area="Health")
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(awarded, "award", as_elective=True).status_code == 200
    set_aside(elo)
    version = coordinator.get(other).headers["ETag"]
    assert coordinator.delete(other, headers={"If-Match": version}).status_code == 204
    assert student.read(elo.path)["status"] == "incomplete"
    evaluated_again(elo)
    assert student.read(elo.path)["status"] == "credit_awarded"


def test_a_class_teacher_who_is_not_on_the_elo_reads_no_credit(
    client: Client, world: World, internship: At, line: Line
) -> None:
    elo = internship("evaluated")
    path, teacher = line(elo), client.as_(world.home.teacher)
    assert teacher.read(elo.path)["id"] == str(elo.id)
    assert teacher.get(path).status_code == 404
    assert code(teacher.get("/credit-lines")) == "permission_denied"
    assert client.as_(elo.teacher_of_record).get(path).status_code == 200
