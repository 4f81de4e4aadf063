"""Keeping files and reading them."""

import hashlib
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.problems import Code, Problem


def keep(
    folder: str, key: UUID, content: bytes, media_type: FileType, *, district_id: UUID, by: UUID
) -> StoredFile:
    """The row of a new file of the district; `folder` names its kind (`scans`).

    `key` is its id: where one row alone refers to it, that row's.

    Its content is put into the storage by `write`, once nothing refuses it any more.
    """
    file = StoredFile(
        id=key,
        district_id=district_id,
        name=f"{folder}/{district_id}/{key}",
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by,
    )
    db.session().add(file)
    return file


def write(file: StoredFile, content: bytes) -> None:
    """Put the content into the storage, as long as the running transaction is committed.

    Raises OSError where the storage does not take it.
    """
    db.session().flush()
    storage.put(file.name, content)


def content_of(file: StoredFile) -> bytes:
    """The content. Raises Problem(file_lost) where the storage has it no more."""
    try:
        return storage.get(file.name)
    except FileNotFoundError as error:
        raise Problem(Code.FILE_LOST) from error
