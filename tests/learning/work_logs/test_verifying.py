"""Who saw the work verifies it, corrects or declines it: one entry, or fifty."""

from typing import Any

import pytest

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    ParentKind,
    RelationshipKind,
)
from plp_api.learning.work_logs import actions
from plp_api.learning.work_logs.models import LogEntry
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.elo_world import Internship
from tests.learning.work_logs.conftest import Change, Log
from tests.world import World, ahead, appoint, relate, writing


def test_a_coordinator_verifies_and_the_student_reads_by_whom(
    student: Client, coordinator: Client, world: World, log: Log
) -> None:
    path = log()
    assert coordinator.read(path)["available_actions"] == ["verify", "decline"]
    verified = coordinator.act(path, "verify").json
    assert (verified["status"], verified["verified_minutes"]) == ("verified", 150)
    assert verified["decided_by"] == str(world.home.elo_coordinator.id)
    assert verified["decided_by_name"]
    assert verified["available_actions"] == ["correct", "decline"]
    shown = student.read(path)
    assert shown["decided_by_name"] == verified["decided_by_name"]
    assert shown["decided_at"] is not None
    assert code(coordinator.act(path, "verify")) == "action_repeated"


def test_who_is_on_the_team_verifies_and_who_is_not_does_not_see_it(
    client: Client, teacher: Client, elo: Internship, log: Log
) -> None:
    path, other = log(), client.as_(elo.others)
    assert [f"/log-entries/{one['id']}" for one in teacher.read("/log-entries")["items"]] == [path]
    assert other.act(path, "verify").status_code == 404
    assert teacher.act(path, "verify").json["status"] == "verified"


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "counselor", "school_admin"])
def test_who_reads_it_does_not_verify_it(client: Client, world: World, log: Log, name: str) -> None:
    path, reader = log(), client.as_(getattr(world.home, name))
    assert reader.read(path)["available_actions"] == []
    refused = reader.act(path, "verify")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert "elo_coordinator" in refused.json["allowed_roles"]
    assert "student" not in refused.json["allowed_roles"]


def test_nobody_verifies_their_own_hours_not_even_with_an_office(
    student: Client, world: World, database: Isolated, log: Log
) -> None:
    path = log()
    with writing(database, world.home) as session:
        role = AppointmentRole.ELO_COORDINATOR
        appoint(session, world.home, world.home.student, role, world.home.school_id)
    for action, fields in {"verify": {}, "decline": {"words": "No."}}.items():
        refused = student.act(path, action, **fields)
        assert (refused.status_code, code(refused)) == (409, "log_entry_yours")
    assert student.read(path)["status"] == "pending"


def test_family_on_the_staff_does_not_verify(
    coordinator: Client, world: World, database: Isolated, log: Log
) -> None:
    path = log()
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.elo_coordinator,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )
    refused = coordinator.act(path, "verify")
    assert (refused.status_code, code(refused)) == (409, "approver_is_family")
    assert coordinator.read(path)["available_actions"] == []


def test_the_verifier_corrects_the_minutes(coordinator: Client, student: Client, log: Log) -> None:
    path = log()
    verified = coordinator.act(path, "verify", minutes=120, words="You left at three.").json
    assert (verified["minutes"], verified["verified_minutes"]) == (150, 120)
    assert student.read(path)["words"] == "You left at three."
    again = coordinator.act(path, "correct", minutes=130, words="At ten past.").json
    assert (again["status"], again["verified_minutes"]) == ("verified", 130)
    repeated = coordinator.act(path, "correct", minutes=130, words="At ten past.")
    assert code(repeated) == "action_repeated"


@pytest.mark.parametrize(
    ("action", "fields", "pointer"),
    [
        ("verify", {"minutes": -1}, "/minutes"),
        ("verify", {"minutes": 1441}, "/minutes"),
        ("verify", {"hours": 2}, "/hours"),
        ("decline", {}, "/words"),
        ("decline", {"words": " "}, "/words"),
        ("decline", {"words": "No.", "minutes": 3}, "/minutes"),
        ("correct", {"minutes": 3}, "/words"),
        ("sign", {}, "/action"),
    ],
)
def test_bad_answers_are_refused_at_their_place(
    coordinator: Client, log: Log, action: str, fields: dict[str, Any], pointer: str
) -> None:
    path = log()
    refused = coordinator.act(path, action, **fields)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert coordinator.read(path)["status"] == "pending"


def test_a_declined_entry_is_corrected_by_the_student_and_waits_anew(
    coordinator: Client, student: Client, log: Log
) -> None:
    path = log()
    declined = coordinator.act(path, "decline", words="That was Tuesday.").json
    assert (declined["status"], declined["verified_minutes"]) == ("declined", None)
    assert student.read(path)["words"] == "That was Tuesday."
    waiting = student.patch(path, {"on": ahead(-2)}).json
    assert (waiting["status"], waiting["words"], waiting["decided_by"]) == ("pending", "", None)
    assert coordinator.act(path, "verify").json["status"] == "verified"
    overturned = coordinator.act(path, "decline", words="The nurse was away.").json
    assert (overturned["status"], overturned["verified_minutes"]) == ("declined", None)


def test_fifty_are_verified_in_one_request_each_for_itself(
    coordinator: Client, student: Client, log: Log
) -> None:
    paths = [log(on=ahead(-day)) for day in (1, 2, 3)]
    coordinator.act(paths[1], "verify")
    entries = [coordinator.read(path) for path in paths]
    items: list[dict[str, Any]] = [{"id": one["id"], "version": one["version"]} for one in entries]
    items[2]["minutes"] = 90
    answer = coordinator.post("/log-entries/actions", {"action": "verify", "items": items})
    answers = answer.json["items"]
    assert [one["status"] for one in answers] == [200, 409, 200]
    assert answers[1]["problem"]["code"] == "action_repeated"
    assert answers[2]["resource"]["verified_minutes"] == 90
    assert student.read(paths[0])["status"] == "verified"
    assert {
        one["status"]
        for one in student.post("/log-entries/actions", {"action": "verify", "items": items}).json[
            "items"
        ]
    } <= {403, 412}


@pytest.mark.parametrize("status", ["suspended", "evidence_complete", "withdrawn", "terminated"])
def test_hours_stay_verifiable_when_the_work_is_over(
    coordinator: Client, log: Log, change_elo: Change, status: str
) -> None:
    path = log()
    change_elo(status=status)
    assert coordinator.act(path, "verify").status_code == 200


def test_nothing_in_the_log_changes_once_credit_was_awarded(
    coordinator: Client, log: Log, change_elo: Change
) -> None:
    pending, verified = log(), log(minutes=5)
    coordinator.act(verified, "verify")
    change_elo(status="credit_awarded")
    for path, action, fields in (
        (pending, "verify", {}),
        (pending, "decline", {"words": "No."}),
        (verified, "correct", {"minutes": 9, "words": "More."}),
        (verified, "decline", {"words": "No."}),
    ):
        refused = coordinator.act(path, action, **fields)
        assert (refused.status_code, code(refused)) == (409, "elo_closed"), action
    assert coordinator.read(verified)["available_actions"] == []


# A mentor without an account; the link and its pages are another area's.


def entry_at(session: Any, path: str) -> LogEntry:
    entry: LogEntry = session.get_one(LogEntry, uuid(path.rsplit("/", 1)[-1]))
    return entry


def test_a_mentor_attests_by_a_link_and_the_student_reads_the_name(
    student: Client,
    coordinator: Client,
    database: Isolated,
    world: World,
    elo: Internship,
    log: Log,
) -> None:
    seen, unseen, declined = log(), log(minutes=30), log(minutes=20)
    mentor = actions.Verifier(mentor_id=elo.mentor_id)
    with writing(database, world.home) as session:
        waiting = session.scalars(actions.waiting([elo.id])).all()
        assert {f"/log-entries/{one.id}" for one in waiting} == {seen, unseen, declined}
        actions.attest(entry_at(session, seen), mentor, 140, "Ten minutes late.")
        actions.refuse(entry_at(session, declined), mentor, "Not with me.")
        session.flush()
        assert len(session.scalars(actions.waiting([elo.id])).all()) == 1
        name = session.get_one(Mentor, elo.mentor_id).name
    shown = student.read(seen)
    assert (shown["status"], shown["verified_minutes"]) == ("verified", 140)
    assert shown["mentor"] == {"id": str(elo.mentor_id), "name": name}
    assert (shown["decided_by"], shown["words"]) == (None, "Ten minutes late.")
    assert student.read(declined)["status"] == "declined"
    corrected = coordinator.act(seen, "correct", minutes=150, words="They were on time.").json
    assert (corrected["mentor"], corrected["decided_by_name"] is None) == (None, False)


@pytest.mark.parametrize(
    ("action", "expected"), [("verify", "log_entry_verified"), ("decline", "action_repeated")]
)
def test_a_mentor_decides_on_nothing_twice(
    coordinator: Client,
    database: Isolated,
    world: World,
    elo: Internship,
    log: Log,
    action: str,
    expected: str,
) -> None:
    path = log()
    coordinator.act(path, action, words="Seen.")
    mentor = actions.Verifier(mentor_id=elo.mentor_id)
    with writing(database, world.home) as session:
        entry = entry_at(session, path)
        with pytest.raises(Problem) as refused:
            actions.attest(entry, mentor)
        assert refused.value.code.wire == expected
        with pytest.raises(Problem) as refused:
            actions.refuse(entry, mentor, "Not with me.")
        assert refused.value.code.wire == expected
    assert coordinator.read(path)["mentor"] is None
