"""What a server says when it starts, or cannot; and whether it is ready on a full disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from plp_api.foundation import db
from plp_api.foundation.files import storage
from plp_api.foundation.settings import Settings
from plp_api.server.app import create_app
from tests import databases
from tests.client import Client
from tests.main_job.live import SERVE, SERVE_ALONE

PATIENCE = 60


def ready(settings: Settings) -> tuple[int, str]:
    database = db.Database.of(settings)
    answer = Client(create_app(settings, database)).get("//health/ready")
    database.dispose()
    return answer.status_code, answer.json["status"]


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", databases.KINDS)
def test_a_server_with_hardly_any_space_is_not_ready(kind: str, tmp_path: Path) -> None:
    settings = databases.prepared(kind, tmp_path)
    assert ready(settings) == (200, "ready")
    full = replace(settings, disk_reserve=1 << 60)
    assert ready(full) == (503, "disk full or read-only")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk to fill")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_server_on_a_full_disk_is_not_ready_until_there_is_space(
    small_disk: Path, tmp_path: Path
) -> None:
    settings = databases.prepared("sqlite", tmp_path)
    settings = replace(settings, storage_url=f"file://{small_disk}/files", disk_reserve=1 << 20)
    assert ready(settings) == (200, "ready"), "the folder of files is made with the first"
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(b"x" * (5 << 20))
    assert ready(settings) == (503, "disk full or read-only")
    filler.unlink()
    assert ready(settings) == (200, "ready")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert ready(settings) == (503, "disk full or read-only")


def test_only_local_folders_can_be_full(tmp_path: Path) -> None:
    settings = databases.prepared("sqlite", tmp_path)
    assert storage.local_folder(settings) == tmp_path / "files"
    assert storage.local_folder(replace(settings, storage_url="memory://scans")) is None


def installed(folder: Path, **variables: str) -> dict[str, str]:
    return {
        **os.environ,
        "PLP_DATA_DIR": str(folder),
        "PLP_LOG_LEVEL": "CRITICAL",
        "PLP_WEB_PROCESSES": "1",
        "PLP_PORT": "0",
        **variables,
    }


def started(words: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", *words]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


@pytest.mark.servers
def test_a_server_that_says_serving_answers(tmp_path: Path) -> None:
    with started(SERVE, installed(tmp_path)) as server:
        assert server.stdout
        line = server.stdout.readline()
        assert line.startswith("Serving on http://127.0.0.1:")
        port = int(line.split(",")[0].rsplit(":", 1)[1])
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/health/ready")
            assert connection.getresponse().status == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


@pytest.mark.servers
def test_a_server_that_never_listens_does_not_say_serving(tmp_path: Path) -> None:
    broken = installed(tmp_path, GUNICORN_CMD_ARGS="--worker-class=no.such.Worker")
    with started(SERVE, broken) as server:
        said, errors = server.communicate(timeout=PATIENCE)
    assert server.returncode == 1
    assert "Serving" not in said
    assert errors.splitlines()[-1].startswith("Error: The server could not start")


@pytest.mark.servers
@pytest.mark.parametrize("words", [SERVE, SERVE_ALONE], ids=["plp serve", "gunicorn"])
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(("PLP_CORS_ORIGINS", "*"), ("PLP_DATABASE_URL", "mysql://h/d"), ("PLP_PORT", "eighty")),
        *(("PLP_ENV", "production"), ("PLP_DATA_DIR", "/proc/plp"), ("PLP_DISK_RESERVE", "-1")),
        ("PLP_DATABASE_URL", "postgresql://nobody:a-secret@127.0.0.1:1/none"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(
    tmp_path: Path, words: list[str], variable: str, value: str
) -> None:
    with started(words, installed(tmp_path, **{variable: value})) as server:
        said, errors = server.communicate(timeout=PATIENCE)
    assert server.returncode in {1, 2}
    assert said == ""
    lines = [line for line in errors.splitlines() if line]
    assert [line for line in lines if line.startswith("Error: ")] == lines, errors
    assert len(lines) == 1
    assert "a-secret" not in errors
