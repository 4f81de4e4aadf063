"""Keeping files, reading and removing them."""

import hashlib
from typing import BinaryIO
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import FileType, StoredFile, VirusCheck
from plp_api.foundation.problems import Code, Problem


def keep(
    folder: str, key: UUID, content: bytes, media_type: FileType, *, district_id: UUID, by: UUID
) -> StoredFile:
    """Add the row of a new file of the district; `folder` names its kind (`scans`).

    `key` is the file's id; where only one row refers to the file, use that row's id.

    Call `write` after every check, to put the content into the storage.
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
    """Put the content into the storage; it is removed if the transaction is rolled back.

    Raises OSError where the storage fails.
    """
    db.session().flush()
    storage.put(file.name, content)


def content_of(file: StoredFile) -> bytes:
    """The content of the file. Raises Problem(file_lost) where the storage no longer has it."""
    try:
        return storage.get(file.name)
    except FileNotFoundError as error:
        raise Problem(Code.FILE_LOST) from error


def open_content(file: StoredFile) -> BinaryIO:
    """The content of the file as a seekable stream.

    Raises Problem: file_quarantined, or file_lost where the storage no longer has it.
    """
    require_sound(file)
    try:
        return storage.opened(file.name)
    except FileNotFoundError as error:
        raise Problem(Code.FILE_LOST) from error


def require_sound(file: StoredFile) -> None:
    """Raise Problem(file_quarantined) if the scanner found the file infected."""
    if file.virus_check == VirusCheck.INFECTED:
        raise Problem(Code.FILE_QUARANTINED)


def remove(file: StoredFile) -> None:
    """Delete the row of a file that nothing refers to any more; its content after the commit."""
    for name in filter(None, (file.name, file.thumbnail)):
        storage.remove_at_commit(name)
    db.session().delete(file)
