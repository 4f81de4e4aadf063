"""The evidence for a framework item, where every student has some: its time and its indexes.

`python -m benchmarks.evidence --students 33334` fills SQLite and PostgreSQL with districts whose
students all link goals to items and are rated, so that the largest has 20,000 students with
evidence for one item. It runs the statements of a page as each role, for that item, for a
strand, for the whole framework and for an item that few have, and prints a table; the ratio to
the role's first page stands in brackets. `--explain` prints the query plans. Exits with 1 if a
statement scans a whole large table.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from benchmarks import access
from benchmarks.access import Asker, Filling, Measured
from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.scales.actions import DEFAULT_LEVELS
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import Database, new_id
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import Appointment, Relationship, SchoolEnrollment
from plp_api.learning.ratings import evidence, progress
from plp_api.learning.ratings.models import Rating
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import Plan

# Imported for the permissions to read what links to items.
from plp_api.planning.goals import routes as _goals  # isort: skip
from plp_api.planning.pathways import routes as _pathways  # isort: skip

__all__ = ["_goals", "_pathways"]

ROLES = ("student", "parent", "advisor", "counselor", "auditor")
STRANDS, ITEMS = 10, 20
RATINGS = 10
ONE_IN = 4_000
"""One student of so many has evidence for the rare item."""
TWO_YEARS = 730
KEYS = [key for key, *_ in DEFAULT_LEVELS]
LARGE = ("ratings", "item_links", "framework_items")

TREE: dict[str, UUID] = {}
"""The items of the largest district by what they stand for."""


class Rated(Filling):
    """A district with a framework of 211 items; each student has two links and ten ratings."""

    def __init__(self, number: int, students: int) -> None:
        super().__init__(number, students)
        self.officers["auditor"] = new_id()
        self.scale_id, self.framework_id, self.root = new_id(), new_id(), new_id()
        self.strands = [new_id() for _ in range(STRANDS)]
        self.items = [new_id() for _ in range(STRANDS * ITEMS)]
        self.goal_ids = [new_id() for _ in range(students)]
        if number == 0:
            named = {"item": self.items[0], "rare": self.items[-1], "strand": self.strands[0]}
            TREE.update(**named, framework=self.root)

    def appointments(self) -> Iterator[dict[str, Any]]:
        for row in super().appointments():
            yield {**row, "school_id": None} if row["role"] == "auditor" else row

    def goals(self) -> Iterator[dict[str, Any]]:
        for goal_id, plan_id, student_id in zip(self.goal_ids, self.plans, self.ids, strict=True):
            own = {"id": goal_id, "plan_id": plan_id, "student_id": student_id, **self.own}
            yield {**own, "title": "Goal", "domain": "career", "status": "active"}

    def scales(self) -> Iterator[dict[str, Any]]:
        levels = [
            {"key": key, "title": title, "description": ""} for key, title, _ in DEFAULT_LEVELS
        ]
        yield {"id": self.scale_id, **self.own, "title": "Four", "levels": levels}

    def frameworks(self) -> Iterator[dict[str, Any]]:
        made = {"identifier": new_id(), "source": "csv", "last_changed_at": clock.now()}
        yield {"id": self.framework_id, **self.own, **made, "title": "Proficiencies"}

    def framework_items(self) -> Iterator[dict[str, Any]]:
        above = {
            self.root: None,
            **dict.fromkeys(self.strands, self.root),
            **{key: self.strands[place // ITEMS] for place, key in enumerate(self.items)},
        }
        for position, (key, parent_id) in enumerate(above.items()):
            made = {"identifier": new_id(), "last_changed_at": clock.now(), "position": position}
            placed = {"framework_id": self.framework_id, "parent_id": parent_id, **made}
            yield {"id": key, **self.own, **placed, "statement": f"Does {position}."}

    def links(self) -> Iterator[dict[str, Any]]:
        for number, (student_id, goal_id) in enumerate(zip(self.ids, self.goal_ids, strict=True)):
            own = {**self.own, "student_id": student_id, "linked_by": student_id}
            about = {"subject_type": "goals", "subject_id": goal_id}
            for item_id in (self.items[0], self._other(number)):
                yield {**own, **about, "framework_item_id": item_id}

    def ratings(self) -> Iterator[dict[str, Any]]:
        today, rare = clock.today(), self.items[-1]
        for number, student_id in enumerate(self.ids):
            by = self.advisors[number % len(self.advisors)]
            for which in range(RATINGS):
                is_self = which == 0
                item_id = self.items[0] if which < 3 else self._other(number + which)
                yield {
                    **self.own,
                    "student_id": student_id,
                    "framework_item_id": rare if number % ONE_IN == which == 9 else item_id,
                    "scale_id": self.scale_id,
                    "level": KEYS[(number + which) % len(KEYS)],
                    "is_self": is_self,
                    "rated_on": today - timedelta(days=(number * 7 + which * 73) % TWO_YEARS),
                    "rated_by": student_id if is_self else by,
                    "rated_as": "student" if is_self else "teacher",
                }

    def _other(self, number: int) -> UUID:
        """An item that is neither the one that all have, nor the rare one."""
        return self.items[1 + number % (len(self.items) - 2)]

    @property
    def tables(self) -> dict[type[db.Base], Iterator[dict[str, Any]]]:
        kept = (Person, Student, SchoolEnrollment, Relationship, Appointment, Plan, Goal)
        return {
            **{model: rows for model, rows in super().tables.items() if model in kept},
            Scale: self.scales(),
            Framework: self.frameworks(),
            FrameworkItem: self.framework_items(),
            ItemLink: self.links(),
            Rating: self.ratings(),
        }


class Case:
    """One page: for which item, with which filters."""

    def __init__(self, name: str, item: str, *, below: bool = False, **filters: Any) -> None:
        self.name, self.item, self.below = name, item, below
        self.asked = {"sort": "student_id", "limit": access.PAGE - 1, **filters}


CASES = (
    Case("item", "item"),
    Case("item, proficient", "item", level=["proficient"]),
    Case("item, grade 10", "item", grade=["10"]),
    Case("rare item", "rare"),
    Case("strand and below", "strand", below=True),
    Case("framework and below", "framework", below=True),
    Case("rare and below", "rare", below=True),
)


def measure(database: Database, askers: dict[str, Asker]) -> Iterator[Measured]:
    """Both statements of each page of each role, and a student's competencies."""
    for role, asker in askers.items():
        with database.transaction(write=False) as session:
            args = (asker.person_id, asker.session_id, asker.district_id, clock.DEFAULT_ZONE)
            caller, _ = callers.load(*args)
            reader, first = Access(caller), 0.0
            for case in CASES:
                for measured in _pages(session, role, reader, case):
                    first = first or measured.milliseconds
                    ratio = f" ({measured.milliseconds / first:.1f})"
                    yield Measured(role, measured.what + ratio, *_rest(measured))
            yield _competencies(session, role, asker)


def _rest(measured: Measured) -> Any:
    return measured.milliseconds, measured.rows, measured.plan


def _pages(session: Any, role: str, reader: Access, case: Case) -> Iterator[Measured]:
    binds = {**reader.caller.binds, "item": TREE[case.item]}
    page = evidence.first_page(reader, case.asked, below=case.below)
    milliseconds, ids = access.timed(lambda: session.scalars(page, binds).all())
    plan = access.explained(session, page, binds)
    yield Measured(role, f"page: {case.name}", milliseconds, len(ids), plan)
    details = evidence.details(reader, below=case.below)
    binds = {**binds, "ids": list(ids)}
    milliseconds, rows = access.timed(lambda: session.execute(details, binds).all())
    plan = access.explained(session, details, binds)
    yield Measured(role, f"rows: {case.name}", milliseconds, len(rows), plan)


def _competencies(session: Any, role: str, asker: Asker) -> Measured:
    student = session.get_one(Student, asker.student_id)
    milliseconds, found = access.timed(partial(progress.of, student))
    binds = {"student": student.id, "since": clock.today() - timedelta(days=TWO_YEARS)}
    statement = progress.RATINGS.statement
    plan = access.explained(session, statement, {**binds, "until": clock.today()})
    return Measured(role, "competencies", milliseconds, len(found["competencies"]), plan)


run = partial(access.run, filling=partial(access.fill, kind=Rated, roles=ROLES), measuring=measure)

if __name__ == "__main__":
    access.LARGE += LARGE
    sys.exit(access.main(__doc__, run))
