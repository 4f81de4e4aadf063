"""What a file is, by its content: one of the types that are kept, or a refusal.

The name decides nothing. What browsers run (HTML, SVG, scripts) and what hides other files
(archives, programs) is not kept.
"""

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import puremagic

from plp_api.foundation.files.models import FileType
from plp_api.foundation.problems import Code, Problem

HEAD = 8192
KEPT = (
    "PDF, pictures (PNG, JPEG, GIF, WebP), sound (MP3, M4A, WAV, Ogg), video (MP4, WebM,"
    " QuickTime), documents of Office and OpenDocument, plain text and WebVTT"
)
BY_ENDING = {
    ".pdf": FileType.PDF,
    ".png": FileType.PNG,
    ".jpg": FileType.JPEG,
    ".jpeg": FileType.JPEG,
    ".gif": FileType.GIF,
    ".webp": FileType.WEBP,
    ".mp3": FileType.MP3,
    ".m4a": FileType.M4A,
    ".wav": FileType.WAV,
    ".ogg": FileType.OGG,
    ".oga": FileType.OGG,
    ".opus": FileType.OGG,
    ".mp4": FileType.MP4,
    ".m4v": FileType.MP4,
    ".mov": FileType.QUICKTIME,
}
"""Types by the ending that puremagic gives content, not by that of the file's name."""
BRANDS = {
    b"M4A ": FileType.M4A,
    b"M4B ": FileType.M4A,
    b"qt  ": FileType.QUICKTIME,
}
"""Major brands of ISO base media files (ISO/IEC 14496-12); all other known ones are MP4."""
MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"})
MP4_BRANDS |= {b"M4V ", b"dash", b"3gp4", b"3gp5", b"MSNV"}
OPEN_DOCUMENTS = {
    FileType.ODT.value.encode(): FileType.ODT,
    FileType.ODS.value.encode(): FileType.ODS,
    FileType.ODP.value.encode(): FileType.ODP,
}
OFFICE = {
    "word/document.xml": FileType.DOCX,
    "xl/workbook.xml": FileType.XLSX,
    "ppt/presentation.xml": FileType.PPTX,
}
MARKUP = re.compile(r"<\s*(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)
MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 5_000, 1 << 30, 200
LONGEST_ENTRY = 255
# Folders of Office and OpenDocument packages that hold macros.
MACROS = ("/activex/", "/macrosheets/", "/basic/", "/scripts/")
# Documents within a document that hold no macros: the figures of a chart stand in one.
EMBEDDED = (".docx", ".xlsx", ".pptx")
CONTENT_TYPES = "[Content_Types].xml"
LONGEST_TYPES = 1 << 20
# What the table of types says of macros, whatever their part is called; or hides what it says.
TYPES_OF_MACROS = (b"vbaproject", b"macroenabled", b"macrosheet", b"&#", b"<!doctype")
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError),
    *(ValueError, EOFError, OSError),
)
END_OF_TABLE, END_LONGEST = b"PK\x05\x06", 1 << 16
EBML, DOC_TYPE = b"\x1a\x45\xdf\xa3", b"\x42\x82"
MPEG_AUDIO = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


def of_path(path: Path) -> FileType:
    """The type of a local file; raises what `of` raises."""
    with path.open("rb") as content:
        return of(content)


def of(content: BinaryIO) -> FileType:
    """The type of the content, which is read from its beginning.

    Raises Problem: file_empty, file_type_refused, file_broken or file_unsafe.
    """
    content.seek(0)
    head = content.read(HEAD)
    if not head:
        raise Problem(Code.FILE_EMPTY)
    if head.startswith(b"PK\x03\x04"):
        return _document(content)
    if head[4:8] == b"ftyp":
        return _media(head[8:12])
    if head.startswith(EBML):
        return _ebml(head)
    if head.startswith(MPEG_AUDIO):
        return FileType.MP3
    if head.startswith(b"RIFF"):
        return _riff(head[8:12])
    found = next(iter(_by_magic(head)), None)
    return found or _text(content)


def _by_magic(head: bytes) -> Iterator[FileType]:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return
    for match in matches:
        is_sure = match.byte_match is not None and len(match.byte_match) > 2
        if is_sure and match.extension in BY_ENDING:
            yield BY_ENDING[match.extension]


def _media(brand: bytes) -> FileType:
    if brand in BRANDS:
        return BRANDS[brand]
    if brand in MP4_BRANDS:
        return FileType.MP4
    raise refused()


def _ebml(head: bytes) -> FileType:
    """WebM, by the DocType in the header of EBML (RFC 8794, 11.2); other Matroska is refused."""
    size, at = _number(head, len(EBML))
    end = min(at + size, len(head))
    while at < end:
        key_end = at + _length(head, at)
        size, begin = _number(head, key_end)
        if head[at:key_end] == DOC_TYPE:
            if head[begin : begin + size].rstrip(b"\0") == b"webm":
                return FileType.WEBM
            break
        at = begin + size
    raise refused()


def _number(head: bytes, at: int) -> tuple[int, int]:
    """A number of variable length (RFC 8794, 4), and where it ends."""
    length = _length(head, at)
    end = at + length
    return int.from_bytes(head[at:end], "big") - (1 << 7 * length), end


def _length(head: bytes, at: int) -> int:
    """How many bytes the number at this place has: its first bit that is set tells."""
    first = int.from_bytes(head[at : at + 1], "big")
    if not first:
        raise refused()
    return 9 - first.bit_length()


def _riff(form: bytes) -> FileType:
    if form == b"WAVE":
        return FileType.WAV
    if form == b"WEBP":
        return FileType.WEBP
    raise refused()


def _document(content: BinaryIO) -> FileType:
    """A document that is a ZIP package; its table of contents is read, nothing is unpacked."""
    _require_short_table(content)
    try:
        with zipfile.ZipFile(content) as package:
            entries = package.infolist()
            _check_package(entries)
            names = {entry.filename for entry in entries}
            if CONTENT_TYPES in names:
                _check_types(package)
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                mimetype = package.read("mimetype").strip()
                if mimetype in OPEN_DOCUMENTS:
                    return OPEN_DOCUMENTS[mimetype]
    except UNREADABLE as error:
        raise Problem(Code.FILE_BROKEN) from error
    found = next((kind for part, kind in OFFICE.items() if part in names), None)
    if found is None or CONTENT_TYPES not in names:
        raise refused()
    return found


def _check_package(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what would fill a reader's disk, and what holds programs."""
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1 << 20)
    if len(entries) > MOST_ENTRIES or is_bomb:
        raise Problem(Code.FILE_UNSAFE, "Unpacked it would be far larger than it is.")
    if any(_is_program(entry.filename.casefold()) for entry in entries):
        raise _holds_programs()


def _check_types(package: zipfile.ZipFile) -> None:
    """Refuse a document of Office whose table of types names macros."""
    with package.open(CONTENT_TYPES) as table:
        types = table.read(LONGEST_TYPES + 1)
    # In UTF-16 each letter has a zero beside it.
    plain = types.replace(b"\0", b"").lower()
    if len(types) > LONGEST_TYPES or any(word in plain for word in TYPES_OF_MACROS):
        raise _holds_programs()


def _holds_programs() -> Problem:
    return Problem(Code.FILE_UNSAFE, "It holds macros or embedded programs.")


def _is_program(name: str) -> bool:
    """Whether the entry, in small letters, is a macro or an object that may hold a program."""
    is_macro = name.endswith("vbaproject.bin") or any(part in f"/{name}" for part in MACROS)
    is_object = "/embeddings/" in name and not name.endswith(("/", *EMBEDDED))
    return len(name) > LONGEST_ENTRY or is_macro or is_object


def _require_short_table(content: BinaryIO) -> None:
    """Refuse a package whose table of contents is long, before the table is read."""
    size = content.seek(0, 2)
    content.seek(max(0, size - END_LONGEST))
    tail = content.read()
    end = tail.rfind(END_OF_TABLE)
    count = int.from_bytes(tail[end + 10 : end + 12], "little") if end >= 0 else 0
    if count > MOST_ENTRIES:
        raise Problem(Code.FILE_UNSAFE, "It holds too many files.")


def _text(content: BinaryIO) -> FileType:
    """Plain text in UTF-8 to its end, without markup that a browser would run."""
    content.seek(0)
    begin = ""
    left = b""
    while block := left + content.read(1 << 20):
        text, left = _decoded(block)
        begin = begin or text[:HEAD]
        if "\0" in text or len(left) > 3:
            raise refused()
        if not text:
            break
    if left:
        raise refused()
    if MARKUP.search(begin):
        raise refused()
    return FileType.VTT if begin.lstrip("\ufeff").startswith("WEBVTT") else FileType.TEXT


def _decoded(block: bytes) -> tuple[str, bytes]:
    """The text of the block, and the bytes of a character that the block cuts in two."""
    try:
        return block.decode(), b""
    except UnicodeDecodeError as error:
        return block[: error.start].decode(), block[error.start :]


def refused() -> Problem:
    """The problem of a type that is not kept; it says which are."""
    return Problem(Code.FILE_TYPE_REFUSED, f"Kept are {KEPT}.")
