"""The other deciding parent is notified that one has answered, without name or text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import db, mail, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.signatures.notices import MAIL
from plp_api.server.app import Application
from tests.databases import Isolated
from tests.world import Somebody, World, writing


@pytest.fixture
def sent(
    app: Application, database: Isolated, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Run the waiting mail jobs; return the mails as (to, subject, text)."""
    mailed = []
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


@pytest.fixture
def reachable(world: World, database: Isolated, father: Somebody) -> Somebody:
    """Both parents have an address."""
    with writing(database, world.home) as session:
        for name in ("parent", "senior_parent"):
            person = session.get(Person, getattr(world.home, name).id)
            person.email = f"{name}@example.org"
    return father


def test_the_other_parent_is_told_that_one_signed(
    world: World, reachable: Somebody, sign: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    assert sign(world.home.parent).status_code == 201
    ((to, subject, text),) = sent()
    assert to == "senior_parent@example.org"
    for word in ("Parent", "Student", "Oftam", world.home.parent.username, "signed_by"):
        assert word not in f"{subject} {text}"
    assert "Tamarack Union" in text


def test_the_other_parent_is_told_that_one_declined(
    world: World, reachable: Somebody, decline: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    decline(world.home.parent, "I will not have it.")
    ((to, _, text),) = sent()
    assert to == "senior_parent@example.org"
    assert "I will not have it." not in text


def test_nobody_is_told_that_the_student_signed(
    world: World, reachable: Somebody, sign: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    sign(world.home.student)
    assert sent() == []


def test_who_has_no_address_is_sent_nothing(
    world: World, father: Somebody, sign: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    assert sign(world.home.parent).status_code == 201
    assert sent() == []


def test_who_decides_no_more_when_it_is_sent_is_told_nothing(
    world: World,
    reachable: Somebody,
    sign: Callable[..., Any],
    sent: Callable[..., Any],
    database: Isolated,
) -> None:
    sign(world.home.parent)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=reachable.id, student_id=world.home.student.id
        )
        tie.update({"may_decide": False})
    assert sent() == []
