"""Answering a call for work with an artifact: who then reads it, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.models import Person
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from tests.client import Client, Response, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.learning.portfolios.conftest import Keep
from tests.racing import at_once
from tests.world import World, writing


@pytest.fixture
def teacher(client: Client, world: World) -> Client:
    return client.as_(world.home.teacher)


@pytest.fixture
def call(teacher: Client, world: World) -> str:
    """The address of the teacher's call to their class."""
    sent = {"title": "Best page", "class_id": str(world.home.class_id)}
    return f"/calls-for-work/{teacher.made('/calls-for-work', sent)['id']}"


@pytest.fixture
def recipient(teacher: Client, call: str) -> str:
    """The address of the row of the student at home."""
    (row,) = teacher.read(f"{call}/recipients")["items"]
    return f"/call-recipients/{row['id']}"


def answer(student: Client, recipient: str, work: Work) -> Response:
    headers = {"If-Match": student.etag(recipient)}
    sent = {"artifact_id": str(work.id)}
    return student.send("PUT", f"{recipient}/answer", json=sent, headers=headers)


def take_back(student: Client, recipient: str) -> Response:
    headers = {"If-Match": student.etag(recipient)}
    return student.send("DELETE", f"{recipient}/answer", headers=headers)


def reads(database: Isolated, world: World, who: Any, work: Work) -> bool:
    """Whether the person may read the artifact today."""
    with writing(database, world.home) as session:
        person = session.get_one(Person, who.id)
        access = Access(callers.absent(person, clock.today()))
        try:
            access.load(Artifact, work.id, Permission.ARTIFACTS_READ)
        except Problem:
            return False
        return True


def test_whoever_called_reads_the_answer_until_it_is_taken_back(
    client: Client,
    world: World,
    database: Isolated,
    student: Client,
    teacher: Client,
    recipient: str,
    call: str,
    keep: Keep,
) -> None:
    work, other = keep(), keep()
    assert not reads(database, world, world.home.teacher, work)
    answered = answer(student, recipient, work)
    assert answered.status_code == 200
    assert (answered.json["state"], answered.json["artifact_id"]) == ("handed_in", str(work.id))
    assert reads(database, world, world.home.teacher, work)
    assert not reads(database, world, world.home.teacher, other)
    assert teacher.read(recipient)["artifact_id"] == str(work.id)
    assert teacher.read(call)["counts"]["handed_in"] == 1
    assert teacher.read(f"{call}/recipients?state=awaited")["items"] == []
    assert take_back(student, recipient).status_code == 204
    assert not reads(database, world, world.home.teacher, work)
    row = teacher.read(recipient)
    assert (row["state"], row["handed_in_at"], row["artifact_id"]) == ("awaited", None, None)
    assert take_back(student, recipient).status_code == 404


def test_whoever_called_reads_the_answer_some_days_after_closing(
    world: World,
    database: Isolated,
    student: Client,
    teacher: Client,
    recipient: str,
    call: str,
    keep: Keep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work, today = keep(), clock.today()
    answer(student, recipient, work)

    def is_read(days: int) -> bool:
        with monkeypatch.context() as later:
            later.setattr(clock, "today", lambda *_: today + timedelta(days))
            return reads(database, world, world.home.teacher, work)

    assert is_read(100)
    assert teacher.act(call, "close").status_code == 200
    assert [is_read(0), is_read(13), is_read(14)] == [True, True, False]
    assert teacher.act(call, "reopen").status_code == 200
    assert is_read(100)
    assert teacher.act(call, "close").status_code == 200
    assert not is_read(14)


CHANGES: dict[str, Callable[[Client, Work], Response]] = {
    "a version": lambda student, work: student.post(
        f"{work.path}/versions", {"parts": [{"kind": "text", "text": "Since then."}]}
    ),
    "a reflection": lambda student, work: student.post(
        f"{work.path}/reflections", {"answers": [{"key": "what", "text": "Since then."}]}
    ),
    "other words": lambda student, work: student.patch(work.path, {"description": "Since then."}),
    "putting it away": lambda student, work: student.act(work.path, "archive"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_reads_for_a_closed_call_what_the_student_did_since(
    student: Client,
    teacher: Client,
    advisor: Client,
    recipient: str,
    call: str,
    keep: Keep,
    change: str,
) -> None:
    work = keep()
    answer(student, recipient, work)
    assert teacher.act(call, "close").status_code == 200
    assert teacher.get(work.path).status_code == 200
    assert CHANGES[change](student, work).status_code in {200, 201}
    for path in (work.path, f"{work.path}/versions", f"{work.path}/reflections"):
        assert teacher.get(path).status_code in {403, 404}, path
    assert advisor.get(work.path).status_code == 200
    # Whoever calls again for it reads it again.
    assert teacher.act(call, "reopen").status_code == 200
    assert teacher.get(work.path).status_code == 200
    assert take_back(student, recipient).status_code == 204
    assert teacher.get(work.path).status_code in {403, 404}


def test_another_teacher_sees_that_it_was_answered_and_not_by_what(
    client: Client, world: World, student: Client, recipient: str, keep: Keep
) -> None:
    answer(student, recipient, keep())
    for name, sees in (("parent", True), ("advisor", True), ("counselor", True)):
        row = client.as_(getattr(world.home, name)).read(recipient)
        assert (row["state"], row["artifact_id"] is not None) == ("handed_in", sees), name


def test_an_advisor_who_called_reads_it_without_being_assigned(
    world: World, database: Isolated, student: Client, advisor: Client, keep: Keep
) -> None:
    sent = {"title": "Page", "student_ids": [str(world.home.student.id)]}
    call = advisor.made("/calls-for-work", sent)
    (row,) = advisor.read(f"/calls-for-work/{call['id']}/recipients")["items"]
    work = keep()
    assert answer(student, f"/call-recipients/{row['id']}", work).status_code == 200
    with writing(database, world.home) as session:
        assigned = select(Assignment).where(Assignment.subject_id == work.id)
        assert session.scalars(assigned).all() == []


def test_an_answer_is_replaced_and_the_first_is_the_student_s_own_again(
    world: World,
    database: Isolated,
    student: Client,
    recipient: str,
    keep: Keep,
) -> None:
    first, second = keep(), keep()
    answer(student, recipient, first)
    assert answer(student, recipient, second).json["artifact_id"] == str(second.id)
    assert not reads(database, world, world.home.teacher, first)
    assert reads(database, world, world.home.teacher, second)
    before = student.read(recipient)
    assert answer(student, recipient, second).json == before


def test_what_cannot_answer_is_refused_by_name(
    world: World, student: Client, teacher: Client, recipient: str, call: str, keep: Keep
) -> None:
    draft, archived = keep(status=ArtifactStatus.DRAFT), keep(status=ArtifactStatus.ARCHIVED)
    assert code(answer(student, recipient, draft)) == "artifact_is_draft"
    assert code(answer(student, recipient, archived)) == "artifact_archived"
    assert pointers(answer(student, recipient, keep(world.home.senior))) == {"/artifact_id"}
    work = keep()
    answer(student, recipient, work)
    sent = {"title": "Other", "class_id": str(world.home.class_id)}
    other = teacher.made("/calls-for-work", sent)
    (row,) = teacher.read(f"/calls-for-work/{other['id']}/recipients")["items"]
    twice = answer(student, f"/call-recipients/{row['id']}", work)
    assert (twice.status_code, code(twice)) == (409, "call_answered")
    assert teacher.act(call, "close").status_code == 200
    for refused in (answer(student, recipient, keep()), take_back(student, recipient)):
        assert (refused.status_code, code(refused)) == (409, "call_closed")


def test_what_answers_a_call_is_not_deleted_until_it_is_taken_back(
    world: World, database: Isolated, student: Client, recipient: str, keep: Keep
) -> None:
    work = keep()
    answer(student, recipient, work)
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = ArtifactStatus.DRAFT
    refused = student.delete(work.path)
    assert (refused.status_code, code(refused)) == (409, "artifact_relied_on")
    assert take_back(student, recipient).status_code == 204
    assert student.delete(work.path).status_code == 204


def test_what_answers_a_call_may_be_archived_and_has_answered_it(
    student: Client, teacher: Client, recipient: str, keep: Keep
) -> None:
    work = keep()
    answer(student, recipient, work)
    assert student.act(work.path, "archive").status_code == 200
    row = teacher.read(recipient)
    assert (row["state"], row["artifact_id"]) == ("handed_in", str(work.id))
    assert teacher.read(work.path)["status"] == "archived"


def test_only_the_student_answers(client: Client, world: World, recipient: str, keep: Keep) -> None:
    work = keep()
    for name in ("parent", "advisor", "teacher", "counselor"):
        by = client.as_(getattr(world.home, name))
        assert answer(by, recipient, work).status_code == 403, name
        assert take_back(by, recipient).status_code == 403, name
    assert answer(client.as_(world.home.senior), recipient, work).status_code == 404


def test_an_excused_student_may_answer_all_the_same(
    student: Client, teacher: Client, recipient: str, keep: Keep
) -> None:
    assert teacher.act(recipient, "excuse").json["state"] == "excused"
    assert answer(student, recipient, keep()).json["state"] == "handed_in"
    take_back(student, recipient)
    assert teacher.read(recipient)["state"] == "excused"


def test_in_the_inbox_work_waits_for_the_student_and_its_answer_is_new_to_the_caller(
    client: Client, world: World, student: Client, teacher: Client, recipient: str, keep: Keep
) -> None:
    path = "/me/inbox?kind=call_to_answer&kind=call_answered"
    (item,) = student.read(path)["items"]
    assert (item["kind"], item["group"]) == ("call_to_answer", "waiting")
    assert (item["title"], item["link"]) == ("Work asked for: Best page", f"/api/v1{recipient}")
    assert item["actor_id"] == str(world.home.teacher.id)
    assert teacher.read(path)["items"] == []
    answer(student, recipient, keep())
    assert student.read(path)["items"] == []
    (item,) = teacher.read(path)["items"]
    assert (item["kind"], item["group"]) == ("call_answered", "new")
    assert item["student"]["id"] == str(world.home.student.id)
    for name in ("parent", "advisor", "school_admin"):
        assert client.as_(getattr(world.home, name)).read(path)["items"] == [], name


def test_a_closed_call_waits_for_nobody(
    student: Client, teacher: Client, call: str, recipient: str
) -> None:
    assert teacher.act(call, "close").status_code == 200
    assert student.read("/me/inbox?kind=call_to_answer")["items"] == []


@pytest.mark.both_databases
def test_two_answers_at_once_leave_one(live: Live) -> None:
    home = live.world.home
    teacher, student = live.client.as_(home.teacher), live.client.as_(home.student)
    sent = {"title": "Best page", "class_id": str(home.class_id)}
    call = teacher.made("/calls-for-work", sent)
    (row,) = teacher.read(f"/calls-for-work/{call['id']}/recipients")["items"]
    recipient = f"/call-recipients/{row['id']}"
    with writing(live.database, home) as session:
        works = [add_artifact(session, home) for _ in range(2)]
    headers = {"If-Match": student.etag(recipient)}

    def send(work: Work) -> Any:
        chosen = {"artifact_id": str(work.id)}
        return student.send("PUT", f"{recipient}/answer", json=chosen, headers=headers)

    answers = at_once(*(lambda work=work: send(work) for work in works))
    assert sorted(each.status_code for each in answers) == [200, 412]
    with writing(live.database, home) as session:
        found = select(Artifact).where(Artifact.call_recipient_id == UUID(row["id"]))
        assert len(session.scalars(found).all()) == 1
