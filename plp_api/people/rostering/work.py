"""The worker's part of roster imports that were uploaded by HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.imports import actions as imports
from plp_api.foundation.imports import uploads
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem
from plp_api.people.rostering.actions import JOB, SUFFIX, Order, carry_out, path_of
from plp_api.people.rostering.decisions import from_stored
from plp_api.people.rostering.models import RosterImport

FOLDER = "packages"


@dataclass(frozen=True, kw_only=True)
class WaitingOrder(Order):
    """An order whose `RosterImport` row exists, and whether it was carried out before."""

    import_id: UUID
    is_done: bool


def folder() -> Path:
    """The folder of waiting packages."""
    return uploads.folder(FOLDER)


def _failed(job: Job) -> None:
    imports.fail(job, RosterImport)


@jobs.kind(JOB, failed=_failed)
def run(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Import the waiting package; an import that a killed worker completed is not repeated."""
    order = _begun(job_id)
    path = path_of(folder(), order.import_id)
    if order.is_done:
        path.unlink(missing_ok=True)
        return {}
    if not path.exists():
        raise Problem(Code.NOT_FOUND, "The package is no longer here; send it again.")
    outcome = carry_out(db.current(), path, order, report)
    path.unlink(missing_ok=True)
    return {"state": str(outcome.state)}


def _begun(job_id: UUID) -> WaitingOrder:
    """The order of the import, which is set to running unless it has ended."""
    with db.current().transaction():
        row, is_done = imports.begin(job_id, RosterImport)
        return WaitingOrder(
            profile=row.profile,
            is_dry_run=row.is_dry_run,
            is_confirmed=row.is_confirmed,
            district_id=row.district_id,
            import_id=row.id,
            by=row.created_by,
            sha256=row.sha256,
            decisions=tuple(from_stored(decision) for decision in row.decisions),
            is_done=is_done,
        )


@jobs.periodically("forget roster packages", every=timedelta(hours=1))
def forget() -> None:
    """Delete packages that were never imported after some days; others go with their import."""
    uploads.forget(folder(), SUFFIX)
