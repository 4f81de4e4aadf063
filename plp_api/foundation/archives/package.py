"""The file format of an archive: a ZIP with a manifest, and a seal over every byte.

`manifest.json` has the SHA-256 of each other file. The comment at the end of the ZIP is the
SHA-256 of all bytes before it, the ZIP's own records included: whoever changes one byte breaks
it. It is no signature: whoever makes a new archive can seal it too.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import orjson

from plp_api.foundation import db
from plp_api.foundation.problems import Code, Problem

FORMAT = "plp-archive-1"
MANIFEST, INDEX = "manifest.json", "index.html"
DATA, FILES, PRINTS, SNAPSHOTS = "data", "files", "prints", "snapshots"
PATH = re.compile(
    rf"{INDEX}|{MANIFEST}|(?:{DATA}|{FILES}|{PRINTS}|{SNAPSHOTS})/[A-Za-z0-9][A-Za-z0-9._-]{{0,120}}"
)
SEAL = b"sha256:"
SEAL_LENGTH = len(SEAL) + 64
CHUNK = 1 << 20
# Text shrinks; pictures, sound and office files are packed already.
SHRINKING = frozenset({"json", "html", "txt", "vtt"})

MOST_FILES = 20_000
LARGEST_DATA = 64 << 20
LARGEST_WHOLE = 16 << 30
DEEPEST = 40
# JSON of real records shrinks to a twentieth; a bomb to a thousandth.
MOST_SHRUNK = 200


@dataclass(frozen=True)
class Entry:
    """A file of an archive, as its manifest names it."""

    path: str
    sha256: str
    size: int


class Writer:
    """Writes an archive. Bounded in memory: contents are given in chunks."""

    def __init__(self, target: Path, made_at: datetime) -> None:
        self._target = target
        self._moment = made_at.timetuple()[:6]
        self._zip = ZipFile(target, "w", allowZip64=True)
        self.entries: list[Entry] = []

    def add(self, path: str, chunks: Iterable[bytes]) -> Entry:
        """Add a file."""
        if not PATH.fullmatch(path):
            raise ValueError(f"no path of an archive: {path}")
        if path.rsplit(".", 1)[-1] in SHRINKING:
            with TemporaryFile(dir=self._target.parent) as kept:
                shrinks = _shrinks_as_it_may(chunks, kept)
                kept.seek(0)
                again = iter(partial(kept.read, CHUNK), b"")
                return self._write(path, again, ZIP_DEFLATED if shrinks else ZIP_STORED)
        return self._write(path, chunks, ZIP_STORED)

    def _write(self, path: str, chunks: Iterable[bytes], method: int) -> Entry:
        info = ZipInfo(path, self._moment)
        info.external_attr = 0o600 << 16
        info.compress_type = method
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for chunk in chunks:
                entry.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        added = Entry(path, digest.hexdigest(), size)
        self.entries.append(added)
        return added

    def close(self, manifest: dict[str, Any]) -> str:
        """Add the manifest with all files, and seal the archive; returns the SHA-256 of it all.

        Raises Problem(archive_invalid) where no installation would read it.
        """
        files = [vars(entry) for entry in self.entries]
        document = {"format": FORMAT, **manifest, "files": files}
        self.add(MANIFEST, [orjson.dumps(document, option=orjson.OPT_INDENT_2)])
        _check_infos(self._zip.infolist())
        self._zip.close()
        return _seal(self._target)

    def abandon(self) -> None:
        """Close the file without a manifest: it is no archive."""
        self._zip.close()


def _shrinks_as_it_may(chunks: Iterable[bytes], kept: BinaryIO) -> bool:
    """Keep the content; whether what it packs to is no less than a reader takes for a bomb."""
    packer, size, packed = zlib.compressobj(wbits=-zlib.MAX_WBITS), 0, 0
    for chunk in chunks:
        kept.write(chunk)
        size += len(chunk)
        packed += len(packer.compress(chunk))
    packed += len(packer.flush())
    # Half the rate: the same content packs a little differently each time that it is cut anew.
    return not _is_bomb(size, packed // 2)


def _is_bomb(size: int, packed: int) -> bool:
    return size > CHUNK and size > MOST_SHRUNK * max(packed, 1)


def _seal(path: Path) -> str:
    """Write the comment with the SHA-256 of what stands before it; returns that of the whole."""
    with path.open("r+b") as file:
        # The last two bytes of a ZIP without a comment are the comment's length.
        file.seek(-2, 2)
        file.write(SEAL_LENGTH.to_bytes(2, "little"))
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256")
        comment = SEAL + digest.hexdigest().encode()
        file.seek(0, 2)
        file.write(comment)
    digest.update(comment)
    return digest.hexdigest()


def _digest(file: BinaryIO, size: int | None = None) -> str:
    digest, left = hashlib.sha256(), size
    while chunk := file.read(CHUNK if left is None else min(CHUNK, left)):
        digest.update(chunk)
        left = None if left is None else left - len(chunk)
    return digest.hexdigest()


def invalid(detail: str) -> Problem:
    """The problem archive_invalid."""
    return Problem(Code.ARCHIVE_INVALID, detail)


@dataclass(frozen=True)
class Archive:
    """An archive whose seal, names and hashes were all checked."""

    sha256: str
    manifest: dict[str, Any]
    paths: frozenset[str]
    opened: ZipFile

    def open(self, path: str) -> BinaryIO:
        """A file of the archive."""
        return cast("BinaryIO", self.opened.open(path))

    def rows(self, part: str) -> list[dict[str, Any]]:
        """The rows of a part. Raises Problem(archive_invalid) where they are no rows."""
        with self.open(f"{DATA}/{part}.json") as file:
            rows = _json(file.read(), part)
        if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
            raise invalid(f"The part {part} holds what is no row.")
        return rows


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and len(row["id"]) <= 64


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive at `path`, checked to its last byte before anything of it is used.

    Raises Problem(archive_invalid): it was altered, is no archive, or unpacks to more than
    an archive may.
    """
    sha256 = _check_seal(path)
    try:
        with ZipFile(path) as zipped:
            yield _checked(zipped, sha256)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise invalid("It cannot be unpacked.") from error


def _check_seal(path: Path) -> str:
    size = path.stat().st_size
    if size <= SEAL_LENGTH:
        raise invalid("It is no archive.")
    with path.open("rb") as file:
        digest = _digest(file, size - SEAL_LENGTH)
        if file.read() != SEAL + digest.encode():
            raise invalid("It was altered after it was made.")
    return digest


def _checked(zipped: ZipFile, sha256: str) -> Archive:
    infos = _check_infos(zipped.infolist())
    if MANIFEST not in infos:
        raise invalid("It has no manifest.")
    manifest = _json(zipped.read(MANIFEST), MANIFEST)
    entries = _entries(manifest)
    if {entry.path for entry in entries} != infos.keys() - {MANIFEST}:
        raise invalid("Its files are not those of its manifest.")
    for entry in entries:
        _check_entry(zipped, infos[entry.path], entry)
    return Archive(sha256, manifest, frozenset(infos) - {MANIFEST}, zipped)


def _check_infos(listed: Sequence[ZipInfo]) -> dict[str, ZipInfo]:
    """The files by their names, within the limits of an archive; for a writer as for a reader."""
    infos = {info.filename: info for info in listed}
    if len(infos) != len(listed) or len(infos) > MOST_FILES:
        raise invalid("It has too many files, or two of one name.")
    _check_sizes(infos.values())
    return infos


def _check_sizes(infos: Iterable[ZipInfo]) -> None:
    whole = 0
    for info in infos:
        is_plain = info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & 1
        if not PATH.fullmatch(info.filename) or not is_plain:
            raise invalid("A file in it has a name or a form that no archive has.")
        if _is_bomb(info.file_size, info.compress_size):
            raise invalid("A file in it unpacks to more than it may.")
        if not info.filename.startswith((FILES, PRINTS, INDEX)) and info.file_size > LARGEST_DATA:
            raise invalid("A part of it is larger than it may be.")
        whole += info.file_size
    if whole > LARGEST_WHOLE:
        raise invalid("It unpacks to more than an archive may.")


def _entries(manifest: Any) -> list[Entry]:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise invalid(f"Its format is not {FORMAT}.")
    try:
        return [Entry(str(f["path"]), str(f["sha256"]), int(f["size"])) for f in manifest["files"]]
    except (KeyError, TypeError, ValueError) as error:
        raise invalid("Its manifest does not name its files.") from error


def _check_entry(zipped: ZipFile, info: ZipInfo, entry: Entry) -> None:
    # `ZipExtFile` reads no more than the size in the ZIP's directory, which was checked.
    with zipped.open(info) as file:
        digest = _digest(cast("BinaryIO", file))
    if info.file_size != entry.size or digest != entry.sha256:
        raise invalid("A file in it is not what its manifest says.")


def _json(raw: bytes, what: str) -> Any:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid(f"{what} is no JSON.") from error
    if not _is_storable(document):
        raise invalid(f"{what} holds what no database can store.")
    return document


def _is_storable(document: Any) -> bool:
    """Whether every text in it can be stored, and it is no deeper than real records are."""
    level = [document]
    for _ in range(DEEPEST):
        if not all(db.storable(node) for node in level if isinstance(node, str)):
            return False
        level = [inner for node in level for inner in _inner(node)]
        if not level:
            return True
    return False


def _inner(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [*node.keys(), *node.values()]
    return node if isinstance(node, list) else []
