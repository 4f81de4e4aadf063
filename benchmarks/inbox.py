"""The inbox at 100,000 students: the time of its statements and their indexes.

`python -m benchmarks.inbox` fills SQLite and PostgreSQL with the same districts in a busy
autumn, sends the first page and the count of each role's inbox in one exchange, and prints
a table. `--explain` prints the slowest statement's plan. Exits with 1 if a statement scans
a whole table of students' rows.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from benchmarks import access
from benchmarks.access import ALL_RIGHTS, NO_RIGHTS, Asker, Filling, Measured
from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.db import Database, new_id
from plp_api.home.inbox import presenters

COMMENTS = 2
ROLES: tuple[str, ...]
ROLES = ("student", "parent", "advisor", "counselor", "school_admin", "registrar")
ROLES += ("district_admin",)


class Busy(Filling):
    """A district in autumn: versions in force or handed in, goals proposed, comments."""

    advisees = 100

    def __init__(self, number: int, students: int) -> None:
        super().__init__(number, students)
        self.officers["school_admin"] = new_id()
        self.now = clock.now()

    def ties(self) -> Iterator[dict[str, Any]]:
        for number, student_id in enumerate(self.ids):
            own = {"student_id": student_id, "starts_on": self.since, **self.own}
            advisor = self.advisors[number // self.advisees % len(self.advisors)]
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


run = partial(access.run, filling=partial(access.fill, kind=Busy, roles=ROLES), measuring=measure)

if __name__ == "__main__":
    sys.exit(access.main(__doc__, run))
