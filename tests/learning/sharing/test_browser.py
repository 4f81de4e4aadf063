"""The page of a share link in a real browser: phone, desktop and paper, by keyboard, no script."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, ViewportSize

from plp_api.foundation import clock, db
from plp_api.learning.showcases.models import Showcase
from plp_api.server.app import create_app
from tests import browser, databases
from tests.conftest import Live
from tests.foundation.files import samples
from tests.learning.sharing.showcase_world import Show
from tests.main_job.live import Installation, Server
from tests.world import populate

pytestmark = [pytest.mark.servers, browser.needed]

SIZES: tuple[ViewportSize, ...] = (browser.PHONE, browser.DESKTOP)
PASSCODE = "birch river 7"
SHOTS = os.environ.get("PLP_TEST_SHOTS")
"""A folder for pictures of the pages, to look at."""


def painting(size: tuple[int, int] = (1600, 1000)) -> bytes:
    """A picture in which a person can see whether it is cut off or stretched."""
    image = Image.new("RGB", size, (198, 219, 232))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.polygon([(0, height), (width // 2, height // 4), (width, height)], fill=(72, 104, 82))
    draw.ellipse((width * 0.7, 60, width * 0.7 + 200, 260), fill=(240, 190, 70))
    draw.rectangle((4, 4, width - 5, height - 5), outline=(160, 30, 30), width=8)
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


@dataclass
class Stage:
    """A showcase of everything on a real server."""

    show: Show
    server: Server

    def address(self, language: str = "en", **fields: object) -> str:
        self.show.set(Showcase, self.show.id, language=language)
        token = self.show.made(**fields)["url"].rsplit("/", 1)[1]
        return f"http://127.0.0.1:{self.server.port}/shared/{token}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server for the module. The pages are the same on every database."""
    settings = databases.prepared(databases.SQLITE, tmp_path_factory.mktemp("stage"))
    database = db.Database(settings.database_url)
    live = Live(create_app(settings, database), database, populate(database), settings)
    installation = Installation(settings)
    with installation.serve_at(clock.now().isoformat()) as server:
        yield Stage(arranged(live), server)
    installation.close()
    database.dispose()


def arranged(live: Live) -> Show:
    """A showcase with every kind of part, in two sections and before them."""
    show = Show(live.client, live.database, live.world)
    show.begin(title="A year along the brook", introduction="What I made in grade 10.\n\nEnjoy!")
    answers = [
        {"key": "what", "question": "What is it?", "text": "A poem on patience."},
        {"key": "so_what", "question": "So what?", "text": "I waited for the snow to slide."},
    ]
    poem = {"kind": "text", "text": "Snow on the barn,\nand more snow.\n\nIt slid at noon."}
    show.work("Barn in March", [poem], kind="writing", reflection=answers, words="My favorite.")
    maps = show.section("Maps and pictures", "Drawn outdoors.")
    painted = show.file(painting(), title="The brook", alt="A green hill under a low sun.")
    show.work("The brook", [painted], section_id=maps, allows_download=True)
    sound = show.section("On stage")
    film = show.file(samples.MP4, title="The play", alt="Two actors on a stage.")
    captions = {"kind": "captions", "upload_id": show.sent(samples.VTT), "language": "en"}
    spoken = {"kind": "transcript", "text": "Good evening.\n\nIt snows.", "of_position": 1}
    link = {"kind": "link", "url": "https://podcast.example/mill/2", "title": "The mill, part 2"}
    parts = [film, {**captions, "of_position": 1}, spoken, link]
    show.work("A play", parts, kind="performance", section_id=sound)
    essay = show.file(samples.docx(), title="Program notes")
    paper = show.file(samples.pdf(), title="The poster")
    show.work("On paper", [essay, paper], section_id=sound, allows_download=True)
    show.make_thumbnails()
    cover = show.work("The cover", [show.file(painting((1200, 500)), title="Cover")])
    show.make_thumbnails()
    show.set(Showcase, show.id, cover_part_id=cover[0], cover_alt="Hills")
    return show


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page on a phone and on a desktop."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        at = f"{name} at {size['width']}: "
        found += [at + one for one in browser.violations(page)]
        found += [at + "wider than its window"] if browser.is_wider_than_its_window(page) else []
        keep(page, f"{name}-{size['width']}")
    return found


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_page_is_accessible_and_fits_a_phone_and_a_desktop(
    stage: Stage, language: str
) -> None:
    address = stage.address(language, passcode=PASSCODE, allows_download=True)
    with browser.opened(address, scripts=True) as page:
        found = faults(page, "locked")
        page.locator("#passcode").fill("a wrong one")
        page.locator("#continue").click()
        assert page.locator(".problem").is_visible()
        found += faults(page, "error")
        page.locator("#passcode").fill(PASSCODE)
        page.locator("#continue").click()
        page.wait_for_selector(".work")
        assert page.locator("html").get_attribute("lang") == language
        found += faults(page, f"showcase-{language}")
        page.goto(address[:-4] + "AAAA")
        found += faults(page, "unknown")
    assert found == []


def test_every_picture_of_the_page_is_loaded_under_its_own_policy(stage: Stage) -> None:
    with browser.opened(stage.address()) as page:
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed()
            page.wait_for_timeout(200)
            assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
            assert picture.get_attribute("alt")


def tab_to(page: Page, selector: str) -> None:
    """Press the Tab key until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_phone_without_script_goes_through_by_the_keyboard_alone(stage: Stage) -> None:
    address = stage.address(passcode=PASSCODE, allows_download=True)
    with browser.opened(address, browser.PHONE) as page:
        tab_to(page, "#passcode")
        page.keyboard.type(PASSCODE)
        page.keyboard.press("Enter")
        page.wait_for_selector(".work")
        tab_to(page, "video")
        tab_to(page, "summary")
        page.keyboard.press("Enter")
        assert page.get_by_text("It snows.").is_visible()
        tab_to(page, "a[rel~=external]")
        with page.expect_download() as download:
            tab_to(page, "a[href$='showcase.pdf']")
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == "showcase.pdf"


def test_a_picture_opens_large_and_the_way_back_is_open(stage: Stage) -> None:
    address = stage.address()
    with browser.opened(address) as page:
        page.locator("figcaption a").first.click()
        page.wait_for_url("**/files/*")
        assert page.locator("img").evaluate("one => one.naturalWidth") == 1200
        page.go_back()
        assert page.locator("h1").inner_text() == "A year along the brook"


def test_on_paper_it_has_its_works_and_none_of_the_buttons(stage: Stage) -> None:
    with browser.opened(stage.address(allows_download=True)) as page:
        for picture in page.locator("img").all():
            picture.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        page.emulate_media(media="print")
        assert page.get_by_text("Barn in March").is_visible()
        assert page.locator(".keep").first.is_hidden()
        assert page.locator("video").is_hidden()
        assert page.get_by_text("It snows.").is_visible()
        printed = page.pdf(format="Letter")
    if SHOTS:
        (Path(SHOTS) / "paper.pdf").write_bytes(printed)
        holder = stage.show.shared(allows_download=True)
        (Path(SHOTS) / "showcase.pdf").write_bytes(holder.get("/showcase.pdf").data)
    with pikepdf.open(BytesIO(printed)) as document:
        assert 1 <= len(document.pages) <= 6
