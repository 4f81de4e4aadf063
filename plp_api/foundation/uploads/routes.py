"""Routes of uploads."""

from typing import Any

from flask import current_app, request

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.digests import content_digest
from plp_api.foundation.rest.limits import ENVELOPE
from plp_api.foundation.rest.paging import Listing, one_of, since
from plp_api.foundation.roster.models import Student
from plp_api.foundation.uploads import actions
from plp_api.foundation.uploads.lifecycle import REFUSALS
from plp_api.foundation.uploads.models import CHUNK_SIZE, Upload, UploadStatus
from plp_api.foundation.uploads.schemas import (
    UploadActionFieldsSchema,
    UploadFileSchema,
    UploadSchema,
)

OCTETS = "application/octet-stream"
READ, WRITE = Permission.SELF_MANAGE, Permission.UPLOADS_WRITE
UPLOADS = Listing(
    filters={
        "status": one_of(Upload.status, UploadStatus, "Only uploads in these states."),
        "updated_since": since(Upload.updated_at),
    },
    sorts={"created_at": Upload.created_at, "updated_at": Upload.updated_at},
)

blueprint = Blueprint("Uploads", __name__, "Files on their way into the storage.")


@blueprint.before_request
def allow_uploads() -> None:
    """Allow a file, and a chunk of one, to be larger than other bodies."""
    if request.method == "PUT":
        request.max_content_length = CHUNK_SIZE
    elif request.mimetype == "multipart/form-data":
        # This runs before the view's transaction, which sets `settings.current()`.
        limit = current_app.settings.upload_limit  # type: ignore[attr-defined]  # an Application
        request.max_content_length = limit + ENVELOPE


@blueprint.route("/students/<uuid:student_id>/uploads", methods=["POST"])
@blueprint.requires(WRITE, Student)
@blueprint.refuses(Code.FILE_TOO_LARGE, Code.QUOTA_REACHED, Code.UPLOADS_FULL)
@blueprint.arguments(UploadSchema)
@blueprint.response(201, UploadSchema)
def announce_upload(access: Access, student: Student, fields: dict[str, Any]) -> Upload:
    """Announce a file for a student, to be sent in chunks.

    For files above what one request may carry, and for lines that break: send the chunks
    with `PUT /uploads/{id}/chunks/{number}`, in any order and as often as needed, then
    the action `complete`. The students send files for themselves, staff for those for
    whom they record work. It waits two days for its chunks.
    """
    return actions.announce(student, access, **fields)


@blueprint.route("/students/<uuid:student_id>/uploads/files", methods=["POST"])
@blueprint.requires(WRITE, Student, media="multipart/form-data", keyed=False)
@blueprint.refuses(*REFUSALS, Code.UPLOADS_FULL)
@blueprint.arguments(UploadFileSchema, location="files")
@blueprint.response(201, UploadSchema)
def upload_file(access: Access, student: Student, files: dict[str, Any]) -> Upload:
    """Send a whole file for a student in one request.

    Its content decides its type, not its name. What could harm its readers is taken out
    (scripts and attachments of a PDF, the place where a photo was taken) or refused by a
    code of its own; nothing is kept then. The answer is a complete upload: name its `id`
    in the record that the file belongs to, within two days.
    """
    sent = files["file"]
    return actions.receive(student, access, sent.stream, sent.filename or "")


@blueprint.route("/uploads")
@blueprint.requires(READ)
@blueprint.lists(UploadSchema, UPLOADS)
def list_uploads(access: Access) -> Any:
    """List your own uploads.

    `status=open` are those that wait for chunks, after a line broke.
    """
    return access.select(Upload)


@blueprint.route("/uploads/<uuid:upload_id>")
@blueprint.requires(READ, Upload)
@blueprint.response(200, UploadSchema)
def get_upload(access: Access, upload: Upload) -> Upload:
    """Get one of your uploads, and which chunks are there.

    After a line broke, send the chunks that `received_chunks` lacks.
    """
    return upload


@blueprint.route("/uploads/<uuid:upload_id>/chunks/<int:number>", methods=["PUT"])
@blueprint.requires(READ, Upload, media=OCTETS, conditional=False)
@blueprint.refuses(Code.UPLOAD_CLOSED, Code.UPLOAD_MISMATCH)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
    }
)
@blueprint.response(200, UploadSchema)
def put_upload_chunk(access: Access, upload: Upload) -> Upload:
    """Send one chunk of an upload.

    Chunk `number` (from 1) holds the bytes from `(number - 1) * chunk_size`, all
    `chunk_size` of them but the last. Its SHA-256 goes into the header `Content-Digest`
    (RFC 9530: `sha-256=:…:`), so that what a line altered is refused. Sent once more it
    changes nothing.
    """
    number: int = (request.view_args or {})["number"]
    return actions.keep_chunk(upload, number, request.get_data(), content_digest())


blueprint.actions("/uploads", Upload, UploadSchema, UploadActionFieldsSchema)
