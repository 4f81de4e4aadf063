"""The shipped nginx in front of the real server: slow clients disturb nobody else."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.foundation.jobs.test_processes import Server

pytestmark = pytest.mark.servers

TEMPLATE = Path(__file__).parents[2] / "deploy" / "nginx" / "plp.conf.template"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PATIENCE = 5
TRUSTING = ssl._create_unverified_context()

IS_REQUIRED = "PLP_TEST_REQUIRES_NGINX" in os.environ
pytestmark = pytest.mark.skipif(NGINX is None and not IS_REQUIRED, reason="nginx is not at hand")

LISTED = "https://app.example"
ORIGINS = {
    "PLP_CORS_ORIGINS": f"http://localhost:5173, {LISTED},https://board.example",
    "PLP_CORS_CREDENTIALS": "true",
}
MAIN = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/plp.conf;
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


class Proxy:
    """nginx with the shipped configuration, on free ports."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.port, self.plain_port, self.upstream = free_port(), free_port(), upstream
        subject = ["-subj", "/CN=localhost", "-days", "2"]
        keys = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *keys, *subject]
        subprocess.run(command, check=True, capture_output=True)
        values = {
            "PLP_UPSTREAM": f"127.0.0.1:{upstream}",
            "PLP_SERVER_NAME": "localhost",
            "PLP_HTTP_PORT": str(self.plain_port),
            "PLP_HTTPS_PORT": str(self.port),
            "PLP_TLS_FOLDER": str(folder),
            **ORIGINS,
        }
        text = TEMPLATE.read_text()
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        (folder / "plp.conf").write_text(text)
        # As root, nginx would otherwise run as nobody, which cannot write into the test's folder.
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        start = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self.process = subprocess.Popen(start, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < deadline
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The status, headers and body of an answer."""
        connection = HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=TRUSTING)
        with closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def socket(self) -> Any:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return TRUSTING.wrap_socket(raw, server_hostname="localhost")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    (folder / "pauses").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in ORIGINS.items():
            environment.setenv(name, value)
        server = Server(databases.prepared("sqlite", folder), folder / "pauses")
    family = server.family()
    made = Proxy(folder, server.port)
    yield made
    made.process.terminate()
    made.process.wait()
    for process in family:
        if process.is_running():
            process.kill()
    server.process.wait()


HALVES = {
    "half a header": b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\n"
    b'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"username": ',
    "nothing": b"",
}


@pytest.mark.parametrize("sent", HALVES)
def test_sixty_four_slow_clients_are_felt_by_nobody(proxy: Proxy, sent: str) -> None:
    with ExitStack() as held:
        for _ in range(64):
            slow = held.enter_context(proxy.socket())
            slow.sendall(HALVES[sent])
        answers = [proxy.send("GET", "/health/ready")[0] for _ in range(20)]
    assert answers == [200] * 20


def test_the_application_learns_the_client_s_address_and_that_it_is_secure(proxy: Proxy) -> None:
    status, headers, _ = proxy.send("GET", "/health/live", **{"X-Forwarded-For": "203.0.113.5"})
    assert status == 200
    assert headers["Strict-Transport-Security"]


def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain_port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /docs?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = plain.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 308")
    assert "Location: https://localhost/docs?x=1" in answer


def test_what_nginx_refuses_is_a_problem_document(proxy: Proxy) -> None:
    large = (
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"
    )
    long = b"GET /api/v1/plans?q=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    wide = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"x" * 9000 + b"\r\n\r\n"
    for expected, sent in {
        413: large,
        414: long,
        431: wide,
        400: b"GET / HTTP/1.1\r\n\r\n",
    }.items():
        with proxy.socket() as refused:
            refused.sendall(sent)
            head, _, body = refused.recv(65536).partition(b"\r\n\r\n")
            while not body.endswith(b"}"):
                body += refused.recv(65536)
        assert int(head.split()[1]) == expected
        assert b"Content-Type: application/problem+json" in head
        assert json.loads(body)["status"] == expected


def test_uploads_may_be_as_large_as_the_application_takes_them(proxy: Proxy) -> None:
    large = b"x" * (2 << 20)
    one = "01890000-0000-7000-8000-000000000000"
    for method, path in (
        ("POST", "/api/v1/roster-imports"),
        ("POST", "/api/v1/framework-imports"),
        ("POST", f"/api/v1/plan-versions/{one}/scans"),
        ("POST", f"/api/v1/agreements/{one}/paper-signatures"),
        ("POST", f"/api/v1/students/{one}/uploads/files"),
        ("PUT", f"/api/v1/uploads/{one}/chunks/1"),
    ):
        # The server does not read the body, so its 401 may arrive or not; 413 never does.
        status, headers, document = proxy.send(method, path, large)
        assert status != 413, (path, dict(headers), document)


# The server without nginx: it answers an unreadable request with a problem document too.


def raw(proxy: Proxy, sent: bytes) -> tuple[int, dict[str, Any]]:
    """Status and document of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", proxy.upstream), timeout=PATIENCE) as plain:
        plain.sendall(sent)
        plain.shutdown(socket.SHUT_WR)
        got = b""
        while piece := plain.recv(65536):
            got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, got[:300]
    return int(head.split()[1]), json.loads(body)


def posted(body: bytes) -> bytes:
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    return head + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /api/v1/plans?q=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 200 + b"\r\n", 431),
        (b"GARBAGE\r\n\r\n", 400),
        (posted(b"zz\r\nnot a size\r\n"), 400),
        (posted(b"5\r\nabcdeXX"), 400),
        # Send no byte that is not read: unread bytes reset the connection, and the answer is lost.
        (posted(b"200000\r\n" + b"x" * (1 << 20)), 413),
    ],
    ids=["address", "headers", "no request", "no size", "broken chunk", "too large"],
)
def test_what_the_server_cannot_read_is_a_problem_document(
    proxy: Proxy, sent: bytes, status: int
) -> None:
    answered, document = raw(proxy, sent)
    assert (answered, document["status"]) == (status, status)


def test_metrics_stay_inside(proxy: Proxy) -> None:
    assert proxy.send("GET", "/metrics")[0] == 404


@pytest.mark.parametrize(
    ("origin", "is_listed"),
    [
        *((LISTED, True), ("http://localhost:5173", True), ("https://board.example", True)),
        *(("https://evil.example", False), ("null", False), ("https://app.example.evil", False)),
        *(("https://app", False), ("example", False), ("http://localhost", False), ("", False)),
    ],
)
def test_a_listed_origin_reads_answers_and_refusals(
    proxy: Proxy, origin: str, is_listed: bool
) -> None:
    """Refusals of nginx's own too (413); each header once, whoever of the two sets it."""
    large = b"x" * (2 << 20)
    requests: dict[int, tuple[Any, ...]] = {
        401: ("GET", "/api/v1/me"),
        404: ("GET", "/api/v1/none"),
        413: ("POST", "/api/v1/auth/login", large),
        204: ("OPTIONS", "/api/v1/me"),
    }
    for status, sent in requests.items():
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answered, headers, _ = proxy.send(*sent, **asked)
        assert answered == status
        allowed = [origin] if is_listed else None
        assert headers.get_all("Access-Control-Allow-Origin") == allowed
        assert headers.get_all("Access-Control-Allow-Credentials") == (
            ["true"] if allowed else None
        )
        assert "Origin" in headers["Vary"]


def test_logins_come_no_faster_than_a_school_sends_them(proxy: Proxy) -> None:
    body = json.dumps({"username": "no.such", "password": "nor such a password"}).encode()
    sent = [
        proxy.send("POST", "/api/v1/auth/login", body, **{"Content-Type": "application/json"})
        for _ in range(120)
    ]
    assert {status for status, _, _ in sent} <= {401, 429, 503}
    preflight = {"Origin": LISTED, "Access-Control-Request-Method": "POST"}
    asked = [proxy.send("OPTIONS", "/api/v1/auth/login", **preflight) for _ in range(60)]
    assert {status for status, _, _ in asked} == {204}, "a preflight is no login"
    assert all(headers["Retry-After"] for status, headers, _ in sent if status != 401)
