"""A link by mail: it is made by the worker, and nobody else ever sees it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import Person, Student
from plp_api.planning.signing import actions, letters
from tests.client import Client, pointers
from tests.planning.signing.conftest import Link, Page
from tests.world import World, writing


@pytest.fixture
def mailed(
    app: Any, world: World, database: Any, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str]]:
    """The mails sent, with mail configured and an address for the parent."""
    chosen = replace(app.settings, mail_url="smtp://mail", public_url="https://plp.example")
    monkeypatch.setattr(app, "settings", chosen)
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(letters, "mail_to", lambda to, text: sent.append((to, text)))
    with writing(database, world.home) as session:
        session.get_one(Person, world.home.parent.id).email = "family@example.org"
    return sent


RUNS = {actions.MAIL_LINK: actions.mail_link, actions.MAIL_CODE: actions.mail_code}


def run_job(app: Any, database: Any, kind: str = actions.MAIL_LINK) -> None:
    with database.transaction() as session:
        job_id: UUID = session.scalars(select(Job.id).where(Job.kind == kind)).one()
    with settings_module.using(app.settings), db.using(database):
        RUNS[kind](job_id, lambda *_: None)


def test_a_mailed_link_is_in_the_mail_alone_and_names_nobody(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: list[tuple[str, str]],
) -> None:
    counselor = client.as_(world.home.counselor)
    made = counselor.made(f"{in_force}/signing-links", {**order, "delivery": "mail"})
    assert not {"url", "letter"} & made.keys()
    assert made["code_by"] == "issuer"
    run_job(app, database)
    ((to, text),) = mailed
    assert to == "family@example.org"
    for name in ("Student", "Parent", "Advisor", made["code"]):
        assert name not in text
    link = link_in(client, made, text, made["code"])
    assert "You have signed" in Page(link.sign().text).words


def test_a_link_ended_before_it_was_mailed_is_not_sent(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: list[Any],
) -> None:
    advisor = client.as_(world.home.advisor)
    made = advisor.made(f"{in_force}/signing-links", {**order, "delivery": "mail"})
    advisor.send("DELETE", f"/signing-links/{made['id']}")
    run_job(app, database)
    assert mailed == []


def link_in(client: Client, made: dict[str, Any], text: str, code: str | None) -> Link:
    """The link of a letter."""
    url = next(line.strip() for line in text.splitlines() if "https://plp.example/sign/" in line)
    return Link(client, made["id"], "/" + url.removeprefix("https://plp.example"), code)


def test_the_code_of_a_printed_link_is_mailed_and_told_to_nobody_else(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: list[tuple[str, str]],
) -> None:
    made = client.as_(world.home.counselor).made(f"{in_force}/signing-links", order)
    assert made["code_by"] == "mail"
    assert "code" not in made
    run_job(app, database, actions.MAIL_CODE)
    ((to, text),) = mailed
    assert to == "family@example.org"
    assert "/sign/" not in text
    (secret,) = re.findall(r"\b\d{6}\b", text)
    path = "/" + made["url"].removeprefix("https://plp.example")
    link = Link(client, made["id"], path, secret)
    assert "You have signed" in Page(link.sign().text).words


def test_the_birth_date_lets_in_who_knows_it_by_a_mailed_link_alone(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: list[tuple[str, str]],
) -> None:
    asked = {**order, "identity_check": "birth_date"}
    counselor = client.as_(world.home.counselor)
    for who, more in ((counselor, {}), (client.as_(world.home.advisor), {"delivery": "mail"})):
        refused = who.post(f"{in_force}/signing-links", {**asked, **more})
        assert pointers(refused) == {"/identity_check"}
    made = counselor.made(f"{in_force}/signing-links", {**asked, "delivery": "mail"})
    run_job(app, database)
    link = link_in(client, made, mailed[0][1], None)
    with writing(database, world.home) as session:
        born: date = session.get_one(Student, world.home.student.id).birth_date
    assert _answer(link, born - timedelta(days=1)).status_code == 422
    assert "Student" in Page(_answer(link, born).text).words


def _answer(link: Link, day: date) -> Any:
    return link.post(step="identify", year=str(day.year), month=str(day.month), day=str(day.day))
