"""Carry out a roster import: check, stage, compare and apply a package, all of it or nothing."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import exists, false, func, select, update

from plp_api.foundation import clock, db, problems
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.imports import actions as imports
from plp_api.foundation.imports import uploads
from plp_api.foundation.imports.findings import Severity
from plp_api.foundation.roster import district_settings, followers, spans
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.people.rostering import (
    importer,
    kinds,
    relationships,
    reused,
    school_spans,
    shared_numbers,
    staging,
)
from plp_api.people.rostering.decisions import QUESTIONS, Answers, Decision, Taken, as_stored
from plp_api.people.rostering.difference import REMOVED, Comparison, execute
from plp_api.people.rostering.ending import end_record
from plp_api.people.rostering.findings import Code, Findings, Profile
from plp_api.people.rostering.models import ImportState, RosterImport
from plp_api.people.rostering.package import Package, open_package
from plp_api.people.rostering.staging import ORGS, SESSIONS

# Kinds whose removals count against `deletion_threshold`; the others follow from these.
NOT_OF_A_SLUG = re.compile(r"[^a-z0-9]+")
COUNTED_KINDS = (
    "schools",
    "academic_sessions",
    "courses",
    "classes",
    "people",
    "enrollments",
    "appointments",
    "family_links",
)
STUDENTS_AT_ONCE = 5_000
SUFFIX = ".zip"
JOB = "roster.import"

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Order:
    """The options of an import.

    Without `district_id` it is the package's own district: the stored one with its sourcedId,
    or, in an empty installation or with `may_create`, a new one. `import_id` is the existing
    `RosterImport` row; without it a row is made. `decisions` answer an earlier import's questions.
    """

    profile: str = Profile.LENIENT
    is_dry_run: bool = False
    is_confirmed: bool = False
    district_id: UUID | None = None
    may_create: bool = False
    import_id: UUID | None = None
    by: UUID | None = None
    sha256: str = ""
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The result of an import. `district_id` and `import_id` are None if nothing was stored."""

    state: ImportState
    findings: Findings
    counts: dict[str, dict[str, int]]
    district_id: UUID | None = None
    import_id: UUID | None = None


class _Undo(Exception):
    """Raised to roll the transaction back, with the state that the import then has."""

    def __init__(self, state: ImportState) -> None:
        super().__init__(state)
        self.state = state


def _ignore(_progress: float) -> None:
    pass


def carry_out(
    database: db.Database, path: Path, order: Order, progress: Progress = _ignore
) -> Outcome:
    """Import the package at `path`; opens its own transactions, so it must not run inside one.

    Errors of the package are in the outcome's findings. `progress` is called with numbers from
    0 to 1.
    """
    order = replace(order, sha256=order.sha256 or uploads.sha256_of(path))
    with open_package(path, order.profile) as package:
        package.check(lambda share: progress(share * 0.4))
        if package.findings.errors or package.version is None:
            outcome = Outcome(ImportState.REFUSED, package.findings, {}, order.district_id)
        else:
            outcome = _apply(database, package, order, progress)
    if outcome.state is not ImportState.APPLIED:
        outcome = _record_refusal(database, order, outcome)
    progress(1.0)
    return outcome


def _apply(database: db.Database, package: Package, order: Order, progress: Progress) -> Outcome:
    """Stage, compare and apply in one transaction, which is rolled back on any error."""
    counts: dict[str, dict[str, int]] = {}
    district_id = order.district_id
    try:
        # Staging writes only temporary tables, so it does not need SQLite's write lock.
        with database.transaction(write=False):
            staging.stage(package, lambda share: progress(0.4 + share * 0.3))
            _take_write_lock()
            district_id = _district_id(order, package.findings)
            comparison = _comparison(district_id, package, order)
            counts = comparison.counts
            importer.find_barred(comparison)
            answers = _identify(comparison, order)
            _bring_all(comparison, package)
            _judge(comparison, order)
            kinds.renew_terms()
            import_id = _keep(order, comparison, answers)
            staging.clear()
        return Outcome(ImportState.APPLIED, package.findings, counts, district_id, import_id)
    except _Undo as undo:
        return Outcome(undo.state, package.findings, counts, district_id)


def _take_write_lock() -> None:
    """Take the write lock before the first read: SQLite refuses writes after a stale read."""
    execute(update(District).where(false()).values(name=District.name))


def _comparison(district_id: UUID, package: Package, order: Order) -> Comparison:
    db.enter([district_id])
    # Only one import into a district runs at a time.
    db.lock_name(f"roster {district_id}")
    district = db.session().get_one(District, district_id)
    files = {*package.files}
    if package.version == "1.1" and "users" in files:
        files.add("roles")
    return Comparison(
        district_id=district_id,
        today=district.today,
        default_start=_default_start(district),
        settings=district_settings.of(district),
        version=str(package.version),
        files=frozenset(files),
        findings=package.findings,
        importer=_importer(order, district, package.findings),
    )


def _importer(order: Order, district: District, findings: Findings) -> Access | None:
    """The sender's access of today; rolls the import back if they may not import any more."""
    if order.by is None:
        return None
    access = imports.access_of(order.by, district, Permission.IMPORTS_WRITE)
    if access is None:
        findings.add(Code.IMPORTER_WITHOUT_OFFICE)
        raise _Undo(ImportState.REFUSED)
    return access


def _default_start(district: District) -> date:
    """The first day of students for whom the roster states none.

    In the first import that is the start of the school year: they were there before the import.
    A student who first appears in a later import begins today.
    """
    today = district.today
    has_students = db.session().scalar(select(exists().where(Student.district_id == district.id)))
    if has_students:
        return today
    year = select(func.max(SESSIONS.c.starts_on)).where(
        SESSIONS.c.type == "schoolYear", spans.holds_on(SESSIONS.c, today)
    )
    return db.session().scalar(year) or today


def _identify(comparison: Comparison, order: Order) -> Answers:
    """Decide which stored person each user is, before rows that depend on it are imported.

    Rolls everything back if a person must decide it first.
    """
    answers = Answers(comparison, order.by, order.decisions)
    if "users" in comparison.files:
        unkeyed = reused.settle(answers)
        shared_numbers.rekey_returned(comparison)
        shared_numbers.settle(answers)
        _end_records(unkeyed, answers)
    answers.refuse_the_rest()
    errors = {finding.code for finding in comparison.findings if finding.severity is Severity.ERROR}
    if errors:
        raise _Undo(ImportState.UNDECIDED if errors <= QUESTIONS else ImportState.REFUSED)
    return answers


def _end_records(unkeyed: list[UUID], answers: Answers) -> None:
    """End records whose key no row has any more; two people who swapped ids both continue."""
    still = select(Person.id).where(Person.id.in_(unkeyed), Person.sourced_id.is_(None))
    for person_id in db.session().scalars(still).all() if unkeyed else ():
        end_record(person_id, answers.comparison, answers.by)


def _bring_all(comparison: Comparison, package: Package) -> None:
    kinds.bring_schools(comparison)
    kinds.bring_sessions(comparison)
    comparison.year_start = kinds.year_start(comparison)
    kinds.bring_courses(comparison)
    kinds.bring_classes(comparison)
    kinds.bring_people(comparison, package.columns("users"))
    kinds.place_roles(comparison)
    kinds.place_students_elsewhere(comparison)
    kinds.bring_students(comparison)
    kinds.bring_enrollments(comparison)
    newly_enrolled = school_spans.bring_school_enrollments(comparison)
    relationships.bring_appointments(comparison)
    relationships.bring_family_links(comparison)
    relationships.bring_advisories(comparison)
    # Open plans and reviews for them.
    for place in range(0, len(newly_enrolled), STUDENTS_AT_ONCE):
        some = newly_enrolled[place : place + STUDENTS_AT_ONCE]
        followers.enrolled(comparison.district_id, some, comparison.today)


def _judge(comparison: Comparison, order: Order) -> None:
    """Roll everything back if too much would be removed, or if it is a dry run."""
    if comparison.findings.errors:
        raise _Undo(ImportState.REFUSED)
    if not order.is_confirmed and _is_too_much(comparison):
        raise _Undo(ImportState.UNCONFIRMED)
    if order.is_dry_run:
        raise _Undo(ImportState.COMPARED)


def _is_too_much(comparison: Comparison) -> bool:
    """Whether more rows of any kind would be removed than the district allows; adds findings."""
    share = comparison.settings.deletion_threshold
    is_exceeded = False
    for kind in COUNTED_KINDS:
        removed = comparison.counts.get(kind, {}).get(REMOVED, 0)
        active = comparison.active.get(kind, 0)
        if removed - comparison.meant[kind] > share * active:
            detail = f"{removed} of {active} {kind.replace('_', ' ')}."
            comparison.findings.add(Code.MANY_REMOVED, detail=detail)
            is_exceeded = True
    return is_exceeded


def _keep(order: Order, comparison: Comparison, answers: Answers) -> UUID:
    """Store the result of the import, in the same transaction."""
    row = _row(order, comparison.district_id)
    imports.describe(row, ImportState.APPLIED, comparison.findings, comparison.counts)
    db.session().flush()
    audit.record("roster_import.applied", row, by=order.by, counts=comparison.counts)
    for taken in answers.taken:
        _record_decision(row, taken, order.by)
    return row.id


def _record_decision(row: RosterImport, taken: Taken, by: UUID | None) -> None:
    audit.record(
        "roster_import.decided",
        row,
        by=by,
        sourced_id=taken.decision.sourced_id,
        decision=taken.decision.verdict,
        person_id=taken.person_id,
    )


def _row(order: Order, district_id: UUID) -> RosterImport:
    """The import's existing row, or a new one."""
    if order.import_id:
        return db.session().get_one(RosterImport, order.import_id)
    row = RosterImport(
        district_id=district_id,
        profile=order.profile,
        is_dry_run=order.is_dry_run,
        is_confirmed=order.is_confirmed,
        sha256=order.sha256,
        created_by=order.by,
        decisions=[as_stored(decision) for decision in order.decisions],
        started_at=clock.now(),
    )
    db.session().add(row)
    return row


def _record_refusal(database: db.Database, order: Order, outcome: Outcome) -> Outcome:
    """Store the result of an import that changed nothing, if its district exists."""
    if outcome.district_id is None:
        return outcome
    with database.transaction(districts=[outcome.district_id]) as session:
        if session.get(District, outcome.district_id) is None:
            # This import had made the district, and the rollback removed it.
            return replace(outcome, district_id=None)
        row = _row(order, outcome.district_id)
        imports.describe(row, outcome.state, outcome.findings, outcome.counts)
        session.flush()
        return replace(outcome, import_id=row.id)


# Imports by a worker.


def receive(
    package: BinaryIO, district_id: UUID, by: UUID, folder: Path, fields: dict[str, Any]
) -> RosterImport:
    """Store an uploaded package, and enqueue its import.

    Raises Problem: import_running while another import of the district is unfinished.
    """
    db.lock_name(f"roster {district_id}")
    row = RosterImport(id=db.new_id(), district_id=district_id, created_by=by, **fields)
    path = path_of(folder, row.id)
    imports.queue(row, package, path, kind=JOB, running=problems.Code.IMPORT_RUNNING)
    return row


def path_of(folder: Path, import_id: UUID) -> Path:
    """The path of an import's package until a worker has imported it."""
    return uploads.path_of(folder, import_id, SUFFIX)


# The district of a package.


def _district_id(order: Order, findings: Findings) -> UUID:
    """The district to import into, made if necessary; rolls back if none can be determined."""
    outer = ORGS.alias("outer")
    lies_in_another = exists().where(
        outer.c.sourced_id == ORGS.c.parent, outer.c.type == "district"
    )
    roots = select(ORGS).where(ORGS.c.type == "district", ~lies_in_another)
    districts = db.session().execute(roots).all()
    if len(districts) > 1:
        findings.add(Code.DISTRICT_UNCLEAR, "orgs.csv")
        raise _Undo(ImportState.REFUSED)
    org = districts[0] if districts else None
    if order.district_id:
        return _agreed(db.session().get_one(District, order.district_id), org, findings)
    return _found_or_made(org, order, findings)


def _agreed(district: District, org: Any, findings: Findings) -> UUID:
    """The requested district; rolls back if the package is about another one."""
    if org and district.sourced_id and district.sourced_id != org.sourced_id:
        findings.add(Code.DISTRICT_OTHER, "orgs.csv", org.row, "sourcedId")
        raise _Undo(ImportState.REFUSED)
    if org and not district.sourced_id:
        district.sourced_id = org.sourced_id
    return district.id


def _found_or_made(org: Any, order: Order, findings: Findings) -> UUID:
    stored = db.session().scalars(select(District).limit(2)).all()
    if org:
        same = select(District).where(District.sourced_id == org.sourced_id)
        known = db.session().scalar(same)
        if known:
            return known.id
        if len(stored) == 1 and not stored[0].sourced_id:
            return _agreed(stored[0], org, findings)
        if not stored or order.may_create:
            return _make(org)
        findings.add(Code.DISTRICT_OTHER, "orgs.csv", org.row, "sourcedId")
        raise _Undo(ImportState.REFUSED)
    if len(stored) == 1:
        return stored[0].id
    return _made_of_school(stored, findings)


def _made_of_school(stored: Any, findings: Findings) -> UUID:
    """Make the district of an independent school, which is a district of its own."""
    schools = db.session().execute(select(ORGS).where(ORGS.c.type == "school").limit(2)).all()
    if stored or len(schools) != 1:
        findings.add(Code.DISTRICT_UNCLEAR, "orgs.csv")
        raise _Undo(ImportState.REFUSED)
    return _make(schools[0])


def _make(org: Any) -> UUID:
    is_district = org.type == "district"
    district = District(
        name=org.name,
        slug=_slug(org.name),
        sourced_id=org.sourced_id if is_district else None,
        state_org_id=org.identifier if is_district and len(org.identifier or "") <= 32 else None,
    )
    db.session().add(district)
    db.session().flush()
    db.enter([district.id])
    followers.district_added(district.id)
    return district.id


def _slug(name: str) -> str:
    """The name in small letters and hyphens, with a number if another district has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = NOT_OF_A_SLUG.sub("-", plain).strip("-") or "district"
    taken = set(db.session().scalars(select(District.slug).where(District.slug.like(f"{slug}%"))))
    candidates = (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)
