"""Keep a finished archive in the storage."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.archives.making import Made
from plp_api.foundation.archives.models import StudentExport
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import ARCHIVES, FileType, StoredFile, VirusCheck

Keep = Callable[[StudentExport], StoredFile]


@contextmanager
def stored(made: Made, district_id: UUID) -> Iterator[Keep]:
    """Put the archive into the storage, for the block; without an open transaction.

    Gigabytes take minutes on their way, in which SQLite's one writer would stop everybody. The
    block gets a function that adds the file's row for an export: once that is committed the
    archive stays, else the end of the block removes it. What a killed worker leaves here has no
    row, and the sweep removes it. Raises OSError where the storage fails.
    """
    key = db.new_id()
    name = f"{ARCHIVES}/{district_id}/{key}"
    with ExitStack() as unless_kept:
        unless_kept.callback(_remove, name)
        storage.put_file_now(name, made.path)

        def let_stay() -> None:
            _ = unless_kept.pop_all()

        def keep(export: StudentExport) -> StoredFile:
            file = StoredFile(id=key, name=name, **_described(made, export))
            db.session().add(file)
            db.session().flush()
            db.after_commit(let_stay)
            return file

        yield keep


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        storage.remove(name)


def _described(made: Made, export: StudentExport) -> dict[str, object]:
    """It counts to no quota: it holds what is in the storage already."""
    return {
        "district_id": export.district_id,
        "media_type": FileType.ZIP,
        "size": made.path.stat().st_size,
        "sha256": made.sha256,
        "uploaded_by": export.requested_by,
        "filename": "archive.zip",
        "virus_check": VirusCheck.CLEAN,
    }
