"""Opens served pages in chromium, where the machine has it, and asks axe-core about them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IS_REQUIRED = "PLP_TEST_REQUIRES_CHROMIUM" in os.environ
needed = pytest.mark.skipif(CHROMIUM is None and not IS_REQUIRED, reason="chromium is not at hand")
PHONE: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SERIOUS = ("serious", "critical")


@contextmanager
def opened(address: str, size: ViewportSize = DESKTOP, *, scripts: bool = False) -> Iterator[Page]:
    """A page of a fresh browser without scripts, unless they are wanted."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        # axe-core is itself a script, which the page's policy would keep out.
        context = browser.new_context(
            viewport=size, java_script_enabled=scripts, bypass_csp=scripts
        )
        page = context.new_page()
        page.goto(address)
        yield page
        browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical; the page must have been opened with scripts."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in SERIOUS]


def is_wider_than_its_window(page: Page) -> bool:
    """Whether somebody must scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
