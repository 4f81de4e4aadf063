"""Receive files whole or chunk by chunk, and hand them over to the records that name them."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.files import actions as files
from plp_api.foundation.files import filenames, receiving, storage
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.uploads.models import Upload, UploadChunk, UploadStatus

KEPT_FOR = timedelta(days=2)
"""How long an upload waits for its chunks, and a complete one to be taken over."""
LONGEST_WAY = timedelta(days=14)
"""How long an upload may take, however often its chunks come again."""
MOST_OPEN = 20
CHUNKS = "chunks"
FOLDER = "uploads"


def announce(student: Student, access: Access, **fields: Any) -> Upload:
    """Announce a file of `size` bytes for the student, to be sent in chunks.

    Raises Problem: file_too_large, quota_reached, uploads_full.
    """
    _require_few_open(access.caller.person_id)
    size: int = fields["size"]
    _require_small(size, student)
    used, most = receiving.room_of(student)
    if used + _announced_for(student) + size > most:
        raise Problem(Code.QUOTA_REACHED)
    upload = _begun(student, access, **fields)
    db.session().flush()
    _note("upload.announced", upload, access)
    return upload


def _announced_for(student: Student) -> int:
    """The bytes that open uploads have announced for the student."""
    is_open = Upload.student_id == student.id, Upload.status == UploadStatus.OPEN
    return db.session().scalar(select(func.sum(Upload.size)).where(*is_open)) or 0


def receive(student: Student, access: Access, content: BinaryIO, filename: str) -> Upload:
    """Receive a whole file for the student. Raises what `receiving.receive` raises."""
    _require_few_open(access.caller.person_id)
    file = receiving.receive(content, filename, **_owner(student, access.caller.person_id))
    sent = {"filename": file.filename, "size": file.size, "sha256": file.sha256}
    upload = _begun(student, access, **sent)
    _finish(upload, file)
    db.session().flush()
    _note("upload.completed", upload, access)
    return upload


def _note(what: str, upload: Upload, access: Access) -> None:
    audit.record(what, upload, by=access.caller.person_id, student_id=upload.student_id)


def _owner(student: Student, by: UUID) -> dict[str, Any]:
    return {
        "folder": FOLDER,
        "district_id": student.district_id,
        "by": by,
        "student_id": student.id,
    }


def _begun(student: Student, access: Access, **fields: Any) -> Upload:
    upload = Upload(
        id=db.new_id(),
        district_id=student.district_id,
        person_id=access.caller.person_id,
        student_id=student.id,
        expires_at=clock.now() + KEPT_FOR,
        **{**fields, "filename": filenames.harmless(fields["filename"])},
    )
    db.session().add(upload)
    return upload


def _require_small(size: int, student: Student) -> None:
    rules = district_settings.of(db.session().get_one(District, student.district_id))
    if size > rules.file_limit_mb * receiving.MEGABYTE:
        raise Problem(Code.FILE_TOO_LARGE, f"It may have {rules.file_limit_mb} MB.")


def _require_few_open(person_id: UUID) -> None:
    """Raise uploads_full if the person has as many open uploads as they may have."""
    db.lock_name(f"uploads of {person_id}")
    is_open = Upload.person_id == person_id, Upload.status == UploadStatus.OPEN
    if (db.session().scalar(select(func.count()).where(*is_open)) or 0) >= MOST_OPEN:
        raise Problem(Code.UPLOADS_FULL, f"Complete or cancel some of your {MOST_OPEN}.")


def keep_chunk(upload: Upload, number: int, content: bytes, sha256: str | None) -> Upload:
    """Keep a chunk; the same once more changes nothing, another content replaces it.

    `sha256` is in hexadecimal. Raises Problem: not_found for a number that the upload does not
    have, upload_closed, upload_mismatch.
    """
    db.lock(upload)
    if upload.status != UploadStatus.OPEN:
        raise Problem(Code.UPLOAD_CLOSED)
    if not 1 <= number <= upload.chunk_count:
        raise Problem(Code.NOT_FOUND, f"It has {upload.chunk_count} chunks.")
    found = hashlib.sha256(content).hexdigest()
    if len(content) != upload.size_of(number) or sha256 not in (None, found):
        raise Problem(Code.UPLOAD_MISMATCH, f"This chunk has {upload.size_of(number)} bytes.")
    before = _chunk(upload, number)
    if before is None or before.sha256 != found:
        _replace(upload, number, content, found, before)
    upload.expires_at = min(clock.now() + KEPT_FOR, upload.created_at + LONGEST_WAY)
    return upload


def _chunk(upload: Upload, number: int) -> UploadChunk | None:
    own = select(UploadChunk).where(UploadChunk.upload_id == upload.id)
    return db.session().scalar(own.where(UploadChunk.number == number))


def _replace(
    upload: Upload, number: int, content: bytes, sha256: str, before: UploadChunk | None
) -> None:
    if before is not None:
        storage.remove_at_commit(before.name)
        db.session().delete(before)
        db.session().flush()
    key = db.new_id()
    name = f"{CHUNKS}/{upload.district_id}/{key}"
    row = UploadChunk(
        id=key,
        district_id=upload.district_id,
        upload_id=upload.id,
        number=number,
        name=name,
        size=len(content),
        sha256=sha256,
    )
    db.session().add(row)
    db.session().flush()
    storage.put(name, content)


def chunks_of(uploads: Sequence[Upload]) -> dict[UUID, list[int]]:
    """By upload, the numbers of the chunks that are there."""
    found: dict[UUID, list[int]] = {upload.id: [] for upload in uploads}
    query = select(UploadChunk.upload_id, UploadChunk.number).where(
        db.any_of(UploadChunk.upload_id, db.ids_bind("uploads"))
    )
    rows = db.session().execute(query.order_by(UploadChunk.number), {"uploads": list(found)})
    for upload_id, number in rows:
        found[upload_id].append(number)
    return found


def complete(upload: Upload, access: Access) -> None:
    """Put the chunks together, and keep the file.

    Raises Problem: upload_incomplete, and what `receiving.receive_blocks` raises.
    """
    chunks = _all_chunks(upload)
    if len(chunks) < upload.chunk_count:
        missing = upload.chunk_count - len(chunks)
        raise Problem(Code.UPLOAD_INCOMPLETE, f"{missing} of {upload.chunk_count} are missing.")
    student = db.session().get_one(Student, upload.student_id)
    # Whoever no longer works with the student sends nothing more for them.
    access.require(Permission.UPLOADS_WRITE, student)
    names = tuple(chunk.name for chunk in chunks)
    file = receiving.receive_blocks(
        partial(_blocks, names),
        upload.filename,
        source=names,
        sha256=upload.sha256,
        **_owner(student, upload.person_id),
    )
    _finish(upload, file)
    _drop(chunks)
    _note("upload.completed", upload, access)


def _all_chunks(upload: Upload) -> Sequence[UploadChunk]:
    own = select(UploadChunk).where(UploadChunk.upload_id == upload.id)
    return db.session().scalars(own.order_by(UploadChunk.number)).all()


def _blocks(names: Sequence[str]) -> Iterator[bytes]:
    for name in names:
        try:
            yield storage.get(name)
        except FileNotFoundError as error:
            raise Problem(Code.FILE_LOST) from error


def _finish(upload: Upload, file: StoredFile) -> None:
    upload.status, upload.file_id = UploadStatus.COMPLETE, file.id
    upload.file = file
    upload.expires_at = clock.now() + KEPT_FOR


def _drop(chunks: Sequence[UploadChunk]) -> None:
    for chunk in chunks:
        storage.remove_at_commit(chunk.name)
        db.session().delete(chunk)


def cancel(upload: Upload, access: Access) -> None:
    """Give the upload up; its chunks and its file are removed."""
    remove(upload)
    _note("upload.cancelled", upload, access)


def remove(upload: Upload) -> None:
    """Remove what an upload holds, and close it."""
    _drop(_all_chunks(upload))
    file, upload.file_id, upload.file = upload.file, None, None
    upload.status = UploadStatus.CANCELLED
    db.session().flush()
    if file is not None:
        files.remove(file)


def take(upload_ids: Sequence[UUID], access: Access, student: Student) -> list[StoredFile]:
    """Take over the caller's complete uploads for a record of the student, in their order.

    Each can be taken once. Raises Problem: upload_not_complete for any other.
    """
    wanted = list(dict.fromkeys(upload_ids))
    query = select(Upload).where(
        db.any_of(Upload.id, db.ids_bind("wanted")),
        Upload.person_id == access.caller.person_id,
        Upload.student_id == student.id,
        Upload.status == UploadStatus.COMPLETE,
    )
    rows = db.session().scalars(query.with_for_update(of=Upload), {"wanted": wanted}).all()
    found = {upload.id: upload for upload in rows}
    if found.keys() != {*wanted}:
        raise Problem(Code.UPLOAD_NOT_COMPLETE)
    for upload in found.values():
        upload.status = UploadStatus.TAKEN
    return [file for key in wanted if (file := found[key].file) is not None]
