"""The worker's part of framework imports that were uploaded by HTTP."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from plp_api.catalog.standards.actions import JOB, SUFFIX, Order, carry_out
from plp_api.catalog.standards.models import FrameworkImport
from plp_api.foundation import db
from plp_api.foundation.imports import actions as imports
from plp_api.foundation.imports import uploads
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem

FOLDER = "standards"


def folder() -> Path:
    """The folder of waiting files."""
    return uploads.folder(FOLDER)


def _failed(job: Job) -> None:
    imports.fail(job, FrameworkImport)


@jobs.kind(JOB, failed=_failed)
def run(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Import the waiting file; an import that a killed worker completed is not repeated."""
    with db.current().transaction():
        row, is_done = imports.begin(job_id, FrameworkImport)
        import_id = row.id
        order = Order(
            district_id=row.district_id,
            title=row.title,
            is_dry_run=row.is_dry_run,
            is_confirmed=row.is_confirmed,
            import_id=row.id,
            by=row.created_by,
            sha256=row.sha256,
        )
    path = uploads.path_of(folder(), import_id, SUFFIX)
    if is_done:
        path.unlink(missing_ok=True)
        return {}
    if not path.exists():
        raise Problem(Code.NOT_FOUND, "The file is no longer here; send it again.")
    outcome = carry_out(db.current(), path, order, report)
    path.unlink(missing_ok=True)
    return {"state": str(outcome.state)}


@jobs.periodically("forget framework files", every=timedelta(hours=1))
def forget() -> None:
    """Delete files that were never imported after some days; others go with their import."""
    uploads.forget(folder(), SUFFIX)
