"""The inbox at 100,000 students: the time of its statements and their indexes.

`python -m benchmarks.inbox` fills SQLite and PostgreSQL with the same districts in a busy
autumn, sends the first page and the count of each role's inbox in one exchange, and prints
a table. `--explain` prints the slowest statement's plan. Exits with 1 if a statement scans
a whole table of students' rows.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import access, postgres
from benchmarks.access import ALL_RIGHTS, NO_RIGHTS, SHARES, Asker, Filling, Measured
from plp_api.foundation import clock, db, migrating
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.db import Database, new_id
from plp_api.foundation.roster.models import Account, AccountPerson, LoginSession
from plp_api.foundation.settings import Settings
from plp_api.home.inbox import presenters

ADVISEES, COMMENTS = 100, 2
ROLES: tuple[str, ...]
ROLES = ("student", "parent", "advisor", "counselor", "school_admin", "registrar")
ROLES += ("district_admin",)


class Busy(Filling):
    """A district in autumn: versions in force or handed in, goals proposed, comments."""

    def __init__(self, number: int, students: int) -> None:
        super().__init__(number, students)
        self.advisors = [new_id() for _ in range(max(1, students // ADVISEES))]
        self.officers["school_admin"] = new_id()
        self.now = clock.now()

    def ties(self) -> Iterator[dict[str, Any]]:
        for number, student_id in enumerate(self.ids):
            own = {"student_id": student_id, "starts_on": self.since, **self.own}
            advisor = self.advisors[number // ADVISEES % len(self.advisors)]
            confirmed = {"status": "confirmed"}
            yield {**own, "person_id": advisor, "kind": "advisor", **NO_RIGHTS, **confirmed}
            parent = self.parents[number // 2 % len(self.parents)]
            status = "unconfirmed" if number % 100 == 0 else "confirmed"
            yield {**own, "person_id": parent, "kind": "parent", **ALL_RIGHTS, "status": status}

    def versions(self) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(super().versions()):
            since = self.now - timedelta(days=number % 90, minutes=number % 997)
            status = "submitted" if number % 33 == 0 else "in_force"
            approver = self.officers["counselor"] if status == "in_force" else None
            yield {
                **row,
                "status": status,
                "submitted_at": since,
                "submitted_by": row["student_id"],
                "approved_at": since if approver else None,
                "approved_by": approver,
            }

    def goals(self) -> Iterator[dict[str, Any]]:
        self.goal_ids = []
        for number, row in enumerate(super().goals()):
            goal_id = new_id()
            if number % access.GOALS == 0:
                self.goal_ids.append(goal_id)
            yield {**row, "id": goal_id, "status": "proposed" if number % 50 == 0 else "active"}

    def comments(self) -> Iterator[dict[str, Any]]:
        about = {"subject_type": "goals", "author_role": "student", "body": "Done."}
        for number, student_id in enumerate(self.ids):
            own = {"student_id": student_id, "author_id": student_id, **about, **self.own}
            for which in range(COMMENTS):
                at = self.now - timedelta(days=(number * 7 + which * 50) % 200)
                yield {**own, "subject_id": self.goal_ids[number], "created_at": at}

    @property
    def tables(self) -> dict[type[db.Base], Iterator[dict[str, Any]]]:
        return {**super().tables, Comment: self.comments()}


def fill(database: Database, students: int) -> dict[str, Asker]:
    """Write every district, and return the callers in the largest."""
    askers: dict[str, Asker] = {}
    for number, share in enumerate(SHARES):
        district = Busy(number, int(students * share))
        with database.transaction(districts=[district.own["district_id"]]) as session:
            for row in district.places():
                session.add(row)
                session.flush()
            for model, rows in district.tables.items():
                db.insert_many(model, rows)
            if number == 0:
                askers = {role: _asker(session, district, role) for role in ROLES}
    return askers


def _asker(session: Any, district: Busy, role: str) -> Asker:
    middle = district.students // 2
    people = {
        "student": district.ids[middle],
        "parent": district.parents[middle // 2 % len(district.parents)],
        "advisor": district.advisors[middle // ADVISEES % len(district.advisors)],
        **district.officers,
    }
    account = Account(id=new_id(), username=role, **district.own)
    session.add(account)
    session.flush()
    session.add(AccountPerson(person_id=people[role], account_id=account.id, **district.own))
    login = LoginSession(
        id=new_id(),
        account_id=account.id,
        person_id=people[role],
        refresh_hash="-",
        expires_at=clock.now() + timedelta(days=1),
        **district.own,
    )
    session.add(login)
    session.flush()
    return Asker(people[role], login.id, district.own["district_id"], district.ids[middle])


def measure(database: Database, askers: dict[str, Asker]) -> Iterator[Measured]:
    """The first page, the count and the slowest source of each role."""
    for role, asker in askers.items():
        with database.transaction(write=False) as session:
            args = (asker.person_id, asker.session_id, asker.district_id, clock.DEFAULT_ZONE)
            caller, _ = callers.load(*args)
            yield from _measure(session, role, caller)


def _measure(session: Any, role: str, caller: Caller) -> Iterator[Measured]:
    for what, queries in (
        ("page", presenters.first(caller)),
        ("count", presenters.numbers(caller)),
    ):
        milliseconds, results = access.timed(partial(_sent, queries))
        rows = sum(map(len, results))
        yield Measured(role, f"{what} in {len(queries)} statements", milliseconds, rows, [])
        each = [(access.timed(partial(_sent, [query])), query) for query in queries]
        slowest, query = max(each, key=lambda timed: timed[0][0])
        plans = [access.explained(session, one.prepared.statement, one.binds) for one in queries]
        lines = access.explained(session, query.prepared.statement, query.binds)
        found = Measured(role, f"{what}: the slowest", slowest[0], len(slowest[1][0]), lines)
        yield found
        scans = {name for plan in plans for name in replace(found, plan=plan).scans}
        if scans - {*found.scans}:
            yield replace(found, what=f"{what}: others", plan=[f"SCAN {one}" for one in scans])


def _sent(queries: list[db.Query]) -> list[list[dict[str, Any]]]:
    return db.fetch(*queries)


def run(kind: str, settings: Settings, students: int, *, explain: bool) -> bool:
    """Migrate, fill and measure one database."""
    migrating.upgrade(settings)
    database = Database(settings.database_url)
    started = time.perf_counter()
    askers = fill(database, students)
    print(f"{kind}: filled in {time.perf_counter() - started:.0f} s", flush=True)
    if kind == "PostgreSQL":
        postgres.analyze()
    else:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    measured = list(measure(database, askers))
    database.dispose()
    return access.report(f"{kind}, {students:,} students", measured, explain=explain)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--explain", action="store_true", help="print the plans")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    is_fine = True
    with tempfile.TemporaryDirectory(prefix="plp-bench-") as folder:
        secret = "nobody signs in here, but a secret must be"
        if asked.only != "postgresql":
            url = f"sqlite:///{folder}/plp.sqlite"
            settings = Settings("development", Path(folder), url, url, secret)
            is_fine &= run("SQLite", settings, asked.students, explain=asked.explain)
        if asked.only != "sqlite":
            with postgres.server(folder) as urls:
                settings = Settings(
                    "development", Path(folder), urls.application, urls.owner, secret
                )
                is_fine &= run("PostgreSQL", settings, asked.students, explain=asked.explain)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
