"""The worker's part of exports: make the archives, and remove them when their time is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.archives import actions, keeping, making
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student

ABANDONED = timedelta(days=1)
log = structlog.get_logger()


def _of_job(job_id: UUID) -> Any:
    return select(StudentExport).where(
        StudentExport.job_id == job_id, StudentExport.status.in_(actions.OPEN)
    )


def _failed(job: Job) -> None:
    for export in db.session().scalars(_of_job(job.id)):
        actions.fail(export)


@jobs.kind(actions.JOB, failed=_failed)
def run(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Make the archive of each export of the job; those that are ready are not made again.

    One that cannot be made fails alone, whatever the cause: a class does not wait for one odd
    record.
    """
    with db.current().transaction(write=False) as session:
        district_id = UUID(str(session.get_one(Job, job_id).district_id))
        db.enter([district_id])
        waiting = session.scalars(_of_job(job_id).order_by(StudentExport.id))
        exports = [export.id for export in waiting]
    for number, export_id in enumerate(exports):
        _make(export_id, district_id)
        report((number + 1) / len(exports))
    return {"exports": len(exports)}


def _make(export_id: UUID, district_id: UUID) -> None:
    try:
        made = _made(export_id, district_id)
        try:
            _keep(export_id, district_id, made)
        finally:
            made.path.unlink(missing_ok=True)
    except Exception as error:
        # A Problem says that it may not be made; the log has the place of any other exception.
        if not isinstance(error, Problem):
            log.exception("export.failed", export=str(export_id), exc_info=error)
        with db.current().transaction(districts=[district_id]):
            if export := _still_open(export_id):
                actions.fail(export)


def _made(export_id: UUID, district_id: UUID) -> making.Made:
    """The archive, made without holding a lock."""
    with db.current().transaction(districts=[district_id]):
        export = _still_open(export_id)
        if export is None:
            raise Problem(Code.NOT_FOUND)
        export.status = ExportStatus.RUNNING
    with db.current().transaction(write=False, districts=[district_id]) as session:
        export = session.get_one(StudentExport, export_id)
        access = making.access_of(export.requested_for, district_id)
        return making.make(session.get_one(Student, export.student_id), access)


def _keep(export_id: UUID, district_id: UUID, made: making.Made) -> None:
    """Keep the archive for the export, unless that was withdrawn meanwhile."""
    with (
        keeping.stored(made, district_id) as keep,
        db.current().transaction(districts=[district_id]),
    ):
        if export := _still_open(export_id):
            actions.finish(export, keep(export), made.counts)


def _still_open(export_id: UUID) -> StudentExport | None:
    """The export, locked, if its archive is still wanted."""
    wanted = select(StudentExport).where(
        StudentExport.id == export_id, StudentExport.status.in_(actions.OPEN)
    )
    return db.session().scalar(wanted.with_for_update(of=StudentExport))


@jobs.periodically("end exports", every=timedelta(hours=1))
def end_exports() -> None:
    """Remove archives whose time is over, and what a killed worker left half made."""
    actions.end_expired()
    for path in making.folder().glob("*.zip"):
        if path.stat().st_mtime < (clock.now() - ABANDONED).timestamp():
            path.unlink(missing_ok=True)
