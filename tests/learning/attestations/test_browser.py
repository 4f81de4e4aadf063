"""The mentor's pages in a real browser: readable on a phone, without script, by keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, ViewportSize

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import Person
from plp_api.learning.elos.models import Elo
from plp_api.learning.work_logs.models import LogEntry
from plp_api.server.app import create_app
from tests import browser, databases
from tests.conftest import Live
from tests.learning.attestations.conftest import edition
from tests.learning.elo_world import Internship, add_internship
from tests.main_job.live import Installation, Server
from tests.world import populate, writing

pytestmark = [pytest.mark.servers, browser.needed]

SIZES: tuple[ViewportSize, ...] = (browser.PHONE, browser.DESKTOP)
LANGUAGES = ("en", "es", "fr")


@dataclass
class Letter:
    """A printed link to hours, work habits and an agreement, with its code."""

    elo: Internship
    entry: UUID
    address: str
    code: str


@dataclass
class Office:
    """A school that issues mentors' links on a real server."""

    live: Live
    server: Server

    def letter(self, language: str = "en") -> Letter:
        home = self.live.world.home
        with writing(self.live.database, home) as session:
            made = add_internship(session, home)
            session.get_one(Mentor, made.mentor_id).language = language
            elo = session.get_one(Elo, made.id)
            elo.started_on = elo.starts_on = clock.today() - timedelta(days=80)
            session.add(edition(elo, made, self.live.world))
            entry = LogEntry(
                id=db.new_id(),
                district_id=home.district_id,
                elo_id=made.id,
                student_id=home.student.id,
                on=clock.today() - timedelta(days=1),
                minutes=180,
                begins=13 * 60,
                activity="Took temperatures.",
            )
            session.add(entry)
            key = entry.id
        client = self.live.client
        coordinator = client.as_(home.elo_coordinator)
        link = coordinator.made(f"/mentors/{made.mentor_id}/links", {"delivery": "print"})
        principal = client.as_(home.school_admin)
        code = principal.made(f"/mentor-links/{link['id']}/code", None)["code"]
        token = link["url"].rsplit("/", 1)[1]
        address = f"http://127.0.0.1:{self.server.port}/verifications/{token}"
        return Letter(made, key, address, code)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One server for the module. The pages are the same on every database."""
    settings = databases.prepared(databases.SQLITE, tmp_path_factory.mktemp("office"))
    database = db.Database(settings.database_url)
    live = Live(create_app(settings, database), database, populate(database), settings)
    with writing(database, live.world.home) as session:
        coordinator = session.get_one(Person, live.world.home.elo_coordinator.id)
        coordinator.email = "elo.coordinator@tamarack-union.example"
    installation = Installation(settings)
    with installation.serve_at(clock.now().isoformat()) as server:
        yield Office(live, server)
    installation.close()
    database.dispose()


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page on a phone and on a desktop."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        at = f"{name} at {size['width']}: "
        found += [at + one for one in browser.violations(page)]
        found += [at + "wider than its window"] if browser.is_wider_than_its_window(page) else []
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_fits_a_phone_and_a_desktop(
    office: Office, language: str
) -> None:
    letter = office.letter(language)
    entry, elo = letter.entry, letter.elo.id
    with browser.opened(letter.address, scripts=True) as page:
        assert page.locator("html").get_attribute("lang") == language
        found = faults(page, "way in")
        page.locator("#code").fill(letter.code)
        page.locator("form:has(#code) button").click()
        found += faults(page, "read")
        page.locator(f"#say-{entry}-decline").check()
        page.locator("#mark").click()
        assert page.locator(".problem").is_visible()
        found += faults(page, "error")
        page.locator(f"#say-{entry}-correct").check()
        page.locator(f"#hours-{entry}").fill("2")
        page.locator(f"#words-{entry}").fill("She left early.")
        page.locator(f"#sign-{elo}-sign").check()
        page.locator("#name").fill("Tom Averill")
        page.locator("#attest").check()
        page.locator("#mark").click()
        assert "She left early." in page.inner_text("main")
        found += faults(page, "receipt")
        page.goto(letter.address)
        found += faults(page, "used")
    assert found == []


def tab_to(page: Page, name: str) -> None:
    """Press the Tab key until the element with this id has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("id") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_link_is_used_on_a_phone_without_script_by_the_keyboard_alone(office: Office) -> None:
    letter = office.letter()
    entry, elo = letter.entry, letter.elo.id
    with browser.opened(letter.address, browser.PHONE) as page:
        tab_to(page, "code")
        page.keyboard.type(letter.code)
        page.keyboard.press("Enter")
        page.wait_for_selector("#mark")
        assert page.locator(f"#hours-{entry}").is_hidden()
        tab_to(page, f"say-{entry}-right")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        tab_to(page, f"hours-{entry}")
        page.keyboard.type("2:30")
        tab_to(page, f"words-{entry}")
        page.keyboard.type("She left early.")
        tab_to(page, f"habit-{elo}-punctuality-rarely")
        page.keyboard.press("ArrowLeft")
        tab_to(page, f"sign-{elo}-sign")
        page.keyboard.press("Space")
        tab_to(page, "concern")
        page.keyboard.type("No gloves were left.")
        tab_to(page, "name")
        page.keyboard.type("Tom Averill")
        tab_to(page, "attest")
        page.keyboard.press("Space")
        tab_to(page, "mark")
        page.keyboard.press("Enter")
        page.wait_for_selector(".done")
        words = page.inner_text("main")
    said = ("2 h 30 min instead of 3 h: She left early.", "Punctuality (Always)")
    for part in (*said, "Agreement signed as Tom Averill", "No gloves were left."):
        assert part in words


def test_the_enter_key_sends_and_no_other_language_is_chosen_by_it(office: Office) -> None:
    letter = office.letter("es")
    with browser.opened(letter.address, browser.PHONE) as page:
        page.locator("#code").fill(letter.code)
        page.keyboard.press("Enter")
        page.wait_for_selector("#name")
        page.locator("#name").fill("Tom Averill")
        page.keyboard.press("Enter")
        page.wait_for_selector(".problem")
        assert page.locator("html").get_attribute("lang") == "es"
        assert page.locator("#name").input_value() == "Tom Averill"
