"""Check the rows of a package against each other: duplicates, references, unlikely values.

`Checks` sees the rows file by file in the reading order of `columns.COLUMNS`, so that a row comes
after the rows it refers to, or in the same file. It remembers only identifiers.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from plp_api.people.rostering.cells import Value
from plp_api.people.rostering.columns import Column, Kind
from plp_api.people.rostering.findings import Code, Findings, Profile
from plp_api.people.rostering.sheet import Row


class _Reference(NamedTuple):
    column: str
    file: str


class Checks:
    """The checks of one pass over a package, with the identifiers seen so far."""

    def __init__(
        self, columns: dict[str, tuple[Column, ...]], files: Iterable[str], findings: Findings
    ) -> None:
        """`files` are the files of the package that `columns` describes."""
        self._findings = findings
        self._ids: dict[str, set[str]] = {file: set() for file in files}
        self._references = {file: _references(described) for file, described in columns.items()}
        # Rows that refer to a later row of their own file, until that row is seen.
        self._awaited: dict[str, tuple[int, str]] = {}
        self._schools: set[str] = set()
        self._school_years: set[str] = set()
        self._roleless: set[str] = set()
        self._primary_taught: set[str] = set()
        self._odd: dict[str, Callable[[str, Row], None]] = {
            "orgs": self._see_org,
            "academicSessions": self._see_session,
            "courses": self._see_course,
            "classes": self._see_class,
            "roles": self._see_role,
            "enrollments": self._see_enrollment,
        }

    def see(self, file: str, row: Row) -> None:
        """Check one row of `file` and remember its identifiers; the row may have errors."""
        self._see_id(file, row)
        for column, target in self._references[file]:
            for sourced_id in _as_ids(row.cells[column]):
                self._see_reference(file, row, column, target, sourced_id)
        see_odd = self._odd.get(file)
        if see_odd:
            see_odd(f"{file}.csv", row)

    def finish(self, file: str, is_complete: bool) -> None:
        """End the checks of `file`; if it is not complete, missing references are no finding."""
        if is_complete:
            for row, column in self._awaited.values():
                self._findings.add(Code.DANGLING_REFERENCE, f"{file}.csv", row, column)
        else:
            del self._ids[file]
        self._awaited.clear()
        if file == "users" and "roles" in self._ids:
            self._roleless = set(self._ids.get("users", ()))
        if file == "roles" and is_complete and self._roleless:
            self._findings.add(
                Code.USER_WITHOUT_ROLE, "users.csv", detail=f"{len(self._roleless)} of them."
            )

    def _see_id(self, file: str, row: Row) -> None:
        sourced_id = row.cells["sourcedId"]
        if not isinstance(sourced_id, str):
            return
        if sourced_id in self._ids[file]:
            self._findings.add(Code.DUPLICATE_ID, f"{file}.csv", row.number, "sourcedId")
        self._ids[file].add(sourced_id)
        self._awaited.pop(sourced_id, None)

    def _see_reference(
        self, file: str, row: Row, column: str, target: str, sourced_id: str
    ) -> None:
        known = self._ids.get(target)
        if known is None:
            self._see_outward(file, row, column)
        elif sourced_id in known:
            return
        elif target == file:
            self._awaited.setdefault(sourced_id, (row.number, column))
        else:
            self._findings.add(Code.DANGLING_REFERENCE, f"{file}.csv", row.number, column)

    def _see_outward(self, file: str, row: Row, column: str) -> None:
        # An absent file means "nothing changed", so in the lenient profile a reference may name
        # its stored rows. By the specification a bulk package refers only to its own rows.
        if self._findings.profile is Profile.STRICT:
            self._findings.add(Code.DANGLING_REFERENCE, f"{file}.csv", row.number, column)

    def _see_org(self, _name: str, row: Row) -> None:
        if row.cells["type"] == "school":
            self._schools.add(str(row.cells["sourcedId"]))

    def _see_session(self, name: str, row: Row) -> None:
        if row.cells["type"] == "schoolYear":
            self._school_years.add(str(row.cells["sourcedId"]))
        self._judge_dates(name, row, "startDate", "endDate")

    def _see_course(self, name: str, row: Row) -> None:
        self._judge_type(name, row, "schoolYearSourcedId", "academicSessions", self._school_years)
        self._judge_subjects(name, row)

    def _see_class(self, name: str, row: Row) -> None:
        self._judge_type(name, row, "schoolSourcedId", "orgs", self._schools)
        self._judge_subjects(name, row)

    def _see_role(self, name: str, row: Row) -> None:
        self._roleless.discard(str(row.cells["userSourcedId"]))
        self._judge_dates(name, row, "beginDate", "endDate")

    def _see_enrollment(self, name: str, row: Row) -> None:
        self._judge_type(name, row, "schoolSourcedId", "orgs", self._schools)
        self._judge_dates(name, row, "beginDate", "endDate")
        if not row.cells["primary"]:
            return
        taught = str(row.cells["classSourcedId"])
        if taught in self._primary_taught:
            self._findings.add(Code.SEVERAL_PRIMARY_TEACHERS, name, row.number, "primary")
        self._primary_taught.add(taught)

    def _judge_type(self, name: str, row: Row, column: str, target: str, suited: set[str]) -> None:
        sourced_id = row.cells[column]
        # A dangling reference already has its finding.
        if sourced_id in self._ids.get(target, ()) and sourced_id not in suited:
            self._findings.add(Code.REFERENCE_UNSUITED, name, row.number, column)

    def _judge_dates(self, name: str, row: Row, begin: str, end: str) -> None:
        first, last = row.cells[begin], row.cells[end]
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self._findings.add(Code.DATES_REVERSED, name, row.number, end)

    def _judge_subjects(self, name: str, row: Row) -> None:
        subjects, codes = _as_ids(row.cells["subjects"]), _as_ids(row.cells["subjectCodes"])
        if subjects and codes and len(subjects) != len(codes):
            self._findings.add(Code.SUBJECT_CODES_UNEQUAL, name, row.number, "subjectCodes")


def _references(columns: tuple[Column, ...]) -> list[_Reference]:
    return [
        _Reference(column.name, column.refers_to)
        for column in columns
        if column.refers_to and column.kind in (Kind.ID, Kind.IDS)
    ]


def _as_ids(value: Value) -> tuple[str, ...]:
    """A cell's identifiers: none, one or several."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()
