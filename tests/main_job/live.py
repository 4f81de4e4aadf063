"""A real `plp` installation: its commands, its server, and clients over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from werkzeug.test import EnvironBuilder

from tests import moved_clock

PATIENCE = 60


SERVE = ["plp_api.server.cli", "serve"]
# The same server without a worker (plp_api/server/serving.py) starts in half the time.
SERVE_ALONE = [
    "gunicorn",
    "--config=python:plp_api.server.serving",
    "plp_api.server.serving:application()",
]


class Installation:
    """One data folder and database, with its commands and servers."""

    def __init__(self, settings: Any) -> None:
        self.started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "PLP_DATA_DIR": str(settings.data_dir),
            "PLP_DATABASE_URL": settings.database_url,
            "PLP_MIGRATION_DATABASE_URL": settings.migration_database_url,
            "PLP_SECRET_KEY": settings.secret_key,
            "PLP_PASSWORD_COST": "minimal",
            "PLP_WEB_PROCESSES": "1",
            "PLP_LOG_LEVEL": "CRITICAL",
            "PLP_RATE_LIMIT": "",
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `plp …`."""
        return subprocess.run(
            [sys.executable, "-m", "plp_api.server.cli", *words],
            env={**self.environment, **moved_clock.for_processes()},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def serve(self) -> "Server":
        """Start `plp serve`."""
        return self._start(SERVE)

    def serve_at(self, now: str) -> "Server":
        """Start the server on a moved clock, without a worker."""
        return self._start(SERVE_ALONE, PYTHONPATH=str(moved_clock.FOLDER), PLP_TEST_NOW=now)

    def _start(self, module: list[str], **environment: str) -> "Server":
        moved = moved_clock.for_processes()
        server = Server(module, {**self.environment, **moved, **environment})
        self.started.append(server.process)
        server.until_ready()
        return server

    def close(self) -> None:
        """Wait until every process that got a signal to end has ended."""
        for process in self.started:
            process.terminate()
            assert process.wait(PATIENCE) in (0, -signal.SIGTERM)


class Server:
    """A server on a free port; at the end of the block it gets a signal to end, without waiting."""

    def __init__(self, module: list[str], environment: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**environment, "PLP_PORT": str(self.port)},
            stdout=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()

    def until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server is not ready"
            try:
                if Person(self).send("GET", "//health/ready").status == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.05)


class Answer:
    """Status, headers and the JSON of an answer."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.headers = status, headers
        self.json: Any = json.loads(body) if body and "json" in headers["Content-Type"] else None


class Person:
    """A person with a client; counts their calls."""

    def __init__(self, server: Server, token: str | None = None) -> None:
        self.server, self.token, self.calls = server, token, 0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; `path` is under /api/v1 unless it starts with `//`."""
        self.calls += 1
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data, named["Content-Type"] = json.dumps(body), "application/json"
        full = path[1:] if path.startswith("//") else f"/api/v1{path}"
        with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)) as line:
            line.request(method, full, data, named)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def upload(self, path: str, file: Path, **fields: str) -> Answer:
        """Send a file as a form."""
        self.calls += 1
        form = {**fields, "file": (BytesIO(file.read_bytes()), file.name)}
        environ = EnvironBuilder(method="POST", data=form).get_environ()
        body, kind = environ["wsgi.input"].read(), environ["CONTENT_TYPE"]
        named = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)) as line:
            line.request("POST", f"/api/v1{path}", body, named)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def read(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status == 200, (path, answer.status, answer.json)
        return answer.json

    def fetch(self, path: str) -> bytes:
        """The bytes of a file."""
        self.calls += 1
        named = {"Authorization": f"Bearer {self.token}"}
        with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)) as line:
            line.request("GET", f"/api/v1{path}", headers=named)
            answer = line.getresponse()
            assert answer.status == 200, (path, answer.status)
            return answer.read()

    def make(self, path: str, body: Any = None) -> Any:
        answer = self.send("POST", path, body)
        assert answer.status in (200, 201, 202), (path, answer.status, answer.json)
        return answer.json

    def change(self, path: str, body: Any) -> Any:
        answer = self.send("PATCH", path, body, If_Match=self.tag(path))
        assert answer.status == 200, (path, answer.status, answer.json)
        return answer.json

    def act(self, path: str, action: str, **fields: Any) -> Any:
        body = {"action": action, **fields}
        answer = self.send("POST", f"{path}/actions", body, If_Match=self.tag(path))
        assert answer.status == 200, (path, answer.status, answer.json)
        return answer.json

    def tag(self, path: str) -> str:
        tag: str = self.send("GET", path).headers["ETag"]
        return tag
