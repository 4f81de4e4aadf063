"""Files beside the database: in a local folder by default, or in any storage that fsspec knows.

`PLP_STORAGE_URL` is an fsspec URL (`file:///srv/plp/files`, or `s3://bucket/prefix` with the
extra `s3`). A file is written once under a name that its row keeps, and never changed. The
server makes every name: no name comes from a request.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from plp_api.foundation import db, settings

FOLDER = "files"


def put(name: str, content: bytes) -> None:
    """Keep the content under the name; a rollback of the transaction removes the file.

    Raises OSError where the storage fails.
    """
    place, path = _at(name)
    db.on_rollback(lambda: place.rm_file(path) if place.exists(path) else None)
    if isinstance(place, LocalFileSystem):
        _make_private_folder(Path(path).parent)
    place.pipe_file(path, content)


def names_before(moment: datetime) -> list[str]:
    """The names of all files that were written before the moment."""
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


def remove(name: str) -> None:
    """Remove a file. Raises FileNotFoundError."""
    place, path = _at(name)
    place.rm_file(path)


def get(name: str) -> bytes:
    """The content under the name. Raises FileNotFoundError."""
    place, path = _at(name)
    content: bytes = place.cat_file(path)
    return content


def local_folder(chosen: settings.Settings) -> Path | None:
    """The local folder of the files; None where they are in another storage."""
    place, root = url_to_fs(_url(chosen))
    return Path(root) if isinstance(place, LocalFileSystem) else None


def _url(chosen: settings.Settings) -> str:
    return chosen.storage_url or (chosen.data_dir / FOLDER).as_uri()


def _at(name: str) -> tuple[AbstractFileSystem, str]:
    place, root = url_to_fs(_url(settings.current()))
    return place, f"{root.rstrip('/')}/{name}"


def _make_private_folder(folder: Path) -> None:
    """Make a folder that only the operator can read: the files are education records."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
