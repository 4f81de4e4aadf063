"""Files beside the database: in a local folder by default, or in any storage that fsspec knows.

`PLP_STORAGE_URL` is an fsspec URL (`file:///srv/plp/files`, or `s3://bucket/prefix` with the
extra `s3`). A file is written once under a name that its row keeps, and never changed. The
server makes every name: no name comes from a request.
"""

import os
import shutil
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from plp_api.foundation import db, settings

FOLDER = "files"
log = structlog.get_logger()
UNFINISHED = ".part"
"""The end of the name of a local file that is being written."""


def put(name: str, content: bytes) -> None:
    """Keep the content under the name; a rollback of the transaction removes the file.

    Raises OSError where the storage fails.
    """
    place, path = _written_at_most_until_rollback(name)
    if isinstance(place, LocalFileSystem):
        with _unfinished(path) as file:
            file.write(content)
        Path(f"{path}{UNFINISHED}").replace(path)
    else:
        place.pipe_file(path, content)


def put_file(name: str, source: Path) -> None:
    """Keep a local file's content under the name; as `put`, and as `put_file_now` writes it."""
    _written_at_most_until_rollback(name)
    put_file_now(name, source)


def put_file_now(name: str, source: Path) -> None:
    """Write a local file's content under the name, in bounded memory; needs no transaction.

    In a local folder the file appears whole or not at all: as a second name of the source
    where both are on one disk, which nobody writes to any more. An object store shows an
    object only once all of it has arrived. Raises OSError where the storage fails.
    """
    place, path = _at(name)
    if not isinstance(place, LocalFileSystem):
        place.put_file(str(source), path)
        return
    _make_private_folder(Path(path).parent)
    try:
        os.link(source, path)
    except OSError:
        with source.open("rb") as content, _unfinished(path) as file:
            shutil.copyfileobj(content, file, 1 << 20)
        Path(f"{path}{UNFINISHED}").replace(path)


def _written_at_most_until_rollback(name: str) -> tuple[AbstractFileSystem, str]:
    place, path = _at(name)
    db.on_rollback(lambda: place.rm_file(path) if place.exists(path) else None)
    return place, path


def _unfinished(path: str) -> BinaryIO:
    """A new file beside the path, which only the operator can read."""
    _make_private_folder(Path(path).parent)
    return Path(f"{path}{UNFINISHED}").open("wb")


def names_before(moment: datetime) -> list[str]:
    """The names of all files that were written before the moment, unfinished ones too."""
    place, root = _at("")
    root = root.rstrip("/")
    if not place.exists(root):
        return []
    entries = place.find(root, detail=True).values()
    old = (entry["name"] for entry in entries if _written_at(entry) < moment)
    return [name.removeprefix(f"{root}/") for name in old]


def _written_at(entry: dict[str, Any]) -> datetime:
    """When a file was written, from an entry of a local folder or of an object store."""
    at = entry.get("mtime") or entry.get("LastModified")
    return at if isinstance(at, datetime) else datetime.fromtimestamp(float(at or 0), UTC)


def end_unfinished(moment: datetime) -> int:
    """End the multipart uploads to an object store that began before the moment; their number.

    A killed process leaves them: no listing shows them, and the store bills them.
    """
    place, root = _at("")
    if not hasattr(place, "list_multipart_uploads"):
        return 0
    bucket, _, prefix = root.strip("/").partition("/")
    # With its end: the bucket may hold another installation's `plp-test` beside our `plp`.
    own = {"Prefix": f"{prefix}/"} if prefix else {}
    listed = place.call_s3("list_multipart_uploads", Bucket=bucket, **own)
    begun = [one for one in listed.get("Uploads", []) if one["Initiated"] < moment]
    for one in begun:
        place.call_s3(
            "abort_multipart_upload", Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"]
        )
    return len(begun)


def remove(name: str) -> None:
    """Remove a file. Raises FileNotFoundError."""
    place, path = _at(name)
    place.rm_file(path)


def remove_at_commit(name: str) -> None:
    """Remove a file once the transaction is committed; one that is gone already is no error."""

    def gone() -> None:
        try:
            remove(name)
        except FileNotFoundError:
            return
        except OSError as error:
            # The row is gone; the sweep of what no row names removes the file later.
            log.warning("file.not_removed", exc_info=error)

    db.after_commit(gone)


def exists(name: str) -> bool:
    """Whether there is a file under the name."""
    place, path = _at(name)
    return bool(place.exists(path))


def get(name: str) -> bytes:
    """The content under the name. Raises FileNotFoundError."""
    place, path = _at(name)
    content: bytes = place.cat_file(path)
    return content


def opened(name: str) -> BinaryIO:
    """The content under the name as a seekable stream. Raises FileNotFoundError."""
    place, path = _at(name)
    if isinstance(place, LocalFileSystem):
        return Path(path).open("rb")
    stream: BinaryIO = place.open(path, "rb", block_size=1 << 20, cache_type="readahead")
    return stream


def local_folder(chosen: settings.Settings) -> Path | None:
    """The local folder of the files; None where they are in another storage."""
    place, root = url_to_fs(_url(chosen))
    return Path(root) if isinstance(place, LocalFileSystem) else None


def _url(chosen: settings.Settings) -> str:
    return chosen.storage_url or (chosen.data_dir / FOLDER).as_uri()


def _at(name: str) -> tuple[AbstractFileSystem, str]:
    place, root = _place(_url(settings.current()), os.getpid())
    return place, f"{root.rstrip('/')}/{name}"


@lru_cache(maxsize=8)
def _place(url: str, _process: int) -> tuple[AbstractFileSystem, str]:
    """The storage at the URL, and the folder there. One a process: s3fs survives no fork."""
    # A kept listing would show a file that another process removed, and hide one it added.
    options = {"use_listings_cache": False} if url.startswith("s3:") else {}
    place, root = url_to_fs(url, **options)
    return place, root


def _make_private_folder(folder: Path) -> None:
    """Make a folder that only the operator can read: the files are education records."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
