"""An internship whose mentor has something to confirm, and links as mentors receive them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.audit.models import Event
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.relationships import AppointmentRole
from plp_api.learning.agreements.models import Agreement
from plp_api.learning.attestations import actions, letters
from plp_api.learning.elos.models import Elo
from plp_api.learning.work_logs.models import LogEntry
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.planning.signing.conftest import Page
from tests.world import Somebody, World, appoint, person, writing

__all__ = ["Page"]

RUNS = {actions.MAIL_LINK: actions.mail_link, actions.MAIL_CODE: actions.mail_code}
ADDRESS = "tom@clinic.example"


@pytest.fixture
def internship(world: World, database: Isolated) -> Internship:
    """An active internship, 30 of 90 days old. Its coordinator entered the mentor's address."""
    with writing(database, world.home) as session:
        made = add_internship(session, world.home)
        setter = world.home.elo_coordinator.id
        session.get_one(Mentor, made.mentor_id).email_set_by = setter
    return made


@dataclass
class Log:
    """Log entries of an internship, as the student wrote them."""

    database: Isolated
    world: World

    def add(self, elo: Internship, days_ago: int = 1, minutes: int = 180, **columns: Any) -> UUID:
        """A pending entry."""
        student = self.world.home.student
        own = {"district_id": self.world.home.district_id, "student_id": student.id}
        entry = LogEntry(
            id=db.new_id(),
            **own,
            elo_id=elo.id,
            on=clock.today() - timedelta(days=days_ago),
            minutes=minutes,
            **{"activity": "Took temperatures.", **columns},
        )
        with writing(self.database, self.world.home) as session:
            session.add(entry)
            return entry.id

    def of(self, key: UUID) -> LogEntry:
        with writing(self.database, self.world.home) as session:
            entry: LogEntry = session.get_one(LogEntry, key)
            session.expunge(entry)
            return entry


@pytest.fixture
def log(database: Isolated, world: World) -> Log:
    return Log(database, world)


@dataclass
class Link:
    """A mentor's link as its holder receives it: an address, and perhaps a code."""

    client: Client
    path: str
    code: str | None = None
    id: str = ""

    def open(self, **options: Any) -> Any:
        return self.client.get(self.path, **options)

    def post(self, /, headers: Any = None, **form: str) -> Any:
        return self.client.send("POST", self.path, data=form, headers=headers or {})

    def send(self, form: dict[str, str]) -> Any:
        """A form, whose fields have names that are no words of Python."""
        return self.client.send("POST", self.path, data=form)

    def go_on(self, **more: str) -> Page:
        """Answer the code, if there is one, and read the page."""
        answer = self.post(step="identify", code=self.code or "", **more)
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def attest(self, form: dict[str, str], **more: str) -> Any:
        """Go on, fill in the form, confirm it and send it."""
        page = self.go_on()
        hidden = {key: value for key, value in page.hidden.items() if key != "language"}
        return self.send({"step": "attest", "attest": "yes", **hidden, **form, **more})

    def in_words(self, answer: Any) -> str:
        return Page(answer.text).words


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def principal(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


Issue = Callable[..., Link]


@pytest.fixture
def issue(client: Client, coordinator: Client, principal: Client, internship: Internship) -> Issue:
    """Prints a link as the coordinator; the principal is the witness of its code."""

    def made(mentor_id: UUID | None = None) -> Link:
        path = f"/mentors/{mentor_id or internship.mentor_id}/links"
        link = coordinator.made(path, {"delivery": "print"})
        code = principal.made(f"/mentor-links/{link['id']}/code", None)["code"]
        return Link(client, at(link["url"]), code, link["id"])

    return made


def at(url: str) -> str:
    """The path of a link, as the test's client takes it."""
    return "//verifications/" + url.rsplit("/", 1)[1]


@pytest.fixture
def events(database: Isolated, world: World) -> Callable[[], list[str]]:
    """The types of the links' events, in order, with the reason if there is one."""

    def found() -> list[str]:
        with writing(database, world.home) as session:
            query = select(Event).where(Event.subject_type == "mentor_links").order_by(Event.id)
            return [
                " ".join(filter(None, [one.type.split(".")[1], one.payload.get("reason")]))
                for one in session.scalars(query)
            ]

    return found


@pytest.fixture
def disclosed(database: Isolated, world: World) -> Callable[[], list[Disclosure]]:
    """The rows of the ledger of disclosures."""

    def found() -> list[Disclosure]:
        with writing(database, world.home) as session:
            rows = list(session.scalars(select(Disclosure).order_by(Disclosure.id)))
            session.expunge_all()
            return rows

    return found


@dataclass
class Mail:
    """The mails that were sent, and the worker that sends them."""

    app: Any
    database: Isolated
    client: Client
    sent: list[tuple[str, str, str]]

    def run(self) -> None:
        """Run each job of mentors' links once."""
        with self.database.transaction() as session:
            query = select(Job.id, Job.kind).where(Job.kind.in_(RUNS)).order_by(Job.id)
            jobs = session.execute(query).all()
            for job_id, _ in jobs:
                session.get_one(Job, job_id).kind = "done"
        with settings_module.using(self.app.settings), db.using(self.database):
            for job_id, kind in jobs:
                RUNS[kind](job_id, lambda *_: None)

    def link(self, code: str | None = None, place: int = -1) -> Link:
        """The link in a mail."""
        _, _, text = self.sent[place]
        (url,) = (line.strip() for line in text.splitlines() if "/verifications/" in line)
        return Link(self.client, at(url), code)


@pytest.fixture
def mail(app: Any, client: Client, database: Isolated, monkeypatch: pytest.MonkeyPatch) -> Mail:
    """Mail is set up here, and kept instead of sent."""
    chosen = replace(app.settings, mail_url="smtp://mail", public_url="https://plp.example")
    monkeypatch.setattr(app, "settings", chosen)
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr(letters, "mail_to", lambda *letter: sent.append(letter))
    return Mail(app, database, client, sent)


@pytest.fixture
def second(world: World, database: Isolated) -> Iterator[Somebody]:
    """A second coordinator of the school."""
    with writing(database, world.home) as session:
        somebody = person(session, world.home, "second_coordinator")
        role = AppointmentRole.ELO_COORDINATOR
        appoint(session, world.home, somebody, role, world.home.school_id)
    yield somebody
    del world.home.people["second_coordinator"]


@pytest.fixture
def entered_by(world: World, database: Isolated, internship: Internship) -> Callable[..., None]:
    """Say who entered the mentor's address."""

    def enter(somebody: Any, email: str | None = ADDRESS) -> None:
        with writing(database, world.home) as session:
            mentor = session.get_one(Mentor, internship.mentor_id)
            mentor.email, mentor.email_set_by = email, somebody.id if somebody else None

    return enter


def edition(elo: Elo, internship: Internship, world: World, **columns: Any) -> Agreement:
    """An agreement that waits for the mentor alone; its hash is `a` 64 times."""
    return Agreement(
        district_id=elo.district_id,
        student_id=elo.student_id,
        elo_id=elo.id,
        terms=_terms(elo, internship, world),
        signers=["mentor"],
        is_ordered=True,
        waiting_for=frozenset({"mentor"}),
        **{"edition": 1, "sha256": "a" * 64, **columns},
    )


def _terms(elo: Elo, internship: Internship, world: World) -> dict[str, Any]:
    return {
        "student_id": str(elo.student_id),
        "school_id": str(elo.school_id),
        "title": elo.title,
        "description": "Two mornings a week.",
        "design": {"product": elo.product, "know_and_do": ["I can take a pulse."]},
        "framework_item_ids": [],
        "partner_id": str(elo.partner_id),
        "site_id": str(elo.site_id),
        "earliest_start": "2026-10-01",
        "latest_end": "2027-01-01",
        "least_minutes": 2400,
        "most_minutes": 4800,
        "work": {
            "is_paid": True,
            "hourly_wage_cents": 1550,
            "cluster": None,
            "student_duties": "",
        },
        "team": {
            "mentor": [str(internship.mentor_id)],
            "cooperating_teacher": [str(internship.cooperating_teacher.id)],
        },
        "signers": ["mentor"],
        "benchmarks": [{"title": "First draft", "due_on": "2026-11-15"}],
        "training_tasks": [{"task": "Wash hands", "competence": "Hygiene"}],
        "communications": [{"party": "Clinic", "means": "phone", "rhythm": "weekly"}],
        "costs": [{"what": "Scrubs", "amount_cents": 2500, "borne_by": "school"}],
        "times": [{"weekday": 2, "begins": 480, "ends": 720}],
    }
