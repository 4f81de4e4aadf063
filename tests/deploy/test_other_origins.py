"""Front ends on other origins, in a real browser: a listed one works, others see nothing."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.roster.models import Account
from plp_api.people.identity import passwords
from tests import databases
from tests.main_job.live import Installation
from tests.world import populate, writing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IS_REQUIRED = "PLP_TEST_REQUIRES_CHROMIUM" in os.environ
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(CHROMIUM is None and not IS_REQUIRED, reason="chromium is not at hand"),
]
PASSWORD = "a long walk over the notch"
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--no-first-run", "--disable-dev-shm-usage", "--virtual-time-budget=60000", "--dump-dom"),
)


class Page(SimpleHTTPRequestHandler):
    """Serves the page beside this file."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def page_server() -> Iterator[int]:
    handler = partial(Page, directory=str(Path(__file__).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


Visit = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def listed() -> Iterator[str]:
    """The origin that the server knows."""
    with page_server() as port:
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def visit(listed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """Opens the page from an origin in the browser, and returns what its script has seen."""
    folder = tmp_path_factory.mktemp("origins")
    settings = databases.prepared("sqlite", folder)
    student = a_student_with_a_password(settings)
    installation = Installation(settings)
    installation.environment |= {"PLP_CORS_ORIGINS": listed, "PLP_CORS_CREDENTIALS": "true"}
    with installation.serve() as server:
        api = f"http://localhost:{server.port}/api/v1"
        asked = {"api": api, "username": "student", "password": PASSWORD, "goal": student.goal_id}

        def visit(origin: str) -> dict[str, Any]:
            url = f"{origin}/front_end.html?{urlencode(asked)}"
            profile = f"--user-data-dir={folder / 'profile'}"
            command = [str(CHROMIUM), *SWITCHES, profile, url]
            shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
            found = re.search(r'<pre id="seen">(.+)</pre>', shown.stdout)
            assert found, (shown.stdout, shown.stderr)
            seen: dict[str, Any] = json.loads(unescape(found[1]))
            return seen

        yield visit
    installation.close()


def a_student_with_a_password(settings: Any) -> Any:
    database = db.Database(settings.database_url)
    world = populate(database)
    student = world.home.student
    with settings_module.using(settings), writing(database, world.home) as session:
        hashed = passwords.hashed(PASSWORD)
        session.get_one(Account, student.account_id).password_hash = hashed
    database.dispose()
    return student


def test_a_front_end_on_a_listed_origin_reads_and_changes(visit: Visit, listed: str) -> None:
    seen = visit(listed)
    statuses = {
        "login": 200,
        "read": 200,
        "change": 200,
        "stale": 412,
        "invalid": 422,
        "absent": 404,
        "nobody": 401,
    }
    by_cookie = {"login": 200, "read": 200, "alone": 401, "change": 200}
    expected = statuses | {f"cookie {name}": status for name, status in by_cookie.items()}
    assert {name: one.get("status", one) for name, one in seen.items()} == expected
    assert re.fullmatch(r'"\d+\..+"', seen["read"]["etag"])
    assert seen["change"]["etag"] != seen["read"]["etag"]
    assert seen["change"]["title"] == "From afar"
    assert seen["cookie change"]["title"] == "With a cookie"
    assert [seen[name]["code"] for name in ("stale", "invalid", "absent", "nobody")] == [
        *("version_stale", "validation_failed", "not_found", "token_missing")
    ]
    assert seen["cookie alone"]["code"] == "csrf_invalid"
    assert all(one["requestId"] for one in seen.values())


def test_a_front_end_that_is_not_listed_sees_nothing(visit: Visit, listed: str) -> None:
    with page_server() as port:
        # Another port, and another name of the same machine: for a browser, other origins.
        for origin in (f"http://localhost:{port}", listed.replace("localhost", "127.0.0.1")):
            seen = visit(origin)
            assert len(seen) == 11
            assert all("Failed to fetch" in one.get("blocked", "") for one in seen.values()), seen
