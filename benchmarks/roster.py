"""Writes a OneRoster package of any size and measures its import: rows a second, peak memory.

    python -m benchmarks.roster write 100000 var/large.zip
    python -m benchmarks.roster measure var/large.zip [--database-url URL]

The package is imported twice, as a user imports it (plans and reviews are opened too); the second
import must change nothing.
Without a URL a new SQLite file is used. A PostgreSQL URL must name a migrated, empty database.
"""

import argparse
import csv
import io
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from plp_api.foundation import migrating
from plp_api.foundation.db import Database
from plp_api.foundation.settings import Settings
from plp_api.people.rostering.actions import Order, Outcome, carry_out
from plp_api.people.rostering.columns import COLUMNS_1_2, FILES_1_2
from plp_api.server import wiring as _wiring  # noqa: F401 - plans and reviews follow the import

STUDENTS_AT_A_SCHOOL = 600
STUDENTS_IN_AN_ADVISORY = 14
# Of ten users, seven are students, two are parents and one is staff.
SHARES = {"student": 7, "parent": 2, "teacher": 1}
FIRST_NAMES = ("Ada", "Bo", "Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ida", "Jo", "Kit", "Lou")
LAST_NAMES = ("Ash", "Birch", "Cedar", "Dale", "Elm", "Fern", "Gale", "Heath", "Ivy", "Juniper")


class District:
    """A district of about `users` users; every call of a method yields the same rows."""

    def __init__(self, users: int) -> None:
        self.students = [f"student-{self._id(n)}" for n in range(users * SHARES["student"] // 10)]
        self.parents = [f"parent-{self._id(n)}" for n in range(users * SHARES["parent"] // 10)]
        rest = users - len(self.students) - len(self.parents)
        self.teachers = [f"teacher-{self._id(n)}" for n in range(rest)]
        schools = len(self.students) // STUDENTS_AT_A_SCHOOL + 1
        self.schools = [f"school-{n}" for n in range(schools)]
        self.classes = len(self.students) // STUDENTS_IN_AN_ADVISORY + 1

    @staticmethod
    def _id(number: int) -> UUID:
        # Random-looking ids, as in a real SIS, so that the package compresses like a real one.
        return UUID(int=random.Random(number).getrandbits(128))

    def school_of(self, student: int) -> str:
        return self.schools[student // STUDENTS_AT_A_SCHOOL]

    def class_of(self, student: int) -> int:
        return student // STUDENTS_IN_AN_ADVISORY

    def school_of_class(self, number: int) -> str:
        return self.school_of(min(number * STUDENTS_IN_AN_ADVISORY, len(self.students) - 1))

    def orgs(self) -> Iterator[dict[str, str]]:
        yield {"sourcedId": "district", "name": "Green Mountain SU", "type": "district"}
        for number, school in enumerate(self.schools):
            yield {
                "sourcedId": school,
                "name": f"School {number}",
                "type": "school",
                "parentSourcedId": "district",
            }

    def sessions(self) -> Iterator[dict[str, str]]:
        yield {
            "sourcedId": "year",
            "title": "School year",
            "type": "schoolYear",
            "startDate": "2026-08-26",
            "endDate": "2027-06-18",
            "schoolYear": "2027",
        }

    def courses(self) -> Iterator[dict[str, str]]:
        for name in ("advisory", "mathematics"):
            yield {"sourcedId": name, "title": name.title(), "orgSourcedId": "district"}

    def class_rows(self) -> Iterator[dict[str, str]]:
        for number in range(self.classes):
            for course, kind in (("advisory", "homeroom"), ("mathematics", "scheduled")):
                yield {
                    "sourcedId": f"{course}-{number}",
                    "title": f"{course.title()} {number}",
                    "courseSourcedId": course,
                    "classType": kind,
                    "schoolSourcedId": self.school_of_class(number),
                    "termSourcedIds": "year",
                }

    def users(self) -> Iterator[dict[str, str]]:
        for role, ids in self._by_role():
            for number, user in enumerate(ids):
                name = FIRST_NAMES[number % len(FIRST_NAMES)]
                yield {
                    "sourcedId": user,
                    "enabledUser": "true",
                    "username": f"{role}.{number}",
                    "givenName": name,
                    "familyName": LAST_NAMES[number // 7 % len(LAST_NAMES)],
                    "email": f"{role}.{number}@schools.example",
                    "grades": f"{7 + number % 6:02}" if role == "student" else "",
                    "agentSourcedIds": self._parent_of(number) if role == "student" else "",
                    "userIds": f"{{state:{number}}}" if role == "student" else "",
                }

    def _parent_of(self, student: int) -> str:
        return self.parents[student % len(self.parents)]

    def _by_role(self) -> Iterator[tuple[str, list[str]]]:
        yield from zip(SHARES, (self.students, self.parents, self.teachers), strict=True)

    def roles(self) -> Iterator[dict[str, str]]:
        for role, ids in self._by_role():
            for number, user in enumerate(ids):
                school = self.school_of(number) if role == "student" else self.schools[0]
                yield {
                    "sourcedId": f"role-{user}",
                    "userSourcedId": user,
                    "roleType": "primary",
                    "role": role,
                    "orgSourcedId": school,
                }

    def demographics(self) -> Iterator[dict[str, str]]:
        for number, student in enumerate(self.students):
            born = f"{2014 - number % 6}-{1 + number % 12:02}-{1 + number % 28:02}"
            yield {"sourcedId": student, "birthDate": born}

    def enrollments(self, wanted: int) -> Iterator[dict[str, str]]:
        """Everybody in an advisory and in copies of mathematics, up to the wanted number."""
        made = 0
        for number in range(self.classes):
            teacher = self.teachers[number % len(self.teachers)]
            yield self._enrollment(made, "advisory", number, teacher, "teacher")
            made += 1
        for course in ("advisory", "mathematics", "mathematics"):
            for number, student in enumerate(self.students):
                if made == wanted:
                    return
                yield self._enrollment(made, course, self.class_of(number), student, "student")
                made += 1

    def _enrollment(
        self, made: int, course: str, number: int, user: str, role: str
    ) -> dict[str, str]:
        return {
            "sourcedId": f"{self._id(-made - 1)}",
            "classSourcedId": f"{course}-{number}",
            "schoolSourcedId": self.school_of_class(number),
            "userSourcedId": user,
            "role": role,
            "primary": "true" if role == "teacher" else "",
            "beginDate": "2026-08-26",
        }


def write(users: int, path: Path) -> None:
    """Write a package of about `users` users with twice as many enrollments."""
    district = District(users)
    files: dict[str, Iterable[dict[str, str]]] = {
        "orgs": district.orgs(),
        "academicSessions": district.sessions(),
        "courses": district.courses(),
        "classes": district.class_rows(),
        "users": district.users(),
        "roles": district.roles(),
        "demographics": district.demographics(),
        "enrollments": district.enrollments(2 * users),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        _write(package, "manifest", ["propertyName", "value"], _manifest(files))
        for file, rows in files.items():
            _write(package, file, [column.name for column in COLUMNS_1_2[file]], rows)


def _manifest(files: Iterable[str]) -> Iterator[dict[str, str]]:
    modes = {f"file.{file}": "bulk" if file in files else "absent" for file in FILES_1_2}
    properties = {"manifest.version": "1.0", "oneroster.version": "1.2", **modes}
    return ({"propertyName": name, "value": value} for name, value in properties.items())


def _write(
    package: zipfile.ZipFile, file: str, header: list[str], rows: Iterable[dict[str, str]]
) -> None:
    with (
        package.open(f"{file}.csv", "w") as packed,
        io.TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        writer = csv.DictWriter(text, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


def measure(path: Path, database_url: str | None) -> None:
    """Import the package twice and print time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{folder}/plp.sqlite"
        if not database_url:
            migrating.upgrade(_settings(url, Path(folder)))
        database = Database(url)
        for run in ("first", "second"):
            started = time.perf_counter()
            outcome = carry_out(database, path, Order())
            _print(run, outcome, time.perf_counter() - started)
        database.dispose()


def _settings(url: str, folder: Path) -> Settings:
    return Settings("development", folder, url, url, "not a secret: nobody signs in here")


def _print(run: str, outcome: Outcome, seconds: float) -> None:
    given = ("schools", "academic_sessions", "courses", "classes", "people", "enrollments")
    rows = sum(sum(outcome.counts.get(kind, {}).values()) for kind in given)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{run} run: {outcome.state}, {rows:,} rows in {seconds:.1f} s,", end=" ")
    print(f"{rows / seconds:,.0f} rows/s, peak memory {peak:.0f} MB")
    for kind, counts in outcome.counts.items():
        told = ", ".join(f"{number:,} {state}" for state, number in counts.items() if number)
        print(f"  {kind.replace('_', ' ')}: {told or 'nothing'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write", help="write a package")
    writing.add_argument("users", type=int)
    writing.add_argument("path", type=Path)
    measuring = commands.add_parser("measure", help="import a package twice")
    measuring.add_argument("path", type=Path)
    measuring.add_argument("--database-url")
    asked = parser.parse_args()
    if asked.command == "write":
        write(asked.users, asked.path)
    else:
        measure(asked.path, asked.database_url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
