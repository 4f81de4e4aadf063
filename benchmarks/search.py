"""Searches for students at 100,000: by LIKE, as before, and by the terms of `roster.terms`.

`python -m benchmarks.search` fills SQLite and PostgreSQL with the districts of `benchmarks.access`,
runs both searches in turn as an advisor, a counselor and a district admin, and prints their times.
`--explain` prints the query plans as well. Exits with 1 if a search scans a whole large table.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, or_, select

from benchmarks import access as filled
from plp_api.foundation import clock, migrating
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import Database
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.models import Person, School, Student
from plp_api.foundation.roster.relationships import Appointment, Relationship, SchoolEnrollment
from plp_api.foundation.settings import Settings
from plp_api.people.directory.listings import STUDENTS

ROLES = ("parent", "advisor", "counselor", "district_admin")
# A word of one student, one of a thousandth, one of a fiftieth, and two at once.
SEARCHES = ("zw30001", "given7", "maria", "maria zw300", "zw30001, ma", "nobody")
ONE_IN = 50


class Named(filled.Filling):
    """A district whose people have names of few and of many, user names and local ids."""

    def people(self) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(super().people()):
            given = "María" if number % ONE_IN == 1 else f"Given{number % 997}"
            ids = {"username": f"u{number}", "sourced_id": f"S-{number:06}"}
            yield {**row, "given_name": given, "family_name": f"Zw{number}", **ids}

    @property
    def tables(self) -> Any:
        kept = (Person, Student, SchoolEnrollment, Relationship, Appointment)
        return {model: rows for model, rows in super().tables.items() if model in kept}


@dataclass(frozen=True)
class Compared:
    """One search of one role, by LIKE and by terms: milliseconds, rows, and the new plan."""

    role: str
    words: str
    before: float
    after: float
    rows: int
    plan: list[str]


def _page(access: Access) -> Select[Any]:
    """The first page of `/students`, by name."""
    joined: Any = access.select(Student).with_only_columns(Student.id, Person.family_name)
    same = and_(Person.id == Student.id, Person.district_id == Student.district_id)
    page: Select[Any] = joined.join(Person, same).order_by(Person.family_name, Person.id)
    return page.limit(filled.PAGE)


def _by_like(words: str) -> Any:
    """The search as it was: a part of the name of record, or of the name in use."""
    legal = Person.given_name + " " + Person.family_name
    in_use = Person.display_name.icontains(words, autoescape=True)
    return or_(legal.icontains(words, autoescape=True), in_use)


def measure(database: Database, askers: dict[str, filled.Asker]) -> Iterator[Compared]:
    """Each search of each role, both ways in turn, in one transaction."""
    for role in ROLES:
        asker = askers[role]
        with database.transaction(write=False) as session:
            args = (asker.person_id, asker.session_id, asker.district_id, clock.DEFAULT_ZONE)
            caller, _ = callers.load(*args)
            access = Access(caller)
            for words in SEARCHES:
                old = _page(access).where(_by_like(words))
                new = STUDENTS.filters["q"].narrow(_page(access), words, access)
                before, _ = filled.timed(partial(filled._rows, session, old, caller.binds))
                after, rows = filled.timed(partial(filled._rows, session, new, caller.binds))
                plan = filled.explained(session, new, caller.binds)
                yield Compared(role, words, before, after, len(rows), plan)


def _fill_terms(database: Database) -> float:
    """Write the terms of every district; return the seconds."""
    started = time.perf_counter()
    # Schools have no row security.
    with database.engine.connect() as connection:
        districts = connection.scalars(select(School.district_id).distinct()).all()
    for district_id in districts:
        with database.transaction(districts=[district_id]) as session:
            own = select(Person.id).where(Person.district_id == district_id)
            terms.renew(session.scalars(own).all())
    return time.perf_counter() - started


def run(kind: str, settings: Settings, students: int, *, explain: bool) -> bool:
    """Migrate, fill and measure one database."""
    migrating.upgrade(settings)
    database = Database(settings.database_url)
    askers = filled.fill(database, students, Named)
    print(f"{kind}: terms written in {_fill_terms(database):.0f} s", flush=True)
    filled.gather_statistics(kind, database)
    compared = list(measure(database, askers))
    database.dispose()
    return report(f"{kind}, {students:,} students", compared, explain=explain)


def report(kind: str, compared: list[Compared], *, explain: bool) -> bool:
    """Print one database's table; return whether no search scanned a large table."""
    print(f"\n{kind}")
    print(f"{'who':16}{'search':16}{'LIKE ms':>9}{'terms ms':>9}{'of it':>7}{'rows':>6}  scans")
    is_fine = True
    for one in compared:
        scans = filled.Measured(one.role, one.words, one.after, one.rows, one.plan).scans
        is_fine &= not scans
        numbers = f"{one.before:9.2f}{one.after:9.2f}{one.after / one.before:7.2f}{one.rows:6}"
        print(f"{one.role:16}{one.words:16}{numbers}  {', '.join(scans) or '-'}")
        if explain:
            print("".join(f"    {line}\n" for line in one.plan), end="")
    return is_fine


if __name__ == "__main__":
    sys.exit(filled.main(__doc__, run))
