"""People of the world with passwords, and shared fixtures of the login tests."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from plp_api.foundation import clock, db, mail
from plp_api.foundation import settings as settings_module
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit.models import Event
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import Account, LoginSession, Person
from plp_api.people.identity import actions, addresses, passwords, personal_emails
from plp_api.server.app import Application
from tests.client import Client
from tests.world import Place, Somebody, World, writing

PASSWORD = "maple syrup in april"
ANOTHER = "a red canoe on the lake"


@pytest.fixture(autouse=True)
def used_settings(app: Application) -> Iterator[None]:
    """Run test code outside requests under the application's settings."""
    with settings_module.using(app.settings):
        yield


@pytest.fixture
def student(app: Application, world: World) -> Any:
    """The student of the world, who has activated their account."""
    give_password(app, world.home, world.home.student)
    return world.home.student


def give_password(
    app: Application, place: Place, somebody: Somebody, password: str = PASSWORD
) -> None:
    with writing(app.database, place) as session:
        account = session.get_one(Account, somebody.account_id)
        account.password_hash = passwords.hashed(password)


def log_in(client: Client, username: str = "student", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(
        "/auth/login",
        {"username": username, "password": password, "district": "tamarack", **more},
    )


def bearer(client: Client, answer: Any) -> Client:
    """The client with the access token of a sign-in."""
    assert answer.status_code == 200, answer.json
    return Client(client.app, answer.json["access_token"])


def refresh(client: Client, token: str, **more: Any) -> Any:
    return client.post("/auth/refresh", {"refresh_token": token, **more})


def events(app: Application, *places: Place) -> list[str]:
    """The types of all events of the districts, oldest first."""
    with writing(app.database, *places) as session:
        return [event.type for event in session.query(Event).order_by(Event.at, Event.id)]


def acting(somebody: Somebody, reason: str | None = None) -> Access:
    """A person's access, within a transaction, with or without a stated reason."""
    login = LoginSession(
        account_id=somebody.account_id,
        person_id=somebody.id,
        district_id=somebody.district_id,
        refresh_hash="-",
        expires_at=clock.now() + timedelta(days=3650),
    )
    db.session().add(login)
    db.session().flush()
    zone = clock.DEFAULT_ZONE
    return Access(*callers.load(somebody.id, login.id, somebody.district_id, zone, reason))


Invite = Callable[..., str]


@pytest.fixture
def invite(app: Application, world: World) -> Invite:
    """Makes an invitation for a person of the world, and gives its code."""

    def make(somebody: Somebody | UUID, place: Place = world.home) -> str:
        with writing(app.database, place) as session:
            person = session.get_one(Person, getattr(somebody, "id", somebody))
            invited = actions.invite(person, access=None, printed=True)
            assert invited.code
            return invited.code

    return make


def activate(client: Client, given: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/auth/activate", {"code": given, "password": password, **more})


@pytest.fixture
def sent(app: Application) -> Iterator[list[tuple[str, str, str]]]:
    """The mails sent: to, subject, text. Mail is configured for the test."""
    letters: list[tuple[str, str, str]] = []

    def send(_settings: Any, *letter: str) -> None:
        letters.append(letter)  # type: ignore[arg-type]

    mailing = replace(
        app.settings, mail_url="smtp://mail.example", public_url="https://plp.example"
    )
    with (
        patch.object(app, "settings", mailing),
        settings_module.using(mailing),
        patch.object(mail, "send", send),
    ):
        yield letters


def work(app: Application) -> list[Any]:
    """Do the identity area's queued jobs; their results."""
    with app.database.transaction() as session:
        jobs = session.query(Job).filter(Job.state == "queued").order_by(Job.id).all()
        kinds = [(job.id, job.kind) for job in jobs]
        for job in jobs:
            job.state = "succeeded"
    runs = {
        actions.MAIL_INVITATION: actions.mail_invitation,
        actions.MAIL_RESET: actions.mail_reset,
        actions.MAIL_NOTICE: actions.mail_notice,
        addresses.MAIL_CHANGED: actions.mail_changed,
        personal_emails.MAIL_CODE: actions.mail_own_address,
    }
    with db.using(app.database):
        return [runs[kind](job_id, lambda _: None) for job_id, kind in kinds]


def reachable(app: Application, world: World, somebody: Somebody) -> None:
    with writing(app.database, world.home) as session:
        session.get_one(Person, somebody.id).email = "family@example.org"


def code_in(text: str) -> str:
    found = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", text)
    assert found
    return found[0]
