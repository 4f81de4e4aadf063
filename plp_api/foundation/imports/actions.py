"""Queue an import of an uploaded file, begin it in a worker, and store its result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.imports import uploads
from plp_api.foundation.imports.findings import Findings, as_json
from plp_api.foundation.imports.models import FAILED, RUNNING, UNFINISHED, ImportRow
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code
from plp_api.foundation.roster.models import District, Person

Row = TypeVar("Row", bound=ImportRow)


def queue(row: ImportRow, file: BinaryIO, path: Path, *, kind: str, running: Code) -> None:
    """Store the uploaded file at `path`, add the import's row, and enqueue its job.

    The caller holds the lock on the district's imports. Raises Problem: `running` while another
    import of the district is unfinished.
    """
    model = type(row)
    db.refuse_second(
        model,
        model.district_id == row.district_id,
        model.state.in_(UNFINISHED),
        code=running,
    )
    row.sha256 = uploads.save(file, path)
    job = jobs.enqueue(kind, row.district_id, row.created_by, import_id=str(row.id))
    row.job_id = job.id
    db.session().add(row)


def begin(job_id: UUID, model: type[Row]) -> tuple[Row, bool]:
    """The row of the job's import, and whether it has ended already; else it is running now.

    Enters the district; an import that a killed worker completed is not repeated.
    """
    job = db.session().get_one(Job, job_id)
    db.enter([UUID(str(job.district_id))])
    row = db.session().get_one(model, UUID(job.arguments["import_id"]))
    if row.state not in UNFINISHED:
        return row, True
    row.state = RUNNING
    row.started_at = row.started_at or clock.now()
    return row, False


def fail(job: Job, model: type[ImportRow]) -> None:
    """End the job's import, which has failed for good."""
    row = db.session().get(model, UUID(job.arguments["import_id"]))
    if row is not None and row.state in UNFINISHED:
        row.state = FAILED
        row.finished_at = clock.now()


def describe(
    row: ImportRow,
    state: str,
    findings: Findings[Any, Any],
    counts: Mapping[str, Mapping[str, int]],
) -> None:
    """Store the result of an import in its row."""
    row.state = state
    row.counts = dict(counts)
    row.findings = [as_json(finding) for finding in findings]
    row.finding_counts = {str(code): number for code, number in findings.counts.items()}
    row.finished_at = clock.now()


def access_of(person_id: UUID, district: District, permission: Permission) -> Access | None:
    """The sender's access of today; None without the permission for the whole district."""
    person = db.session().get(Person, person_id)
    if person is None or person.district_id != district.id:
        return None
    access = Access(callers.absent(person, district.today))
    return access if access.may_at(permission, None) else None
