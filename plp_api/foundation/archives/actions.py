"""Ask for archives, keep them for a while, and end them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, ScalarResult, bindparam, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.foundation.archives.parts import part_named
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.files import actions as files
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import GRADES_WITH_PLANS, School, Student

JOB = "archives.export"
OPEN = (ExportStatus.QUEUED, ExportStatus.RUNNING)
# A leaving class needs longer: its students may not sign in every week.
KEPT, KEPT_OF_CLASS = timedelta(days=14), timedelta(days=180)


def request(student: Student, access: Access) -> StudentExport:
    """Queue the archive of the student, as the caller may read it, for the caller alone.

    Raises Problem(export_running): one of theirs is being made already.
    """
    _hold(_listed([student.id]))
    by = access.caller.person_id
    db.refuse_second(StudentExport, *_is_open(by, student.id), code=Code.EXPORT_RUNNING)
    export = _added(student, by=by, whose=by)
    _queue([export], student.district_id, by)
    return export


def request_class(school_id: UUID, grade: str, access: Access) -> dict[str, object]:
    """Queue an archive for each student of the grade whose plan the school keeps: theirs alone.

    In one job. A student whose own export is waiting is left out, and the caller's own family.
    Returns `batch_id` and `student_count`.

    Raises Problem: permission_denied (no office at the school), validation_failed.
    """
    school = db.session().get(School, school_id)
    if school is None or school.district_id != access.caller.district_id:
        raise invalid("school_id", "There is no such school in your district.")
    access.require_at(Permission.EXPORTS_WRITE_CLASS, school_id)
    if grade not in GRADES_WITH_PLANS:
        raise invalid("grade", f"Name one of {', '.join(GRADES_WITH_PLANS)}.")
    by, batch_id = access.caller.person_id, db.new_id()
    students = _leaving(school_id, grade, access)
    exports = [_added(one, by=by, whose=one.id, batch_id=batch_id) for one in students]
    if exports:
        _queue(exports, access.caller.district_id, by)
    return {"batch_id": batch_id, "student_count": len(exports)}


def _leaving(school_id: UUID, grade: str, access: Access) -> Sequence[Student]:
    reached = access.select(Student, Permission.EXPORTS_WRITE_CLASS).where(
        Student.plan_home_school_id == school_id,
        Student.grade == grade,
        is_unrelated(Student.id, access.caller),
    )
    students = access.scalars(reached.order_by(Student.id))
    theirs = _listed([one.id for one in students])
    _hold(theirs)
    # Read once they are held: an export that was asked for meanwhile is seen.
    own = _is_open(StudentExport.student_id, StudentExport.student_id)
    listed = db.any_of(StudentExport.student_id, theirs)
    busy = set(db.session().scalars(select(StudentExport.student_id).where(*own, listed)))
    return [one for one in students if one.id not in busy]


def _listed(ids: list[UUID]) -> BindParameter[list[UUID]]:
    return bindparam("listed", ids, type_=db.IDS)


def _hold(listed: BindParameter[list[UUID]]) -> None:
    """Lock the students, so that two who ask for exports of one see each other's."""
    rows = select(Student.id).where(db.any_of(Student.id, listed)).order_by(Student.id)
    db.session().execute(rows.with_for_update(of=Student, key_share=True))


def _is_open(person_id: Any, student_id: Any) -> list[ColumnElement[bool]]:
    """Which exports of the student are being made for the person."""
    return [
        StudentExport.student_id == student_id,
        StudentExport.requested_for == person_id,
        StudentExport.status.in_(OPEN),
    ]


def _added(
    student: Student, *, by: UUID, whose: UUID, batch_id: UUID | None = None
) -> StudentExport:
    export = StudentExport(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        requested_by=by,
        requested_for=whose,
        batch_id=batch_id,
    )
    db.session().add(export)
    audit.record("student_export.requested", export, by=by, requested_for=whose)
    return export


def _queue(exports: Sequence[StudentExport], district_id: UUID, by: UUID) -> None:
    job = jobs.enqueue(JOB, district_id, by)
    db.session().flush()
    for export in exports:
        export.job_id = job.id


def finish(export: StudentExport, file: StoredFile, counts: dict[str, int]) -> None:
    """Give the export its archive, for some time; it takes the place of an earlier one.

    So however often somebody asks, the storage has one archive of theirs, and one from when
    their class left.
    """
    for earlier in _locked(*_replaced_by(export)):
        end(earlier)
    now = clock.now()
    export.status, export.file, export.counts = ExportStatus.READY, file, counts
    export.ready_at = now
    export.expires_at = now + (KEPT_OF_CLASS if export.batch_id else KEPT)
    audit.record("student_export.made", export, by=None, requested_for=export.requested_for)


def _replaced_by(export: StudentExport) -> list[ColumnElement[bool]]:
    """Which archives of the same reader the export's takes the place of.

    One that the student asked for does not replace that of their class, which is kept longer.
    """
    is_of_class = StudentExport.batch_id.is_not(None)
    return [
        StudentExport.student_id == export.student_id,
        StudentExport.requested_for == export.requested_for,
        StudentExport.status == ExportStatus.READY,
        is_of_class if export.batch_id else ~is_of_class,
    ]


def _locked(*which: ColumnElement[bool]) -> ScalarResult[StudentExport]:
    """Such exports, locked: the newest first, as whoever finishes one has locked it already."""
    found = select(StudentExport).where(*which).order_by(StudentExport.id.desc())
    return db.session().scalars(found.with_for_update(of=StudentExport))


def fail(export: StudentExport) -> None:
    """End the export without an archive."""
    export.status = ExportStatus.FAILED
    audit.record("student_export.failed", export, by=None, requested_for=export.requested_for)


def download(export: StudentExport, access: Access) -> StoredFile:
    """The archive, for whom it was made, if they may still read all that is in it.

    Raises Problem: permission_denied (it is another's), export_not_ready, export_expired.
    """
    if export.requested_for != access.caller.person_id:
        raise denied(Permission.EXPORTS_READ, detail="Only for whom it was made may have it.")
    if export.status in (*OPEN, ExportStatus.FAILED):
        raise Problem(Code.EXPORT_NOT_READY, f"It is {export.status}.")
    if export.file is None or (export.expires_at or clock.now()) <= clock.now():
        raise Problem(Code.EXPORT_EXPIRED)
    if not _reads_all(export, access):
        raise Problem(Code.EXPORT_EXPIRED, "Your rights changed since it was made.")
    audit.record("student_export.downloaded", export, by=access.caller.person_id)
    return export.file


def take(export: StudentExport) -> None:
    """Note that the archive was fetched to its end, so that it waits no more."""
    export.downloaded_at = export.downloaded_at or clock.now()


def _reads_all(export: StudentExport, access: Access) -> bool:
    """Whether the caller may read every part that the archive holds."""
    parts = (part_named(name) for name in export.counts)
    return all(part and access.may(part.permission, export.student_id) for part in parts)


def end(export: StudentExport) -> None:
    """End the export, and remove its archive."""
    file, export.file = export.file, None
    export.status = ExportStatus.EXPIRED
    db.session().flush()
    if file is not None:
        files.remove(file)
    audit.record("student_export.expired", export, by=None, requested_for=export.requested_for)


def withdraw(person_id: UUID, student_id: UUID) -> None:
    """End every export of the student for a person whose rights were reduced."""
    theirs = _locked(
        StudentExport.student_id == student_id,
        StudentExport.requested_for == person_id,
        StudentExport.status.in_((*OPEN, ExportStatus.READY)),
    )
    for export in theirs:
        end(export)


def end_expired() -> None:
    """End the exports whose time is over."""
    is_over = StudentExport.status == ExportStatus.READY, StudentExport.expires_at <= clock.now()
    for export in _locked(*is_over):
        end(export)
