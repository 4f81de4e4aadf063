"""Routes of exports, and of records from elsewhere."""

from typing import Any

from flask import Response

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives import (
    actions,
    presenters,
    work,  # noqa: F401 - registers the job that the actions enqueue
)
from plp_api.foundation.archives.listings import EXPORTS, EXPORTS_OF_STUDENT, FOREIGN_RECORDS
from plp_api.foundation.archives.models import ForeignRecord, StudentExport
from plp_api.foundation.archives.schemas import (
    ClassExportSchema,
    ForeignRecordSchema,
    NewClassExportSchema,
    StudentExportSchema,
)
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import downloads
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student

READ, WRITE = Permission.EXPORTS_READ, Permission.EXPORTS_WRITE
ZIP = "application/zip"
BINARY = {"type": "string", "format": "binary"}

blueprint = Blueprint("Archives", __name__, "A student's whole record to take along.")


@blueprint.route("/students/<uuid:student_id>/exports")
@blueprint.requires(READ, Student)
@blueprint.lists(StudentExportSchema, EXPORTS_OF_STUDENT)
def list_exports_of_student(access: Access, student: Student) -> Any:
    """List the exports of a student.

    Student and parents see their own; the school sees that there are some, and opens none.
    """
    return access.select(StudentExport).where(StudentExport.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/exports", methods=["POST"])
@blueprint.requires(WRITE, Student, media=None)
@blueprint.refuses(Code.EXPORT_RUNNING)
@blueprint.response(202, StudentExportSchema)
def export_student(access: Access, student: Student) -> StudentExport:
    """Make an archive of a student's whole record, as you may read it.

    The answer is the export, which is also its job: read it until its `status` is `ready`,
    then take `/student-exports/{id}/content`. The archive is a ZIP that needs no server: open
    `index.html` in it. `data/` has the rows as this API serves them, `files/` the work,
    `prints/` and `snapshots/` each signed version of the plan, `manifest.json` the SHA-256 of
    every file. Another installation can import it (`plp import student`).

    Only you may download it, for 14 days, or until you have a newer one. While one is being
    made for you, another is a 409 `export_running`.
    """
    return actions.request(student, access)


@blueprint.route("/student-exports")
@blueprint.requires(READ)
@blueprint.lists(StudentExportSchema, EXPORTS)
def list_exports(access: Access) -> Any:
    """List exports across students.

    `batch_id` selects those of a leaving class.
    """
    return access.select(StudentExport)


@blueprint.route("/student-exports", methods=["POST"])
@blueprint.requires(Permission.EXPORTS_WRITE_CLASS)
@blueprint.arguments(NewClassExportSchema)
@blueprint.response(202, ClassExportSchema)
def export_class(access: Access, fields: dict[str, Any]) -> dict[str, object]:
    """Make an archive for each student of a leaving class.

    A school admin does, for a grade of the school, before it leaves. Each archive is the
    student's own, as they may read their record: it waits in the student's inbox
    (`archive_to_take`) for 180 days, also after they have left, and nobody of the school may
    download it. Follow them by `/student-exports?batch_id=`. Your own children
    are left out, and students whose export is being made already.
    """
    return actions.request_class(fields["school_id"], fields["grade"], access)


@blueprint.route("/student-exports/<uuid:student_export_id>")
@blueprint.requires(READ, StudentExport)
@blueprint.response(200, StudentExportSchema)
def get_export(access: Access, export: StudentExport) -> StudentExport:
    """Get an export: whether it is ready, what it holds, and until when.

    A failed one holds nothing; ask for another.
    """
    return export


@blueprint.route("/student-exports/<uuid:student_export_id>/content")
@blueprint.requires(WRITE, StudentExport, offers=(ZIP,), writes=True)
@blueprint.refuses(
    Code.EXPORT_NOT_READY, Code.EXPORT_EXPIRED, Code.FILE_LOST, Code.RANGE_UNSATISFIABLE
)
@blueprint.response(200, schema=BINARY, content_type=ZIP)
@blueprint.doc(
    responses={
        "206": {
            "description": "The range of it that was asked for.",
            "content": {ZIP: {"schema": BINARY}},
        }
    }
)
def download_export(access: Access, export: StudentExport) -> Response:
    """Download the archive.

    Only for whom it was made, and only while they may read everything that is in it: after a
    change of their rights it is a 410 `export_expired`. Ranges are served, so that a broken
    download goes on. It counts as taken (`downloaded_at`) once all of it, or a range up to its
    last byte, was asked for.
    """
    file = actions.download(export, access)
    if downloads.reaches_end(file):
        actions.take(export)
    return downloads.send(file)


# From elsewhere.


@blueprint.route("/students/<uuid:student_id>/foreign-records")
@blueprint.requires(Permission.FOREIGN_RECORDS_READ, Student)
@blueprint.lists(ForeignRecordSchema, FOREIGN_RECORDS)
def list_foreign_records_of_student(access: Access, student: Student) -> Any:
    """List what came with the student's archive from another installation.

    Unverified history: reviews, ratings, signatures and the like, as they stood there. Their
    own work came in as drafts, and stands among their artifacts. Each record is for those who
    may read its part here: whoever may not read ratings gets no foreign ones, and no levels
    within other records. Parents get no records about one person of a family (consents, who
    declined to sign).
    """
    return presenters.of_student(student, access)


@blueprint.route("/foreign-records/<uuid:foreign_record_id>")
@blueprint.requires(Permission.FOREIGN_RECORDS_READ, ForeignRecord)
@blueprint.response(200, ForeignRecordSchema)
def get_foreign_record(access: Access, record: ForeignRecord) -> ForeignRecord:
    """Get a record from another installation.

    A parent gets it without whom it names.
    """
    return presenters.shown(record, access)
