"""Keep an uploaded file in the data folder until its job has run."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from plp_api.foundation import clock, settings

BYTES_AT_ONCE = 1 << 20
KEPT = timedelta(days=2)


def folder(name: str) -> Path:
    """A folder of waiting files. They may be education records: only the operator reads them."""
    return settings.current().data_dir / name


def path_of(folder: Path, import_id: UUID, suffix: str) -> Path:
    """The path of an import's file until a worker has imported it."""
    return folder / f"{import_id}{suffix}"


def save(file: BinaryIO, path: Path) -> str:
    """Store a file, readable by this user only; return its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stored:
        while some := file.read(BYTES_AT_ONCE):
            digest.update(some)
            stored.write(some)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget(folder: Path, suffix: str) -> None:
    """Delete files that were never imported after some days; others go with their import."""
    oldest = (clock.now() - KEPT).timestamp()
    for path in folder.glob(f"*{suffix}"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
