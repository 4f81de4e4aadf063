"""The worker's part of roster imports that were uploaded by HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from plp_api.foundation import clock, db, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem
from plp_api.people.rostering.actions import JOB, Order, carry_out, path_of
from plp_api.people.rostering.decisions import from_stored
from plp_api.people.rostering.models import UNFINISHED, ImportState, RosterImport

FOLDER = "packages"
KEPT = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class WaitingOrder(Order):
    """An order whose `RosterImport` row exists, and whether it was carried out before."""

    import_id: UUID
    is_done: bool


def folder() -> Path:
    """The folder of waiting packages: they are education records, only the operator reads it."""
    return settings.current().data_dir / FOLDER


def _failed(job: Job) -> None:
    row = db.session().get(RosterImport, UUID(job.arguments["import_id"]))
    if row is not None and row.state in UNFINISHED:
        row.state = ImportState.FAILED
        row.finished_at = clock.now()


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
    with db.current().transaction() as session:
        job = session.get_one(Job, job_id)
        db.enter([UUID(str(job.district_id))])
        row = session.get_one(RosterImport, UUID(job.arguments["import_id"]))
        is_done = row.state not in UNFINISHED
        if not is_done:
            row.state = ImportState.RUNNING
            row.started_at = row.started_at or clock.now()
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
    oldest = (clock.now() - KEPT).timestamp()
    for path in folder().glob("*.zip"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
