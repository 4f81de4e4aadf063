"""Reminders: who is told, how often, and what a mail says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from plp_api.foundation import clock, db, mail, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import Person
from plp_api.learning.calls.models import CallRecipient
from plp_api.learning.calls.reminders import MAIL
from plp_api.server.app import Application
from tests.client import Client, code
from tests.conftest import Live
from tests.databases import Isolated
from tests.learning.calls.conftest import Call, recipient_of
from tests.racing import at_once
from tests.world import World, writing

Sent = Callable[[], list[Any]]


@pytest.fixture
def sent(app: Application, database: Isolated, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Run the waiting mail jobs; return the mails as (to, subject, text)."""
    mailed: list[Any] = []
    with_mail = replace(app.settings, mail_url="smtp://mail.example")
    monkeypatch.setattr(settings, "current", lambda: with_mail)
    monkeypatch.setattr(mail, "send", lambda _settings, *letter: mailed.append(letter))

    def run() -> list[Any]:
        with database.transaction() as session:
            waiting = [one.id for one in session.query(Job).filter_by(kind=MAIL, state="queued")]
            for job_id in waiting:
                assert jobs.claim(job_id, timedelta(minutes=1))
        for job_id in waiting:
            with db.using(database):
                jobs.KINDS[MAIL].run(job_id, lambda progress: None)
        return mailed

    return run


@pytest.fixture(autouse=True)
def _reachable(world: World, database: Isolated) -> None:
    with writing(database, world.home) as session:
        session.get_one(Person, world.home.student.id).email = "pupil@example.org"


def test_a_reminder_says_that_something_is_missing_and_nothing_else(
    world: World, teacher: Client, call: Call, sent: Sent
) -> None:
    path = f"/calls-for-work/{call(title='Quilts', prompt='Of Vermont')['id']}"
    assert teacher.act(path, "remind").status_code == 200
    ((to, subject, text),) = sent()
    assert to == "pupil@example.org"
    assert "Tamarack Union" in text
    for word in ("Quilts", "Vermont", "Teacher", "Student", "Oftam"):
        assert word not in f"{subject} {text}".replace("Tamarack Union", "")


def test_nobody_is_reminded_twice_a_day(
    client: Client, world: World, teacher: Client, call: Call, sent: Sent
) -> None:
    made = call()
    path = f"/calls-for-work/{made['id']}"
    teacher.act(path, "remind")
    assert recipient_of(teacher, made)["reminded_at"] is not None
    again = teacher.act(path, "remind")
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert len(sent()) == 1
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert client.as_(world.home.teacher).act(path, "remind").status_code == 200
        assert len(sent()) == 2


def test_who_is_excused_or_done_is_not_reminded(
    world: World, database: Isolated, teacher: Client, call: Call, sent: Sent
) -> None:
    made = call()
    path = f"/calls-for-work/{made['id']}"
    row = recipient_of(teacher, made)
    teacher.act(path, "remind")
    # They hand in before the mail leaves.
    with writing(database, world.home) as session:
        session.get_one(CallRecipient, UUID(row["id"])).handed_in_at = clock.now()
    assert sent() == []
    refused = teacher.act(path, "remind")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_a_reminder_is_in_the_inbox_without_any_mail(
    world: World, teacher: Client, student: Client, call: Call
) -> None:
    path = f"/calls-for-work/{call()['id']}"
    student.post("/me/inbox/actions", {"action": "mark_read"})
    inbox = "/me/inbox?kind=call_to_answer"
    assert [item["is_unread"] for item in student.read(inbox)["items"]] == [False]
    teacher.act(path, "remind")
    assert [item["is_unread"] for item in student.read(inbox)["items"]] == [True]


@pytest.mark.both_databases
def test_two_clicks_at_once_remind_once(live: Live) -> None:
    home = live.world.home
    teacher = live.client.as_(home.teacher)
    made = teacher.made("/calls-for-work", {"title": "Page", "class_id": str(home.class_id)})
    path = f"/calls-for-work/{made['id']}"
    headers = {"If-Match": teacher.etag(path)}

    def click() -> Any:
        return teacher.post(f"{path}/actions", {"action": "remind"}, headers=headers)

    assert sorted(answer.status_code for answer in at_once(click, click)) == [200, 412]
