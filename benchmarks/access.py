"""Access statements at 100,000 students: their time and their indexes.

`python -m benchmarks.access` fills SQLite and PostgreSQL with the same
districts, runs each statement as a student, a parent, an advisor, a counselor
and a district admin, and prints a table. `--explain` prints the query plans as
well. Exits with 1 if a statement scans a whole table of students' rows.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite

from benchmarks import postgres
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db, migrating
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import powers, reach
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import Database, new_id
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import Appointment, Relationship, SchoolEnrollment
from plp_api.foundation.settings import Settings
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import Plan, PlanVersion
from plp_api.planning.reviews.models import Review

SCHOOL, ADVISEES, GOALS, PAGE, TIMES = 1_500, 50, 3, 51, 15
# One large district among smaller ones: its admin sees more than half of all rows.
SHARES = (0.6, 0.1, 0.1, 0.1, 0.1)
LISTS: dict[type[Any], Any] = {
    Student: Student.updated_at,
    Plan: Plan.updated_at,
    PlanVersion: PlanVersion.updated_at,
}
LISTS |= {Goal: Goal.updated_at, Review: Review.due_on}
LARGE: tuple[str, ...]
LARGE = (
    "students",
    "people",
    "relationships",
    "school_enrollments",
    "plans",
    "plan_versions",
)
LARGE += ("goals", "reviews", "person_terms")
ROLES = ("student", "parent", "advisor", "counselor", "registrar", "district_admin")
ACTED_ON = (1, 50, 2_000)


@dataclass(frozen=True)
class Asker:
    """The caller: a person with a session, and one student they reach."""

    person_id: UUID
    session_id: UUID
    district_id: UUID
    student_id: UUID


class Filling:
    """Yields the rows of one district, table by table, and keeps none of them in memory."""

    advisees = ADVISEES
    """How many students an advisor has."""

    def __init__(self, number: int, students: int) -> None:
        self.number, self.students = number, students
        self.own = {"district_id": new_id()}
        self.template_id = new_id()
        self.since = clock.today() - timedelta(days=300)
        self.schools = [new_id() for _ in range(max(1, students // SCHOOL))]
        self.ids = [new_id() for _ in range(students)]
        self.parents = [new_id() for _ in range(students // 2)]
        self.advisors = [new_id() for _ in range(max(1, students // self.advisees))]
        self.officers = {role: new_id() for role in ("counselor", "registrar", "district_admin")}
        self.plans = [new_id() for _ in range(students)]

    def school_of(self, number: int) -> UUID:
        return self.schools[number * len(self.schools) // self.students]

    def places(self) -> Iterator[Any]:
        slug = f"district-{self.number}"
        yield District(id=self.own["district_id"], name=slug, slug=slug)
        for number, school_id in enumerate(self.schools):
            yield School(id=school_id, name=f"School {number}", **self.own)
        yield PlanTemplate(id=self.template_id, name="T", sections=[], is_default=True, **self.own)

    def people(self) -> Iterator[dict[str, Any]]:
        everybody = (*self.ids, *self.parents, *self.advisors, *self.officers.values())
        for number, person_id in enumerate(everybody):
            named = {"given_name": f"Given {number % 997}", "family_name": f"Family {number}"}
            yield {"id": person_id, **named, **self.own}

    def student_rows(self) -> Iterator[dict[str, Any]]:
        for number, student_id in enumerate(self.ids):
            age = {"birth_date": date(2011, 1, 1), "rights_transfer_on": date(2029, 1, 1)}
            school = {
                "plan_home_school_id": self.school_of(number),
                "grade": f"{7 + number % 6:02}",
            }
            yield {"id": student_id, **self.own, **school, **age}

    def enrollments(self) -> Iterator[dict[str, Any]]:
        for number, student_id in enumerate(self.ids):
            at = {"school_id": self.school_of(number), "grade": "10", "starts_on": self.since}
            yield {"student_id": student_id, **at, **self.own}

    def ties(self) -> Iterator[dict[str, Any]]:
        for number, student_id in enumerate(self.ids):
            own = {"student_id": student_id, "starts_on": self.since, **self.own}
            advisor = self.advisors[number // ADVISEES % len(self.advisors)]
            yield {**own, "person_id": advisor, "kind": "advisor", **NO_RIGHTS}
            parent = self.parents[number // 2 % len(self.parents)]
            yield {**own, "person_id": parent, "kind": "parent", **ALL_RIGHTS}

    def appointments(self) -> Iterator[dict[str, Any]]:
        for role, person_id in self.officers.items():
            school = None if role == "district_admin" else self.school_of(self.students // 2)
            held = {"role": role, "school_id": school, "starts_on": self.since}
            yield {"person_id": person_id, **held, **self.own}

    def plan_rows(self) -> Iterator[dict[str, Any]]:
        for plan_id, student_id in zip(self.plans, self.ids, strict=True):
            opened = {"template_id": self.template_id, "opened_on": self.since}
            yield {"id": plan_id, "student_id": student_id, **opened, **self.own}

    def versions(self) -> Iterator[dict[str, Any]]:
        for plan_id, student_id in zip(self.plans, self.ids, strict=True):
            own = {"plan_id": plan_id, "student_id": student_id, "started_by": student_id}
            yield {**own, "template_id": self.template_id, "number": 1, **self.own}

    def goals(self) -> Iterator[dict[str, Any]]:
        for plan_id, student_id in zip(self.plans, self.ids, strict=True):
            own = {"plan_id": plan_id, "student_id": student_id, **self.own}
            for number in range(GOALS):
                yield {**own, "title": f"Goal {number}", "domain": "career", "status": "active"}

    def reviews(self) -> Iterator[dict[str, Any]]:
        cycle = clock.Cycle.containing(clock.today())
        spans = {"cycle_starts_on": cycle.starts_on, "cycle_ends_on": cycle.ends_on}
        for plan_id, student_id in zip(self.plans, self.ids, strict=True):
            own = {"plan_id": plan_id, "student_id": student_id, **self.own}
            yield {**own, **spans, "due_on": cycle.ends_on}

    @property
    def tables(self) -> dict[type[db.Base], Iterator[dict[str, Any]]]:
        """Every table's rows, in the order that foreign keys require."""
        return {
            Person: self.people(),
            Student: self.student_rows(),
            SchoolEnrollment: self.enrollments(),
            Relationship: self.ties(),
            Appointment: self.appointments(),
            Plan: self.plan_rows(),
            PlanVersion: self.versions(),
            Goal: self.goals(),
            Review: self.reviews(),
        }


NO_RIGHTS = {"may_inspect": False, "may_decide": False, "parent_kind": None}
ALL_RIGHTS = {"may_inspect": True, "may_decide": True, "parent_kind": "parent"}


def fill(
    database: Database,
    students: int,
    kind: type[Filling] = Filling,
    roles: Sequence[str] = ROLES,
) -> dict[str, Asker]:
    """Write every district, and return the callers in the largest."""
    askers: dict[str, Asker] = {}
    for number, share in enumerate(SHARES):
        district = kind(number, int(students * share))
        with database.transaction(districts=[district.own["district_id"]]) as session:
            for row in district.places():
                session.add(row)
                session.flush()
            for model, rows in district.tables.items():
                db.insert_many(model, rows)
            if number == 0:
                askers = {role: _asker(session, district, role) for role in roles}
    return askers


def _asker(session: Any, district: Filling, role: str) -> Asker:
    """A signed-in person with the role, and a student from the middle of the range."""
    middle = district.students // 2
    people = {
        "student": district.ids[middle],
        "parent": district.parents[middle // 2 % len(district.parents)],
        "advisor": district.advisors[middle // district.advisees % len(district.advisors)],
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


def explained(session: Any, statement: Any, binds: dict[str, Any]) -> list[str]:
    """The database's plan for the statement, line by line."""
    connection = session.connection()
    is_postgresql = connection.dialect.name == "postgresql"
    dialect = connection.dialect if is_postgresql else sqlite.dialect(paramstyle="named")
    compiled = statement.compile(dialect=dialect)
    expanded = compiled.construct_expanded_state(binds)
    processors: dict[str, Any] = {**compiled._bind_processors, **expanded.processors}
    given = {
        name: processors[name](value) if name in processors else value
        for name, value in expanded.parameters.items()
    }
    how = "EXPLAIN (COSTS OFF)" if is_postgresql else "EXPLAIN QUERY PLAN"
    explaining = f"{how} {expanded.statement}"
    return [str(row[-1]) for row in connection.exec_driver_sql(explaining, given)]


@dataclass(frozen=True)
class Measured:
    """One statement as one role: its time, its number of rows, its query plan."""

    role: str
    what: str
    milliseconds: float
    rows: int
    plan: list[str]

    @property
    def scans(self) -> list[str]:
        """The large tables that were scanned completely."""
        words = r"Seq Scan on (\w+)|^SCAN (\w+)(?! USING| .*INDEX)"
        names = {a or b for line in self.plan for a, b in re.findall(words, line.strip(" ->"))}
        return sorted(name for name in names if name in LARGE)


def measure(database: Database, askers: dict[str, Asker]) -> Iterator[Measured]:
    """Each statement of each role, the median of several runs in one transaction."""
    for role, asker in askers.items():
        with database.transaction(write=False) as session:
            args = (asker.person_id, asker.session_id, asker.district_id, clock.DEFAULT_ZONE)
            seconds, (caller, _) = timed(partial(callers.load, *args))
            yield Measured(role, "who asks", seconds, 1, [])
            seconds, found = timed(partial(reach.look_up, caller, [asker.student_id]))
            asked = reach.statement(caller.shape, None).statement
            plan = explained(session, asked, {**caller.binds, "students": [asker.student_id]})
            yield Measured(role, "may they, on one student", seconds, len(found), plan)
            access = Access(caller)
            if caller.may(Permission.PEOPLE_WRITE):
                yield from _measure_powers(session, role, access)
            for model, sort in LISTS.items():
                if not caller.may(Permission(model.__ownership__.read)):
                    continue
                page = _page(access, model, sort)
                seconds, rows = timed(partial(_rows, session, page, caller.binds))
                plan = explained(session, page, caller.binds)
                name = f"a page of {model.__tablename__}"
                yield Measured(role, name, seconds, len(rows), plan)


def _measure_powers(session: Any, role: str, access: Access) -> Iterator[Measured]:
    """Measure the powers over the accounts of one parent, a page of parents, a school's."""
    ties = select(Relationship.person_id).where(Relationship.kind == "parent").limit(4_000)
    parents = list(dict.fromkeys(session.scalars(ties)))
    for number in ACTED_ON:
        people = parents[:number]
        seconds, found = timed(partial(powers.look_up, access, people))
        query = powers.query(access, people)
        plan = explained(session, query.prepared.statement, query.binds)
        yield Measured(role, f"powers over {number:,}", seconds, len(found), plan)


def _rows(session: Any, statement: Any, binds: dict[str, Any]) -> Any:
    return session.execute(statement, binds).all()


def _page(access: Access, model: Any, sort: Any) -> Select[Any]:
    """The first page of a list, as the API asks for it."""
    visible = access.select(model).with_only_columns(model.id, sort)
    return visible.order_by(sort.desc(), model.id.desc()).limit(PAGE)


def timed(run: Any) -> tuple[float, Any]:
    """The median of several runs in milliseconds, without the first, and the last run's result."""
    found, taken = run(), []
    for _ in range(TIMES):
        started = time.perf_counter()
        found = run()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken), found


def report(kind: str, measured: list[Measured], *, explain: bool) -> bool:
    """Print one database's table; return whether no statement scanned a large table."""
    print(f"\n{kind}")
    print(f"{'who':16}{'what':28}{'ms':>8}{'rows':>6}  scans")
    for one in measured:
        scans = ", ".join(one.scans) or "-"
        print(f"{one.role:16}{one.what:28}{one.milliseconds:8.2f}{one.rows:6}  {scans}")
        if explain:
            print("".join(f"    {line}\n" for line in one.plan), end="")
    return not any(one.scans for one in measured)


def run(
    kind: str,
    settings: Settings,
    students: int,
    *,
    explain: bool,
    filling: Callable[[Database, int], dict[str, Asker]] = fill,
    measuring: Callable[[Database, dict[str, Asker]], Iterator[Measured]] = measure,
) -> bool:
    """Migrate, fill and measure one database."""
    migrating.upgrade(settings)
    database = Database(settings.database_url)
    started = time.perf_counter()
    askers = filling(database, students)
    print(f"{kind}: filled in {time.perf_counter() - started:.0f} s", flush=True)
    gather_statistics(kind, database)
    measured = list(measuring(database, askers))
    database.dispose()
    return report(f"{kind}, {students:,} students", measured, explain=explain)


def gather_statistics(kind: str, database: Database) -> None:
    """Let the planner know what the tables hold."""
    if kind == "PostgreSQL":
        postgres.analyze()
        return
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def main(doc: str, run: Callable[..., bool]) -> int:
    """Call `run` for both databases, or the one that the command line names."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--explain", action="store_true", help="print the query plans")
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
    sys.exit(main(__doc__, run))
