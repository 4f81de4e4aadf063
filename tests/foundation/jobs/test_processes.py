"""The real `plp serve`, killed at the worst moments: nothing half done, no process left."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import ColumnElement, func, select

from plp_api.foundation import db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import Database
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs import queue
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.processes import ENDING, Child, supervise
from plp_api.foundation.settings import Settings
from plp_api.planning.goals.models import Goal
from plp_api.server.app import create_app
from tests import databases, moved_clock
from tests.client import Client
from tests.world import Place, populate

pytestmark = [
    pytest.mark.servers,
    # A process that takes the place of a killed one would begin again at the run's first instant.
    pytest.mark.skipif(bool(moved_clock.BEGIN), reason="these servers keep the real clock"),
]

PATIENCE = 30
NO_ANSWER = (OSError, HTTPException)


class Server:
    """`plp serve` on a free port, with points to pause at (`pausing/sitecustomize.py`)."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.pauses = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.port = port
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent / "pausing"),
            "PLP_TEST_PAUSES": str(folder),
            "PLP_DATA_DIR": str(settings.data_dir),
            "PLP_DATABASE_URL": settings.database_url,
            "PLP_MIGRATION_DATABASE_URL": settings.migration_database_url,
            "PLP_SECRET_KEY": settings.secret_key,
            "PLP_PORT": str(port),
            "PLP_WEB_PROCESSES": "1",
            "PLP_JOB_LEASE": "1",
            "PLP_LOG_LEVEL": "CRITICAL",
        }
        command = [sys.executable, "-m", "plp_api.server.cli", "serve"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.until(self.is_ready)

    def is_ready(self) -> Any:
        try:
            return self.send("GET", "/health/ready")[0] == 200
        except NO_ANSWER:
            return False

    def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[Any, Any]:
        """Status and headers of the answer. Raises OSError or HTTPException if there is none."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers

    def until(self, is_so: Callable[..., Any]) -> Any:
        """Wait until the result is true, and return it."""
        deadline = time.monotonic() + PATIENCE
        while not (found := is_so()):
            assert time.monotonic() < deadline, "it took too long"
            assert self.process.poll() is None, "the server has ended"
            time.sleep(0.05)
        return found

    def pause(self, name: str) -> None:
        (self.pauses / name).touch()

    def kill_paused(self, name: str) -> None:
        """kill -9 the process that paused there, and let the next one pass."""
        mark = self.pauses / f"{name}.paused"
        self.until(mark.exists)
        os.kill(int(mark.read_text()), signal.SIGKILL)
        (self.pauses / name).unlink()

    def family(self) -> list[psutil.Process]:
        server = psutil.Process(self.process.pid)
        return [server, *server.children(recursive=True)]


def test_gunicorn_alone_refuses_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config=python:plp_api.server.serving"]
    alone = subprocess.run(
        [*command, "plp_api.server.serving:application()"],
        env={**os.environ, "PLP_DATA_DIR": str(tmp_path), "PLP_PORT": "0"},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert alone.returncode == 1
    assert b"Not ready: schema not migrated" in alone.stderr
    assert b"Traceback" not in alone.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    settings = databases.prepared(request.param, tmp_path)
    (tmp_path / "pauses").mkdir()
    server = Server(settings, tmp_path / "pauses")
    family = server.family()
    yield server
    for process in family:
        if process.is_running():
            process.kill()
    server.process.wait()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    database = db.Database(server.settings.database_url)
    carrier = queue.Queue(server.settings)
    queue.connect(carrier)
    yield database
    queue.connect(None)
    carrier.close()
    database.dispose()


def test_killed_processes_leave_nothing_half_done_and_nothing_running(
    server: Server, database: Database
) -> None:
    world = populate(database)
    job_id = begin_job(server, database, world.home)
    server.kill_paused("job")

    add_goal_through_a_kill(server, database, world.home)

    def job_done() -> bool | int:
        with database.transaction(write=False) as session:
            job = session.get_one(Job, job_id)
            return job.state == "succeeded" and job.attempts

    assert server.until(job_done) == 2, "taken again by the worker's successor"
    assert count(database, world.home, Event, Event.type == "test.worked") == 1

    if database.is_postgresql:
        end_by_killing_the_first_process(server)
    else:
        end_by_two_signals(server)


def begin_job(server: Server, database: Database, home: Place) -> UUID:
    server.pause("job")
    jobs.kind("test.pausing")(lambda job_id, report: {})
    with database.transaction():
        district = str(home.district_id)
        job_id = jobs.enqueue("test.pausing", None, None, district_id=district).id
    del jobs.KINDS["test.pausing"]
    return job_id


def add_goal_through_a_kill(server: Server, database: Database, home: Place) -> None:
    """A request killed after its rows were written, then sent again under the same key."""
    student = home.student
    signed_in = Client(create_app(server.settings, database)).as_(student)
    headers = {
        "Authorization": f"Bearer {signed_in.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": "key",
    }
    path = f"/api/v1/plans/{student.plan_id}/goals"
    body = {"domain": "career", "title": "Shadow a welder"}
    mine = Goal.title == body["title"]
    server.pause("request")
    with ThreadPoolExecutor(1) as thread:
        killed = thread.submit(server.send, "POST", path, body, **headers)
        server.kill_paused("request")
        with pytest.raises(NO_ANSWER):
            killed.result()
    assert count(database, home, Goal, mine) == 0
    server.until(server.is_ready)
    for is_replay in (None, "true"):
        status, answered = server.send("POST", path, body, **headers)
        assert (status, answered["Idempotency-Replayed"]) == (201, is_replay)
    assert count(database, home, Goal, mine) == 1


def end_by_two_signals(server: Server) -> None:
    family = server.family()
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    _, alive = psutil.wait_procs(family, timeout=1)
    assert alive == []


def end_by_killing_the_first_process(server: Any) -> None:
    family = server.family()
    server.process.kill()
    server.process.wait()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    assert alive == []


def count(database: Database, home: Place, model: type[Any], condition: ColumnElement[bool]) -> int:
    with database.transaction(write=False, districts=[home.district_id]) as session:
        return session.scalar(select(func.count()).select_from(model).where(condition)) or 0


STUBBORN = """
import sys
from plp_api.foundation.processes import Child, supervise
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
supervise([Child("deaf", [sys.executable, "-c", deaf], {})])
"""


def test_a_second_word_ends_what_does_not_listen_to_the_first() -> None:
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == b"\n"
        started = time.monotonic()
        for pause in (0, 0.1, 1.4):
            time.sleep(pause)
            supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(PATIENCE) == 0
    assert 2 < time.monotonic() - started < 15, "given a moment, but not all of the time there is"


def test_a_child_that_cannot_run_ends_the_others() -> None:
    sleeping = Child("sleeping", [sys.executable, "-c", "import time; time.sleep(60)"], {})
    failing = Child("failing", [sys.executable, "-c", "raise SystemExit(3)"], {}, is_vital=True)
    kept = {one: signal.getsignal(one) for one in (*ENDING, signal.SIGCHLD)}
    try:
        assert supervise([sleeping, failing]) is False
    finally:
        for signum, handler in kept.items():
            signal.signal(signum, handler)
    assert not sleeping.is_running()
