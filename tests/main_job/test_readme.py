"""The commands of the README, run as they stand there, against the demo."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import databases, moved_clock
from tests.main_job.live import PATIENCE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SECTIONS = re.split(r"^## ", README, flags=re.MULTILINE)
TOUR = next(part for part in SECTIONS if part.startswith("Five minutes"))
BLOCKS = re.findall(r"```sh\n(.*?)```", TOUR, flags=re.DOTALL)

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(moved_clock.BEGIN), reason="the demo is loaded on the real clock"),
]


@dataclass
class Demo:
    """A server with the demo, as `make run` starts it."""

    port: str
    password: str
    environment: dict[str, str]

    def run(self, script: str) -> "subprocess.CompletedProcess[str]":
        """Run the first block of the tour, which defines the functions, and then the script."""
        script = f"{BLOCKS[0]}\n{script}".replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        script = script.replace("PASSWORD", self.password)
        script = script.replace(".venv/bin/plp", f"{sys.executable} -m plp_api.server.cli")
        return subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=5 * PATIENCE,
            check=False,
        )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    environment = {
        **os.environ,
        "PLP_DATA_DIR": str(tmp_path_factory.mktemp("readme")),
        "PLP_PASSWORD_COST": "minimal",
        "PLP_SECRET_KEY": databases.SECRET,
        "PLP_WEB_PROCESSES": "1",
        "PLP_LOG_LEVEL": "CRITICAL",
        "PLP_PORT": "0",
    }
    command = [sys.executable, "-m", "plp_api.server.cli", "serve", "--demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        password, port = "", ""
        for line in server.stdout:
            if "m.lavallee" in line:
                password = line.split()[line.split().index("m.lavallee") + 1]
            if line.startswith("Serving on"):
                port = line.split(",")[0].rsplit(":", 1)[1]
                break
        yield Demo(port, password, environment)
        server.terminate()


def test_the_tour_goes_as_the_readme_says(demo: Demo) -> None:
    done = demo.run("\n".join(BLOCKS[1:]))
    said = done.stdout.splitlines()
    assert "in_force" in said
    assert "complete" in said
    sums = [line.split()[0] for line in said if re.match(r"[0-9a-f]{64}", line)]
    assert len(sums) == 2
    assert len(set(sums)) == 1, "anybody can recompute the hash"
    errors = done.stderr.splitlines()
    refusals = [line for line in errors if re.match(r"4\d\d ", line)]
    assert refusals == errors[-1:], errors
    assert refusals[0].startswith("403 reason_required ")
    assert "Traceback" not in done.stderr


def test_a_refused_request_shows_its_problem_and_fails(demo: Demo) -> None:
    body = '{"username": "m.lavallee", "password": "PASSWORD"}'
    refused = demo.run(f"admin=$(token login '{body}'); as $admin GET '/goals?typo=1'")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [
        "422 validation_failed Something in the request is not valid. ",
        "  typo Unknown field.",
    ]
    wrong = demo.run('token login \'{"username": "nobody", "password": "wrong"}\'')
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("401 credentials_invalid ")
    assert len(wrong.stderr.splitlines()) == 1
