"""Send many films at once, to a local folder and to an object store, and print the workers' memory.

    python -m benchmarks.uploads [--uploads 200] [--senders 32]

Half of them come in one request, half as chunks. The server has two processes with four threads,
on PostgreSQL; the object store is moto's, in a process of its own. Exit code 1 where an upload
fails, or a process grew by more than a bounded number of files could need.
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Semaphore
from uuid import UUID

import s3fs

from benchmarks import postgres
from benchmarks.fill import fill
from benchmarks.served import free_port, wait
from plp_api.foundation import clock, db, migrating, settings
from plp_api.foundation.rest import tokens
from plp_api.foundation.roster.models import District
from plp_api.server.app import create_app

SIZE = 5 << 20
WORKERS, THREADS = 2, 4
# In MB, for each process: a chunk of each thread, read and on its way, and what threads keep.
MOST_GROWN = 150
HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
BOUNDARY = "film-of-a-benchmark"
S3 = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    # moto keeps larger objects on disk.
    "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(1 << 20),
}


class Sender:
    """Sends films for one student."""

    def __init__(self, port: int, student_id: UUID, token: str) -> None:
        self.port, self.path, self.token = port, f"/students/{student_id}/uploads", token
        # A person may have so many open uploads, and some more.
        self.opened = Semaphore(16)
        rest = os.urandom(SIZE - len(HEAD) - 8)
        self.film = HEAD + len(rest + bytes(8)).to_bytes(4, "big") + b"mdat" + rest

    def whole(self) -> None:
        """Send a film in one request."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n'
        body = f"{head}\r\n".encode() + self.film + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        self._ask("POST", f"{self.path}/files", body, 201, **{"Content-Type": kind})

    def chunk(self) -> None:
        """Announce a film, send its one chunk, and complete it."""
        with self.opened:
            self._chunk()

    def _chunk(self) -> None:
        json_ = {"Content-Type": "application/json"}
        told = json.dumps({"filename": "a.mp4", "size": SIZE}).encode()
        address = f"/uploads/{self._ask('POST', self.path, told, 201, **json_)[0]['id']}"
        octets = {"Content-Type": "application/octet-stream"}
        _, tag = self._ask("PUT", f"{address}/chunks/1", self.film, 200, **octets)
        done = b'{"action": "complete"}'
        self._ask("POST", f"{address}/actions", done, 200, **json_, **{"If-Match": tag})

    def _ask(
        self, method: str, path: str, body: bytes, expected: int, **headers: str
    ) -> tuple[dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        own = {"Authorization": f"Bearer {self.token}", **headers}
        connection.request(method, f"/api/v1{path}", body, own)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status} {read[:300]!r}")
        return json.loads(read), answer.headers.get("ETag", "")


def main() -> int:
    """Measure both storages; return 1 if memory grew beyond its bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.uploads", description=__doc__)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--senders", type=int, default=32, help="how many send at once")
    given = parser.parse_args()
    print(f"\n{'':10}{'seconds':>9}{'MB/s':>7}   peak memory of each process in MB, before > after")
    grown = []
    for storage, prepared in {"folder": _folder, "s3": _object_store}.items():
        with tempfile.TemporaryDirectory(prefix="plp-bench-") as folder, prepared(folder):
            grown.append(_measure(storage, folder, given.uploads, given.senders))
    return 0 if max(grown) <= MOST_GROWN else 1


@contextmanager
def _folder(folder: str) -> Iterator[None]:
    os.environ["PLP_STORAGE_URL"] = Path(folder, "files").as_uri()
    yield


@contextmanager
def _object_store(folder: str) -> Iterator[None]:
    port = free_port()
    os.environ.update(S3, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", TMPDIR=folder)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    store = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        wait(port)
        s3fs.S3FileSystem(use_listings_cache=False).mkdir("plp-bench")
        os.environ["PLP_STORAGE_URL"] = "s3://plp-bench/files"
        yield
    finally:
        del os.environ["TMPDIR"]
        store.terminate()
        store.wait()


def _measure(storage: str, folder: str, uploads: int, senders: int) -> int:
    """Send the films and print what it took; by how many MB the process grew that grew most."""
    with postgres.server(folder) as url:
        os.environ.update(
            PLP_DATABASE_URL=url.application,
            PLP_MIGRATION_DATABASE_URL=url.owner,
            PLP_DATA_DIR=folder,
            PLP_RATE_LIMIT="",
            PLP_LOG_LEVEL="ERROR",
            PLP_WEB_PROCESSES=str(WORKERS),
            PLP_WEB_THREADS=str(THREADS),
            PLP_PORT=str(free_port()),
        )
        chosen = settings.read()
        migrating.upgrade(chosen)
        with _prepared(chosen) as (sender, port):
            command = [*("gunicorn", "--config", "python:plp_api.server.serving"), SERVED]
            server = subprocess.Popen([sys.executable, "-m", *command])
            try:
                wait(port)
                return _sent(storage, sender, server.pid, uploads, senders)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()


SERVED = "plp_api.server.serving:application()"


@contextmanager
def _prepared(chosen: settings.Settings) -> Iterator[tuple[Sender, int]]:
    """A sender for a student whose quota is large enough."""
    database = db.Database(chosen.database_url)
    filled = fill(database)
    with database.transaction(districts=[filled.district_id]) as session:
        district = session.get_one(District, filled.district_id)
        quotas = {"file_quota_student_mb": 100_000, "file_quota_district_mb": 1_000_000}
        district.settings = {**district.settings, **quotas}
    with create_app(chosen, database).app_context():
        ids = (filled.student_id, filled.student_session_id, filled.district_id)
        token = tokens.issue(*ids, clock.DEFAULT_ZONE)
    database.dispose()
    yield Sender(chosen.port, filled.student_id, token), chosen.port


def _sent(storage: str, sender: Sender, server: int, uploads: int, senders: int) -> int:
    # What every process needs once is loaded by a few uploads.
    _send(sender, 4 * WORKERS * THREADS, senders)
    before = _peaks(server)
    begin = time.perf_counter()
    _send(sender, uploads, senders)
    took = time.perf_counter() - begin
    after = _peaks(server)
    shown = ", ".join(f"{before[pid]} > {after[pid]}" for pid in before)
    speed = uploads * SIZE / (1 << 20) / took
    print(f"{storage:10}{took:9.1f}{speed:7.0f}   {shown}")
    return max(after[pid] - before[pid] for pid in before)


def _send(sender: Sender, uploads: int, senders: int) -> None:
    ways = (sender.whole, sender.chunk)
    with ThreadPoolExecutor(senders) as pool:
        for done in [pool.submit(partial(ways[n % len(ways)])) for n in range(uploads)]:
            done.result()


def _peaks(server: int) -> dict[int, int]:
    """The most memory in MB that each process of the server has had."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return {int(child): _peak(child) for child in children}


def _peak(process: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) >> 10


if __name__ == "__main__":
    sys.exit(main())
