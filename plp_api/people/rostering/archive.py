"""Open the ZIP of a OneRoster package without trusting it, and yield the lines of its files.

A package comes from outside: it may not be a ZIP, be damaged, or be built to fill disk and
memory. Nothing is unpacked to disk, sizes are checked before unpacking, and a line is never longer
than `LONGEST_LINE`. zipfile stops at the size that an entry declares, so a false size does no harm.
"""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from plp_api.people.rostering.findings import Code, Findings

MEBIBYTE = 1024 * 1024
LARGEST_ARCHIVE = 256 * MEBIBYTE
LARGEST_UNPACKED = 512 * MEBIBYTE
LARGEST_DIRECTORY = MEBIBYTE
MOST_ENTRIES = 200
HIGHEST_RATIO = 100
# The ratio of smaller files is not checked: a short file of equal rows packs very well.
RATIO_COUNTS_FROM = 4 * MEBIBYTE
LONGEST_LINE = MEBIBYTE

_BOM = b"\xef\xbb\xbf"
_END = b"PK\x05\x06"
_END_64_LOCATOR = b"PK\x06\x07"
_END_SIZE = 22
_END_64_SIZE = 56
_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 65_535

# What zipfile and zlib raised on damaged input in our trials; they document no full list.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Broken(Exception):
    """A file that cannot be read any further."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Archive:
    """The files at the root of a package, by name; all other entries become findings."""

    def __init__(self, file: BinaryIO, findings: Findings) -> None:
        self._zip = _opened(file, findings)
        self._entries = _entries(self._zip, findings) if self._zip else {}
        self.bytes_read = 0

    @property
    def names(self) -> list[str]:
        """The names of the archive's readable files."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """The unpacked size of the file called `name`, in bytes."""
        return self._entries[name].file_size

    def lines(self, name: str) -> Iterator[str]:
        """The lines of the file called `name` with their ends, without a byte order mark.

        Raises `Broken` with entry_unreadable, line_too_long, nul_in_file or not_utf8.
        """
        if self._zip is None:
            return
        try:
            with self._zip.open(self._entries[name]) as unpacked:
                yield from self._lines(io.BufferedReader(unpacked, 65_536))  # type: ignore[arg-type]
        except UNREADABLE:
            raise Broken(Code.ENTRY_UNREADABLE) from None

    def _lines(self, file: io.BufferedReader) -> Iterator[str]:
        line = file.readline(LONGEST_LINE).removeprefix(_BOM)
        while line:
            self.bytes_read += len(line)
            yield _decoded(line)
            line = file.readline(LONGEST_LINE)


def _opened(file: BinaryIO, findings: Findings) -> zipfile.ZipFile | None:
    try:
        code = _objection(file)
        if code is None:
            return zipfile.ZipFile(file)
    except UNREADABLE:
        code = Code.NOT_A_ZIP
    findings.add(code)
    return None


def _entries(opened: zipfile.ZipFile, findings: Findings) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    infos = opened.infolist()
    if len(infos) > MOST_ENTRIES:
        findings.add(Code.TOO_MANY_ENTRIES)
        return entries
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        findings.add(Code.PACKAGE_TOO_LARGE)
        return entries
    for info in infos:
        code = _refusal(info, entries)
        if code is None:
            entries[info.filename] = info
        else:
            findings.add(code, printable(info.filename))
    return entries


def printable(name: str) -> str:
    """An entry's name, printable and at most 100 characters long."""
    return "".join(c if c.isprintable() else "?" for c in name[:100])


def _decoded(line: bytes) -> str:
    if len(line) >= LONGEST_LINE:
        raise Broken(Code.LINE_TOO_LONG)
    if b"\0" in line:
        raise Broken(Code.NUL_IN_FILE)
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise Broken(Code.NOT_UTF8) from None


def _refusal(info: zipfile.ZipInfo, found: dict[str, zipfile.ZipInfo]) -> Code | None:
    is_encrypted = info.flag_bits & 0x1
    if "/" in info.filename or "\\" in info.filename:
        return Code.FOLDER_IN_PACKAGE
    if info.filename in found:
        return Code.FILE_TWICE
    if is_encrypted or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Code.ENTRY_UNREADABLE
    if info.file_size > max(RATIO_COUNTS_FROM, HIGHEST_RATIO * info.compress_size):
        return Code.RATIO_TOO_HIGH
    return None


def _objection(file: BinaryIO) -> Code | None:
    """Why zipfile must not open the archive, or None.

    zipfile builds an object for every entry before their number is known, so the size of the
    archive's directory is read from its end record first.
    """
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_ARCHIVE:
        return Code.PACKAGE_TOO_LARGE
    longest_tail = _END_64_SIZE + _LOCATOR_SIZE + _END_SIZE + _LONGEST_COMMENT
    file.seek(max(0, size - longest_tail))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + _END_SIZE:
        return Code.NOT_A_ZIP
    if _directory_size(tail[:end], tail[end:]) > LARGEST_DIRECTORY:
        return Code.TOO_MANY_ENTRIES
    return None


def _directory_size(before: bytes, end: bytes) -> int:
    """The size of the directory by its end record, or by the ZIP64 record that overrides it."""
    locator = before[-_LOCATOR_SIZE:]
    end_64 = before[-_LOCATOR_SIZE - _END_64_SIZE : -_LOCATOR_SIZE]
    if locator.startswith(_END_64_LOCATOR) and len(end_64) == _END_64_SIZE:
        return int(struct.unpack("<Q", end_64[40:48])[0])
    return int(struct.unpack("<I", end[12:16])[0])
