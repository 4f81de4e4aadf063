"""Create the temporary tables for a package, and fill them.

`foundation.imports.staging` says how they are filled.

A table of rows with a `sourced_id` also holds the `id` of the stored row, once it is known, and the
`state` that the comparison finds. The `wanted` tables hold dated rows as the roster wants them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    delete,
    insert,
    literal,
    select,
    text,
)

from plp_api.foundation import db
from plp_api.foundation.imports import staging
from plp_api.foundation.imports.staging import gather_statistics, load, temporary
from plp_api.foundation.roster.models import majority_of
from plp_api.people.rostering.cells import Value
from plp_api.people.rostering.package import Package
from plp_api.people.rostering.sheet import Row

LONGEST_STATE_ID = 32
LONGEST_GRADE = 8

STAGED = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    return temporary(name, STAGED, Column("row", Integer), *columns)


def _sourced(name: str, *columns: Column[Any]) -> Table:
    """A table of rows with a sourcedId of their own."""
    return _table(
        name,
        Column("sourced_id", String, index=True),
        Column("is_gone", Boolean),
        Column("id", Uuid, index=True),
        Column("state", String),
        *columns,
    )


ORGS = _sourced(
    "orgs",
    Column("name", String),
    Column("type", String),
    Column("identifier", String),
    Column("parent", String),
)
SESSIONS = _sourced(
    "sessions",
    Column("title", String),
    Column("type", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("school_year", Integer),
    Column("parent", String),
)
COURSES = _sourced("courses", Column("title", String), Column("code", String))
CLASSES = _sourced(
    "classes",
    Column("title", String),
    Column("code", String),
    Column("type", String),
    Column("course", String),
    Column("school", String),
    Column("starts_on", Date),
    Column("course_id", Uuid),
    Column("school_id", Uuid),
)
USERS = _sourced(
    "users",
    Column("is_enabled", Boolean),
    Column("username", String),
    Column("given_name", String),
    Column("family_name", String),
    Column("middle_name", String),
    Column("preferred_given_name", String),
    Column("preferred_family_name", String),
    Column("pronouns", String),
    Column("email", String),
    Column("phone", String),
    Column("grade", String),
    Column("state_student_id", String, index=True),
    Column("primary_org", String),
)
ENROLLMENTS = _sourced(
    "enrollments",
    Column("class", String),
    Column("school", String),
    Column("user", String),
    Column("role", String),
    Column("is_primary", Boolean),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("class_id", Uuid),
    Column("school_id", Uuid),
    Column("person_id", Uuid),
)
ROLES = _table(
    "roles",
    Column("user", String, index=True),
    Column("org", String),
    Column("role", String),
    Column("is_secondary", Boolean),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("person_id", Uuid, index=True),
    Column("school_id", Uuid),
    Column("office", String),
)
DEMOGRAPHICS = _table(
    "demographics",
    Column("user", String, index=True),
    Column("birth_date", Date),
    Column("rights_transfer_on", Date),
)
# Two related users, once in each direction: which of them is the student is known only later.
AGENTS = _table(
    "agents",
    Column("one", String),
    Column("other", String),
    Column("one_id", Uuid),
    Column("other_id", Uuid),
)
# People on whom the importer may not act (see `importer`); filled from the stored people.
BARRED = _table("barred", Column("person_id", Uuid, index=True), Column("has_office", Boolean))
# Stored students with a new sourcedId.
REKEYED = _table("rekeyed", Column("id", Uuid, index=True), Column("sourced_id", String))
# Rows that the package marks as deleted, apart from rows that it no longer names.
GONE = _table("gone", Column("kind", String), Column("sourced_id", String))

# A student's id is the person's id.
STUDENTS = _table(
    "students",
    Column("person_id", Uuid, index=True),
    Column("id", Uuid, index=True),
    Column("state", String),
    Column("grade", String),
    Column("plan_home_school_id", Uuid),
    Column("state_student_id", String),
    Column("birth_date", Date),
    Column("rights_transfer_on", Date),
    Column("entered_on", Date),
)


def _wanted(name: str, *columns: Column[Any]) -> Table:
    return _table(f"wanted_{name}", *columns, Column("starts_on", Date), Column("ends_on", Date))


# The spans of students at schools by the roster: overlapping or adjacent roles are one stay.
STAYS = _table(
    "stays",
    Column("student_id", Uuid, index=True),
    Column("school_id", Uuid),
    Column("grade", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("is_start_stated", Boolean),
)
# The new dates of stored school enrollments.
REDATED = _table(
    "redated", Column("id", Uuid, index=True), Column("starts_on", Date), Column("ends_on", Date)
)
WANTED_APPOINTMENTS = _wanted(
    "appointments",
    Column("person_id", Uuid, index=True),
    Column("school_id", Uuid),
    Column("role", String),
)
WANTED_MEMBERS = _wanted(
    "advisory_members",
    Column("student_id", Uuid, index=True),
    Column("advisory_id", Uuid, index=True),
)
WANTED_ADVISORS = _wanted(
    "advisory_advisors",
    Column("advisory_id", Uuid, index=True),
    Column("school_id", Uuid),
    Column("person_id", Uuid),
    Column("capacity", String),
)
WANTED_ADVISING = _wanted(
    "advising",
    Column("student_id", Uuid, index=True),
    Column("person_id", Uuid),
    Column("advisory_id", Uuid),
    Column("capacity", String),
)
WANTED_FAMILY_LINKS = _wanted(
    "family_links",
    Column("student_id", Uuid, index=True),
    Column("person_id", Uuid),
    Column("parent_kind", String),
)

SOURCED = (ORGS, SESSIONS, COURSES, CLASSES, USERS, ENROLLMENTS)


def stage(package: Package, progress: Callable[[float], None]) -> None:
    """Create the temporary tables and fill them from a package that has been checked.

    `progress` is called after every few thousand rows with the share read, from 0 to 1.
    """
    staging.create(STAGED)
    start, size = package.bytes_read, max(1, package.size)
    for table, rows in _sources(package):
        load(table, rows, lambda: progress(min(1.0, (package.bytes_read - start) / size)))
    for table in SOURCED:
        _set_gone_apart(table)
    for table in STAGED.sorted_tables:
        gather_statistics(table)


def gather_stored_statistics(table: Any, added: int) -> None:
    """Update PostgreSQL's statistics of a stored table for the rows this transaction added.

    PostgreSQL does not do so during the transaction. Without it, the first import into a new
    installation compared each row with each, and took hours for a large district.
    """
    if db.on_postgresql() and table.metadata is not STAGED:
        statement = text("SELECT gather_statistics(:of_table, :added)")
        db.session().execute(statement, {"of_table": table.name, "added": added})


def clear() -> None:
    """Drop the temporary tables before the connection returns to its pool."""
    staging.clear(STAGED)


def _sources(package: Package) -> Iterator[tuple[Table, Iterable[tuple[Any, ...]]]]:
    yield ORGS, map(_org, package.rows("orgs"))
    yield SESSIONS, map(_session, package.rows("academicSessions"))
    yield COURSES, map(_course, package.rows("courses"))
    yield CLASSES, _classes(package)
    yield USERS, map(_user, package.rows("users"))
    yield ROLES, map(_role, _kept(package.rows("roles")))
    yield DEMOGRAPHICS, map(_demographic, _kept(package.rows("demographics")))
    yield AGENTS, _agents(package)
    yield ENROLLMENTS, map(_enrollment, package.rows("enrollments"))


def _kept(rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if row.cells["status"] == "active")


def _set_gone_apart(table: Table) -> None:
    kind = literal(table.name.removeprefix("staged_"))
    gone = select(kind, table.c.sourced_id).where(table.c.is_gone)
    db.session().execute(insert(GONE).from_select(["kind", "sourced_id"], gone))
    db.session().execute(delete(table).where(table.c.is_gone))


def _start(number: int, cells: dict[str, Value]) -> tuple[Any, ...]:
    """The columns that `_sourced` gives every table: row, sourced_id, is_gone, id, state."""
    is_gone = cells["status"] == "tobedeleted"
    return (number, cells["sourcedId"], is_gone, None, None)


def _org(row: Any) -> tuple[Any, ...]:
    cells = row.cells
    start = _start(row.number, cells)
    return (*start, cells["name"], cells["type"], cells["identifier"], cells["parentSourcedId"])


def _session(row: Any) -> tuple[Any, ...]:
    cells = row.cells
    return (
        *_start(row.number, cells),
        cells["title"],
        cells["type"],
        cells["startDate"],
        cells["endDate"],
        cells["schoolYear"],
        cells["parentSourcedId"],
    )


def _course(row: Any) -> tuple[Any, ...]:
    return (*_start(row.number, row.cells), row.cells["title"], row.cells["courseCode"])


def _classes(package: Package) -> Iterator[tuple[Any, ...]]:
    """Classes with the first day of their terms, on which enrollments without a date begin."""
    sessions = package.rows("academicSessions")
    starts = {row.cells["sourcedId"]: row.cells["startDate"] for row in sessions}
    for row in package.rows("classes"):
        cells = row.cells
        terms = cast(tuple[str, ...], cells["termSourcedIds"])
        days = [cast(date, starts[term]) for term in terms if term in starts]
        yield (
            *_start(row.number, cells),
            cells["title"],
            cells["classCode"],
            cells["classType"],
            cells["courseSourcedId"],
            cells["schoolSourcedId"],
            min(days, default=None),
        )


def _user(row: Any) -> tuple[Any, ...]:
    cells = row.cells
    state_id = (cells["userIds"] or {}).get("state")
    return (
        *_start(row.number, cells),
        cells["enabledUser"],
        cells["username"],
        cells["givenName"],
        cells["familyName"],
        cells["middleName"],
        cells["preferredGivenName"],
        cells["preferredFamilyName"],
        cells["pronouns"],
        cells["email"],
        cells["phone"] or cells["sms"],
        next((grade for grade in cells["grades"] if len(grade) <= LONGEST_GRADE), None),
        state_id if state_id and len(state_id) <= LONGEST_STATE_ID else None,
        cells["primaryOrgSourcedId"],
    )


def _role(row: Any) -> tuple[Any, ...]:
    cells = row.cells
    return (
        row.number,
        cells["userSourcedId"],
        cells["orgSourcedId"],
        cells["role"],
        cells["roleType"] == "secondary",
        cells["beginDate"],
        cells["endDate"],
    )


def _demographic(row: Any) -> tuple[Any, ...]:
    born_on = row.cells["birthDate"]
    return (row.number, row.cells["sourcedId"], born_on, majority_of(born_on))


def _agents(package: Package) -> Iterator[tuple[Any, ...]]:
    """Every relation in both directions: vendors write it on the student, the parent, or both."""
    for row in package.rows("users"):
        one = row.cells["sourcedId"]
        for other in cast(tuple[str, ...], row.cells["agentSourcedIds"]):
            yield (row.number, one, other)
            yield (row.number, other, one)


def _enrollment(row: Any) -> tuple[Any, ...]:
    cells = row.cells
    return (
        *_start(row.number, cells),
        cells["classSourcedId"],
        cells["schoolSourcedId"],
        cells["userSourcedId"],
        cells["role"],
        bool(cells["primary"]),
        cells["beginDate"],
        cells["endDate"],
    )
