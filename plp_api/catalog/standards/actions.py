"""Import files of standards, all of a file or nothing, and choose the scale of a framework."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from plp_api.catalog.scales import actions as scales
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards import case, sheet, storing
from plp_api.catalog.standards.content import Content
from plp_api.catalog.standards.findings import Code, Findings
from plp_api.catalog.standards.models import (
    Framework,
    FrameworkImport,
    FrameworkImportState,
    FrameworkSource,
)
from plp_api.foundation import clock, db, problems, settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.imports import actions as imports
from plp_api.foundation.imports import uploads
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.people.directory import references

JOB = "framework.import"
SUFFIX = ".standards"
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Order:
    """The options of an import.

    With a `title` the file is the CSV of a district's own proficiencies, else a CASE package.
    `import_id` is the existing `FrameworkImport` row; without it a row is made.
    """

    district_id: UUID
    title: str | None = None
    is_dry_run: bool = False
    is_confirmed: bool = False
    import_id: UUID | None = None
    by: UUID | None = None
    sha256: str = ""

    @property
    def source(self) -> FrameworkSource:
        """The format of the file."""
        return FrameworkSource.of(self.title)


@dataclass(frozen=True)
class Outcome:
    """The result of an import."""

    state: FrameworkImportState
    findings: Findings
    counts: dict[str, dict[str, int]]
    import_id: UUID | None = None


class _Undo(Exception):
    """Raised to roll the transaction back, with the state that the import then has."""

    def __init__(self, state: FrameworkImportState) -> None:
        super().__init__(state)
        self.state = state


def _ignore(_progress: float) -> None:
    pass


def carry_out(
    database: db.Database, path: Path, order: Order, progress: Progress = _ignore
) -> Outcome:
    """Import the file at `path`; opens its own transactions, so it must not run inside one.

    Errors of the file are in the outcome's findings. `progress` is called with numbers from 0 to 1.
    """
    order = replace(order, sha256=order.sha256 or uploads.sha256_of(path))
    findings = Findings()
    content = _read(path, order, findings)
    progress(0.4)
    if content is None:
        outcome = Outcome(FrameworkImportState.REFUSED, findings, {})
    else:
        outcome = _apply(database, content, order, findings)
    if outcome.state is not FrameworkImportState.APPLIED:
        outcome = _record_refusal(database, order, outcome)
    progress(1.0)
    return outcome


def _read(path: Path, order: Order, findings: Findings) -> Content | None:
    if path.stat().st_size > settings.current().framework_limit:
        findings.add(Code.FILE_TOO_LARGE)
        return None
    raw = path.read_bytes()
    if order.title is None:
        return case.read(raw, findings)
    return sheet.read(raw, order.district_id, order.title, findings)


def _apply(database: db.Database, content: Content, order: Order, findings: Findings) -> Outcome:
    """Compare and apply in one transaction, which is rolled back on any error."""
    counts: dict[str, dict[str, int]] = {}
    try:
        with database.transaction(districts=[order.district_id]):
            hold(order.district_id)
            district = db.session().get_one(District, order.district_id)
            _require_office(order, district, findings)
            framework, stored = storing.store(
                content, district.id, district.today, findings, is_confirmed=order.is_confirmed
            )
            counts = stored.counts
            if framework is None:
                raise _Undo(FrameworkImportState.REFUSED)
            _judge(stored, order, district, findings)
            import_id = _keep(order, framework, findings, counts)
        return Outcome(FrameworkImportState.APPLIED, findings, counts, import_id)
    except _Undo as undo:
        return Outcome(undo.state, findings, counts)


def hold(district_id: UUID) -> None:
    """Lock the district's frameworks until the transaction ends: one import runs at a time."""
    db.lock_name(f"frameworks of {district_id}")


def _require_office(order: Order, district: District, findings: Findings) -> None:
    """Roll the import back if its sender may not import any more."""
    if order.by is None:
        return
    if imports.access_of(order.by, district, Permission.SETTINGS_WRITE) is None:
        findings.add(Code.IMPORTER_WITHOUT_OFFICE)
        raise _Undo(FrameworkImportState.REFUSED)


def _judge(stored: storing.Outcome, order: Order, district: District, findings: Findings) -> None:
    """Roll the import back if it would retire too much unconfirmed, or if it is a dry run."""
    if not order.is_confirmed and _is_too_much(stored, district, findings):
        raise _Undo(FrameworkImportState.UNCONFIRMED)
    if order.is_dry_run:
        raise _Undo(FrameworkImportState.COMPARED)


def _is_too_much(stored: storing.Outcome, district: District, findings: Findings) -> bool:
    """Whether more rows of a kind would be retired than the district allows; adds findings."""
    share = district_settings.of(district).deletion_threshold
    is_exceeded = False
    for kind, active in stored.active.items():
        retired = stored.counts[kind][storing.RETIRED]
        if retired > share * active:
            findings.add(Code.MANY_RETIRED, detail=f"{retired} of {active} {kind}.")
            is_exceeded = True
    return is_exceeded


def _keep(
    order: Order, framework: Framework, findings: Findings, counts: dict[str, dict[str, int]]
) -> UUID:
    """Store the result of the import, in the same transaction."""
    row = _row(order)
    row.framework_id = framework.id
    imports.describe(row, FrameworkImportState.APPLIED, findings, counts)
    db.session().flush()
    audit.record(
        "framework_import.applied", row, by=order.by, framework_id=framework.id, counts=counts
    )
    return row.id


def _row(order: Order) -> FrameworkImport:
    """The import's existing row, or a new one."""
    if order.import_id:
        return db.session().get_one(FrameworkImport, order.import_id)
    row = FrameworkImport(
        id=db.new_id(),
        district_id=order.district_id,
        format=order.source,
        title=order.title,
        is_dry_run=order.is_dry_run,
        is_confirmed=order.is_confirmed,
        sha256=order.sha256,
        created_by=order.by,
        started_at=clock.now(),
    )
    db.session().add(row)
    return row


def _record_refusal(database: db.Database, order: Order, outcome: Outcome) -> Outcome:
    """Store the result of an import that changed nothing."""
    with database.transaction(districts=[order.district_id]) as session:
        row = _row(order)
        imports.describe(row, outcome.state, outcome.findings, outcome.counts)
        session.flush()
        return replace(outcome, import_id=row.id)


def receive(
    file: BinaryIO, district_id: UUID, by: UUID, folder: Path, fields: dict[str, Any]
) -> FrameworkImport:
    """Store an uploaded file, and enqueue its import.

    Raises Problem: framework_import_running while another import of the district is unfinished.
    """
    hold(district_id)
    source = FrameworkSource.of(fields.get("title"))
    row = FrameworkImport(
        id=db.new_id(), district_id=district_id, created_by=by, format=source, **fields
    )
    path = uploads.path_of(folder, row.id, SUFFIX)
    running = problems.Code.FRAMEWORK_IMPORT_RUNNING
    imports.queue(row, file, path, kind=JOB, running=running)
    return row


def edit(framework: Framework, access: Access, fields: dict[str, Any]) -> Framework:
    """Choose the scale by which the framework's items are rated; null is the district's default.

    Raises Problem: validation_failed if it is no scale of the district, scale_retired.
    """
    scale_id = fields.get("scale_id")
    if scale_id is not None:
        scales.require_active(references.of_district(access, Scale, scale_id, "scale_id"))
    if "scale_id" in fields:
        framework.scale_id = scale_id
        audit.record("framework.edited", framework, by=access.caller.person_id)
    return framework
