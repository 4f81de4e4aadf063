"""The January report: the cost of the dual-enrollment report for 20,000 students.

`python -m benchmarks.ledger` fills SQLite and PostgreSQL with the same
district, requests the report as its admin and as the counselor of one school,
as JSON and as CSV, and prints a table. Exits with 1 if one report takes more
than six queries.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from benchmarks import postgres
from benchmarks.counting import queries
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db, migrating
from plp_api.foundation.db import Database, new_id
from plp_api.foundation.rest import tokens
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import Appointment, SchoolEnrollment
from plp_api.foundation.settings import Settings
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import Plan
from plp_api.server.app import create_app

SCHOOL, TIMES, MOST_QUERIES = 1_000, 5, 6
PATHS = ("/reports/dual-enrollment", "/reports/dual-enrollment?format=csv")
GRADES = ("07", "08", "09", "10", "11", "12")
Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Asker:
    """A person with an open session."""

    person_id: UUID
    session_id: UUID


class Filling:
    """The rows of one district: two of three students in grades 11 and 12 take courses."""

    def __init__(self, students: int) -> None:
        self.today = clock.today()
        self.since = self.today - timedelta(days=300)
        self.own = {"district_id": new_id()}
        self.template_id = new_id()
        self.schools = [new_id() for _ in range(max(1, students // SCHOOL))]
        self.ids = [new_id() for _ in range(students)]
        self.plans = [new_id() for _ in range(students)]
        self.officers = {"district_admin": new_id(), "counselor": new_id()}

    def people(self) -> Rows:
        for number, key in enumerate([*self.ids, *self.officers.values()]):
            yield {**self.own, "id": key, "given_name": "Sam", "family_name": f"Of {number}"}

    def students(self) -> Rows:
        born = date(self.today.year - 16, 6, 1)
        for number, key in enumerate(self.ids):
            yield {
                **self.own,
                "id": key,
                "plan_home_school_id": self._school(number),
                "grade": GRADES[number % 6],
                "birth_date": born,
                "rights_transfer_on": clock.birthday(born, 18),
                "state_student_id": f"{number:08}",
            }

    def _school(self, number: int) -> UUID:
        return self.schools[number // 6 % len(self.schools)]

    def enrollments(self) -> Rows:
        for number, key in enumerate(self.ids):
            grade = GRADES[number % 6]
            place = {"school_id": self._school(number), "grade": grade, "starts_on": self.since}
            yield {**self.own, "student_id": key, **place}

    def every_plan(self) -> Rows:
        for student_id, plan_id in zip(self.ids, self.plans, strict=True):
            made = {"template_id": self.template_id, "opened_on": self.since}
            yield {**self.own, "id": plan_id, "student_id": student_id, **made}

    def elements(self) -> Rows:
        for number, student_id in enumerate(self.ids):
            for course in range(number // 6 % 3 if number % 6 > 3 else 0):
                yield {
                    **self.own,
                    "student_id": student_id,
                    "plan_id": self.plans[number],
                    "planned_by": student_id,
                    "type": "dual_enrollment",
                    "status": "enrolled",
                    "title": f"Nursing {course}",
                    "provider_name": "Community College",
                    "funding": "state_voucher" if number % 5 else "district",
                    "starts_on": self.today - timedelta(days=course),
                    "approved_on": self.today - timedelta(days=40),
                    "enrolled_on": self.today - timedelta(days=course),
                    "is_voucher_used": bool(number % 5),
                }

    def sessions(self) -> Iterator[tuple[type[db.Base], list[dict[str, Any]]]]:
        """Add an account and an open session for each officer."""
        for role, key in self.officers.items():
            account_id = new_id()
            name = {"id": account_id, "username": role}
            yield Account, [{**self.own, **name}]
            yield AccountPerson, [{**self.own, "person_id": key, "account_id": account_id}]
            opened = {"account_id": account_id, "person_id": key, "refresh_hash": "-"}
            until = clock.now() + timedelta(days=1)
            yield LoginSession, [{**self.own, "id": key, **opened, "expires_at": until}]
            school = None if role == "district_admin" else self.schools[0]
            office = {"person_id": key, "role": role, "school_id": school}
            yield Appointment, [{**self.own, **office, "starts_on": self.since}]


def fill(database: Database, students: int) -> tuple[UUID, dict[str, Asker]]:
    """Write the district, and return its callers."""
    made = Filling(students)
    district_id = made.own["district_id"]
    with database.transaction(districts=[district_id]) as session:
        session.add(District(id=district_id, name="Bench", slug="bench"))
        session.flush()
        session.add_all(
            School(id=key, **made.own, name=f"School {number:02}")
            for number, key in enumerate(made.schools)
        )
        session.add(PlanTemplate(id=made.template_id, **made.own, name="T", sections=[]))
        session.flush()
        kinds: tuple[tuple[Any, Any], ...] = (
            (Person, made.people()),
            (Student, made.students()),
            (SchoolEnrollment, made.enrollments()),
            (Plan, made.every_plan()),
            (PathwayElement, made.elements()),
            *made.sessions(),
        )
        for model, rows in kinds:
            db.insert_many(model, rows)
    return district_id, {role: Asker(key, key) for role, key in made.officers.items()}


def measure(settings: Settings, students: int) -> bool:
    """Fill and measure one database; return whether every report took few enough queries."""
    migrating.upgrade(settings)
    database = Database(settings.database_url)
    started = time.perf_counter()
    district_id, askers = fill(database, students)
    print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    if database.is_postgresql:
        postgres.analyze()
    else:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    app = create_app(settings, database)
    is_fine = True
    for role, asker in askers.items():
        with app.app_context():
            token = tokens.issue(asker.person_id, asker.session_id, district_id, clock.DEFAULT_ZONE)
        head = {"Authorization": f"Bearer {token}"}
        for path in PATHS:
            count = queries(app, database, _request(path, token))
            milliseconds, size = _timed(app, path, head)
            is_fine &= count <= MOST_QUERIES
            print(f"{role:16}{path:44}{count:3} queries{milliseconds:9.0f} ms{size:12,} bytes")
    database.dispose()
    return is_fine


def _request(path: str, token: str) -> bytes:
    return f"GET /api/v1{path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _timed(app: Any, path: str, head: dict[str, str]) -> tuple[float, int]:
    taken, size = [], 0
    for _ in range(TIMES):
        started = time.perf_counter()
        answer = app.test_client().get(f"/api/v1{path}", headers=head)
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text[:500]}")
        size = len(answer.data)
    return median(taken), size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    is_fine = True
    with tempfile.TemporaryDirectory(prefix="plp-bench-") as folder:
        secret = "long enough for a token, and known to nobody else"
        if asked.only != "postgresql":
            print(f"\nSQLite, {asked.students:,} students")
            url = f"sqlite:///{folder}/plp.sqlite"
            plain = Settings(
                "development", Path(folder), url, url, secret, rate_limit="", log_level="CRITICAL"
            )
            is_fine &= measure(plain, asked.students)
        if asked.only != "sqlite":
            print(f"\nPostgreSQL, {asked.students:,} students")
            with postgres.server(folder) as urls:
                wide = Settings(
                    "development",
                    Path(folder),
                    urls.application,
                    urls.owner,
                    secret,
                    rate_limit="",
                    log_level="CRITICAL",
                )
                is_fine &= measure(wide, asked.students)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
