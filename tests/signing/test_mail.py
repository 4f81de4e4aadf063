"""A link by mail: it is made by the worker, and nobody else ever sees it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api import db
from plp_api import settings as settings_module
from plp_api.jobs.models import Job
from plp_api.people.models import Person
from plp_api.signing import actions, letters
from tests.client import Client
from tests.signing.conftest import Link, Page
from tests.world import World, writing


@pytest.fixture
def mailed(
    app: Any, world: World, database: Any, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str]]:
    """The mails sent, with mail set up and an address for the parent."""
    chosen = replace(app.settings, mail_url="smtp://mail", public_url="https://plp.example")
    monkeypatch.setattr(app, "settings", chosen)
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(letters, "mail_to", lambda to, text: sent.append((to, text)))
    with writing(database, world.home) as session:
        session.get_one(Person, world.home.parent.id).email = "family@example.org"
    return sent


def run_job(app: Any, database: Any) -> None:
    with database.transaction() as session:
        job_id: UUID = session.scalars(select(Job.id).where(Job.kind == actions.MAIL_LINK)).one()
    with settings_module.using(app.settings), db.using(database):
        actions.mail_link(job_id, lambda *_: None)


def test_a_mailed_link_is_in_the_mail_alone_and_names_nobody(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: list[tuple[str, str]],
) -> None:
    advisor = client.as_(world.home.advisor)
    made = advisor.made(f"{in_force}/signing-links", {**order, "delivery": "mail"})
    assert not {"url", "letter"} & made.keys()
    run_job(app, database)
    ((to, text),) = mailed
    assert to == "family@example.org"
    for name in ("Student", "Parent", "Advisor", made["code"]):
        assert name not in text
    url = next(line.strip() for line in text.splitlines() if "https://plp.example/sign/" in line)
    link = Link(client, made["id"], "/" + url.removeprefix("https://plp.example"), made["code"])
    assert "You have signed" in Page(link.sign().text).words


def test_a_link_ended_before_it_was_mailed_is_not_sent(
    client: Client,
    app: Any,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    mailed: Callable[[], Any],
) -> None:
    advisor = client.as_(world.home.advisor)
    made = advisor.made(f"{in_force}/signing-links", {**order, "delivery": "mail"})
    advisor.send("DELETE", f"/signing-links/{made['id']}")
    run_job(app, database)
    assert mailed == []
