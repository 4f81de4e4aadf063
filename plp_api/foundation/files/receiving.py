"""Receive a file from a person: checked, cleaned, counted against the quotas, and kept."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from plp_api.foundation import aside, db, settings
from plp_api.foundation.files import cleaning, filenames, kinds, scanning, storage, thumbnails
from plp_api.foundation.files.models import ARCHIVES, FileType, StoredFile, VirusCheck
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.models import District, Student

BLOCK = 1 << 20
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Checked:
    """A local file that was found sound, as it is to be kept."""

    path: Path
    kind: FileType
    virus_check: VirusCheck
    size: int
    sha256: str


def receive(
    content: BinaryIO,
    filename: str,
    *,
    folder: str,
    district_id: UUID,
    by: UUID,
    student_id: UUID | None,
) -> StoredFile:
    """Keep the content of a seekable stream in the storage; the row of the new file.

    Raises and keeps what `receive_blocks` does.
    """

    def blocks() -> Iterator[bytes]:
        content.seek(0)
        return iter(lambda: content.read(BLOCK), b"")

    return receive_blocks(
        blocks,
        filename,
        source=content,
        folder=folder,
        district_id=district_id,
        by=by,
        student_id=student_id,
    )


def receive_blocks(
    blocks: Callable[[], Iterable[bytes]],
    filename: str,
    *,
    source: Hashable,
    folder: str,
    district_id: UUID,
    by: UUID,
    student_id: UUID | None,
    sha256: str | None = None,
) -> StoredFile:
    """Keep what comes block by block in the storage; the row of the new file.

    Memory stays bounded, whatever the size. `source` names what the blocks are read from;
    in a request they are read and checked while no transaction is open (`aside`), so
    `blocks` uses no database. `folder` names the kind of file (`artifacts`). The type is
    that of the content. `size` and `sha256` of the row are those of what is kept, which may
    lack what was taken out (`cleaning`). A rollback of the transaction removes the file.
    `sha256` is that of what was sent, if the sender says it.

    Raises Problem: upload_mismatch, file_empty, file_too_large, file_type_refused, file_broken,
    file_unsafe, file_infected, scanner_unavailable, quota_reached; OSError where the
    storage fails.
    """
    rules = district_settings.of(db.session().get_one(District, district_id))

    def check(made: ExitStack) -> Checked:
        return made.enter_context(checked(blocks(), rules, sha256))

    with aside.once(("file", source), check) as found:
        return keep(
            found, filename, folder=folder, district_id=district_id, by=by, student_id=student_id
        )


@contextmanager
def checked(
    blocks: Iterable[bytes], rules: DistrictSettings, sha256: str | None = None
) -> Iterator[Checked]:
    """The content as a local file that was found sound, for the time of the block.

    It uses no database: it is for the time while no transaction is open. Raises what
    `receive_blocks` raises, except quota_reached.
    """
    with _spooled(blocks, rules.file_limit_mb * MEGABYTE) as path:
        yield _checked(path, sha256, strips_location=rules.strips_photo_location)


def keep(
    found: Checked,
    filename: str,
    *,
    folder: str,
    district_id: UUID,
    by: UUID,
    student_id: UUID | None,
) -> StoredFile:
    """Keep a checked file in the storage; the row of the new file. See `receive_blocks`.

    Raises Problem: quota_reached; OSError where the storage fails.
    """
    key = db.new_id()
    file = StoredFile(
        id=key,
        district_id=district_id,
        student_id=student_id,
        name=f"{folder}/{district_id}/{key}",
        filename=filenames.harmless(filename),
        media_type=found.kind,
        size=found.size,
        sha256=found.sha256,
        virus_check=found.virus_check,
        uploaded_by=by,
    )
    # Before the quotas, which are counted one upload at a time; a refusal removes it again.
    storage.put_file(file.name, found.path)
    _require_room(file.size, district_id, student_id)
    db.session().add(file)
    db.session().flush()
    thumbnails.ask_for(file)
    return file


def _checked(path: Path, sha256: str | None, *, strips_location: bool) -> Checked:
    """The local file, or the cleaned one beside it, once its content is found sound."""
    if sha256 is not None and sha256 != digest(path):
        raise Problem(Code.UPLOAD_MISMATCH)
    kind = kinds.of_path(path)
    virus_check = scanning.scan(path)
    if virus_check is VirusCheck.INFECTED:
        raise Problem(Code.FILE_INFECTED)
    kept = cleaning.clean(path, kind, strips_location=strips_location)
    return Checked(kept, kind, virus_check, kept.stat().st_size, digest(kept))


def receiving_folder() -> Path:
    """Where a file stands while it is checked."""
    return settings.current().data_dir / "receiving"


@contextmanager
def _spooled(blocks: Iterable[bytes], most: int) -> Iterator[Path]:
    """The content as a local file, for the time of the block.

    Raises Problem: file_too_large as soon as it proves longer than it may be.
    """
    folder = receiving_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as own:
        path = Path(own) / "content"
        left = most
        with path.open("wb") as file:
            for block in blocks:
                left -= len(block)
                if left < 0:
                    raise Problem(Code.FILE_TOO_LARGE, f"It may have {most // MEGABYTE} MB.")
                file.write(block)
        yield path


def digest(path: Path) -> str:
    """The SHA-256 of a local file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _require_room(size: int, district_id: UUID, student_id: UUID | None) -> None:
    """Check the quotas of the student and the district, one upload at a time.

    Raises Problem: quota_reached.
    """
    db.lock_name(f"files of {district_id}")
    rules = district_settings.of(db.session().get_one(District, district_id))
    own = StoredFile.district_id == district_id
    limits = [(own, rules.file_quota_district_mb)]
    if student_id is not None:
        limits.append((StoredFile.student_id == student_id, rules.file_quota_student_mb))
    for whose, most in limits:
        used = taken(whose)
        if used + size > most * MEGABYTE:
            raise Problem(Code.QUOTA_REACHED, f"{used // MEGABYTE} of {most} MB are used.")


def taken(whose: ColumnElement[bool]) -> int:
    """The bytes that these files take of a quota: what people sent counts, archives of it do not.

    Otherwise a leaving class, whose archives wait for months, would stop everybody's work.
    """
    is_sent = StoredFile.name.not_like(f"{ARCHIVES}/%")
    # PostgreSQL adds large integers up to a decimal.
    return int(db.session().scalar(select(func.sum(StoredFile.size)).where(whose, is_sent)) or 0)


def room_of(student: Student) -> tuple[int, int]:
    """The bytes that a student's files take, and the most they may take."""
    rules = district_settings.of(db.session().get_one(District, student.district_id))
    most = rules.file_quota_student_mb * MEGABYTE
    return taken(StoredFile.student_id == student.id), most
