"""Measure the server and its floor in turn, both under gunicorn, on PostgreSQL."""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import counting, load, postgres
from benchmarks.fill import FILM, Filled, fill
from benchmarks.served import free_port, wait
from plp_api.foundation import clock, db, migrating, settings
from plp_api.foundation.files import storage
from plp_api.foundation.rest import tokens
from plp_api.server.app import create_app

ROUNDS = 5
THREADS = 4


@dataclass(frozen=True)
class Case:
    """One measurement: the requests to the server and to the floor, and the ratio required."""

    name: str
    request: bytes
    floor: bytes
    expected: int
    least: float


def main() -> int:
    """Run all cases; return 1 if a ratio is below the one required."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each burst")
    parser.add_argument("--only", default="abcdefgh", help="letters of the cases, like ah")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plp-bench-") as folder, postgres.server(folder) as url:
        os.environ.update(
            PLP_DATABASE_URL=url.application,
            PLP_MIGRATION_DATABASE_URL=url.owner,
            PLP_DATA_DIR=folder,
            PLP_RATE_LIMIT="",
            PLP_LOG_LEVEL="WARNING",
            PLP_ACCESS_TOKEN_LIFETIME="86400",
            FLOOR_DATABASE_URL=url.superuser,
        )
        return _run(settings.read(), given.seconds, given.only)


def _run(chosen: settings.Settings, seconds: float, only: str) -> int:
    migrating.upgrade(chosen)
    database = db.Database(chosen.database_url)
    filled = fill(database)
    film = Path(chosen.data_dir) / storage.FOLDER / filled.film
    film.parent.mkdir(parents=True)
    film.write_bytes(os.urandom(FILM))
    os.environ["FLOOR_FILM"] = str(film)
    postgres.analyze()
    with (
        _served("plp_api.server.app:create_app()") as ours,
        _served("benchmarks.floor:app") as floor,
    ):
        cases = _cases(chosen, database, filled, ours)
        for case in (cases[0], *cases[-4:]):
            _compare_bodies(case, ours, floor)
        cases = [case for case in cases if case.name[1] in only]
        app = create_app(chosen, database)
        results = [
            (*_measure(case, ours, floor, seconds), counting.queries(app, database, case.request))
            for case in cases
        ]
        reads = [case.request for case in cases if case.request.startswith(b"GET")]
        anew = counting.planned_anew(app, database, reads)
    _print(cases, results)
    for statement in anew:
        print(f"PostgreSQL plans this statement at each run:\n{statement}\n")
    if anew:
        return 1
    return 0 if all(r[2] >= c.least for r, c in zip(results, cases, strict=True)) else 1


def _cases(
    chosen: settings.Settings, database: db.Database, filled: Filled, port: int
) -> list[Case]:
    app = create_app(chosen, database)
    zone = clock.DEFAULT_ZONE
    with app.app_context():
        student = tokens.issue(
            filled.student_id, filled.student_session_id, filled.district_id, zone
        )
        advisor = tokens.issue(
            filled.advisor_id, filled.advisor_session_id, filled.district_id, zone
        )
        coordinator = tokens.issue(
            filled.coordinator_id, filled.coordinator_session_id, filled.district_id, zone
        )
    path = f"/api/v1/plans/{filled.plan_id}"
    plan = _request("GET", f"{path}?expand=goals,signatures", f"Authorization: Bearer {student}")
    head, _ = load.once(port, plan, 200)
    found = re.search(rb'ETag: (W/"[0-9a-f]+")', head)
    assert found, head
    tag = found[1].decode()
    body = f'{{"checked_on": "{clock.today()}", "percent": 40, "body": "The clinic said yes."}}'
    elo, board = f"/api/v1/elos/{filled.elo_id}/overview", "/api/v1/elos/overview?limit=100"
    write = f"/api/v1/goals/{filled.goal_id}/check-ins"
    polled = _request(
        "GET",
        f"{path}?expand=goals,signatures",
        f"Authorization: Bearer {student}",
        f"If-None-Match: {tag}",
    )
    return [
        Case("(a) a plan, 10 goals x 3 steps", plan, _request("GET", path), 200, 0.5),
        Case(
            "(b) an advisor's list of 50",
            _request("GET", "/api/v1/plans", f"Authorization: Bearer {advisor}"),
            _request("GET", "/api/v1/plans", f"X-Advisor: {filled.advisor_id}"),
            200,
            0.4,
        ),
        # Before (c), because a check-in changes the plan and its ETag.
        Case("(d) a 304 of (a)", polled, _request("GET", path), 304, 0.75),
        Case(
            "(c) a goal check-in (write)",
            _request("POST", write, f"Authorization: Bearer {student}", body=body),
            _request("POST", write, body=body),
            201,
            0.3,
        ),
        Case(
            "(e) an ELO with 40 log entries",
            _request("GET", elo, f"Authorization: Bearer {coordinator}"),
            _request("GET", elo),
            200,
            0.5,
        ),
        Case(
            "(f) a coordinator's list of 100",
            _request("GET", board, f"Authorization: Bearer {coordinator}"),
            _request("GET", board, f"X-School: {filled.school_id}"),
            200,
            0.5,
        ),
        Case(
            "(g) a student's 50 artifacts",
            _request("GET", "/api/v1/artifacts/overview", f"Authorization: Bearer {student}"),
            _request("GET", "/api/v1/artifacts/overview", f"X-Student: {filled.student_id}"),
            200,
            0.5,
        ),
        Case(
            "(h) a film of 5 MB",
            _request(
                "GET",
                f"/api/v1/artifact-parts/{filled.film_part_id}/content",
                f"Authorization: Bearer {advisor}",
            ),
            _request("GET", "/api/v1/artifact-parts/film/content"),
            200,
            0.7,
        ),
    ]


def _request(method: str, path: str, *headers: str, body: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


def _compare_bodies(case: Case, ours: int, floor: int) -> None:
    """Check that the floor does the same work: it returns the same bytes."""
    mine, bare = (load.once(p, r, 200)[1] for p, r in ((ours, case.request), (floor, case.floor)))
    if mine != bare:
        at = next(place for place, (a, b) in enumerate(zip(mine, bare, strict=False)) if a != b)
        near = slice(max(0, at - 80), at + 80)
        raise SystemExit(f"The floor answers other bytes:\n{mine[near]!r}\n{bare[near]!r}")


Result = tuple[load.Measured, load.Measured, float, int]
"""Ours, the floor's, their ratio, and how many statements one request sends."""


def _measure(
    case: Case, ours: int, floor: int, seconds: float
) -> tuple[load.Measured, load.Measured, float]:
    """Measure both in turn; the ratio is the median of all rounds."""
    expected = 200 if case.expected == 304 else case.expected
    load.measure(ours, case.request, 0.5, case.expected)
    load.measure(floor, case.floor, 0.5, expected)
    rounds = [
        (
            load.measure(ours, case.request, seconds, case.expected),
            load.measure(floor, case.floor, seconds, expected),
        )
        for _ in range(ROUNDS)
    ]
    ratios = sorted((a.per_second / b.per_second, a, b) for a, b in rounds)
    ratio, mine, bare = ratios[len(ratios) // 2]
    assert ratio == median(one[0] for one in ratios)
    return mine, bare, ratio


def _print(cases: list[Case], results: list[Result]) -> None:
    names = ("req/s", "p50 ms", "p95 ms", "floor", "ratio", "asked", "queries")
    print(f"\n{'':34}" + "".join(f"{name:>8}" for name in names))
    for case, (mine, bare, ratio, queries) in zip(cases, results, strict=True):
        mark = "" if ratio >= case.least else "  below"
        print(
            f"{case.name:34}{mine.per_second:8.0f}{mine.p50:8.2f}{mine.p95:8.2f}"
            f"{bare.per_second:8.0f}{ratio:8.2f}{case.least:8.2f}{queries:8}{mark}"
        )


@contextlib.contextmanager
def _served(application: str) -> Iterator[int]:
    """Run gunicorn with one process and four threads on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    options = [
        "--workers",
        "1",
        "--threads",
        str(THREADS),
        "--keep-alive",
        "60",
        "--log-level",
        "error",
    ]
    process = subprocess.Popen([*command, *options], cwd=Path(__file__).parents[1])
    try:
        wait(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
