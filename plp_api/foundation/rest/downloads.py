"""Serve stored files: in ranges, never run by a browser within our origin."""

from base64 import b64encode
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from plp_api.foundation.files import actions, filenames, storage
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.problems import Code, Problem

# What browsers show without running anything of it.
SHOWN_INLINE = frozenset(
    {
        *(FileType.PNG, FileType.JPEG, FileType.GIF, FileType.WEBP, FileType.PDF),
        *(FileType.MP3, FileType.M4A, FileType.WAV, FileType.OGG),
        *(FileType.MP4, FileType.WEBM, FileType.QUICKTIME),
    }
)
# How much is read at once where the kernel does not send it.
BLOCK = 1 << 18
POLICY = "default-src 'none'; sandbox"
ENDINGS = {
    FileType.PDF: ".pdf",
    FileType.PNG: ".png",
    FileType.JPEG: ".jpg",
    FileType.GIF: ".gif",
    FileType.WEBP: ".webp",
    FileType.MP3: ".mp3",
    FileType.M4A: ".m4a",
    FileType.WAV: ".wav",
    FileType.OGG: ".ogg",
    FileType.MP4: ".mp4",
    FileType.WEBM: ".webm",
    FileType.QUICKTIME: ".mov",
    FileType.DOCX: ".docx",
    FileType.XLSX: ".xlsx",
    FileType.PPTX: ".pptx",
    FileType.ODT: ".odt",
    FileType.ODS: ".ods",
    FileType.ODP: ".odp",
    FileType.TEXT: ".txt",
    FileType.VTT: ".vtt",
    FileType.ZIP: ".zip",
}


class Section:
    """So many bytes of a file from where it stands, read by a WSGI server.

    A server that can (gunicorn, of a file in a local folder) lets the kernel send them.
    """

    def __init__(self, content: BinaryIO, size: int) -> None:
        self._content, self._left = content, size
        self.close = content.close

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many."""
        block = self._content.read(min(size, self._left))
        self._left -= len(block)
        return block

    def fileno(self) -> int:
        """The file's descriptor. Raises AttributeError or OSError where it has none."""
        return self._content.fileno()


def send(file: StoredFile, *, inline: bool = False, called: str | None = None) -> Response:
    """The content of the file, or the range of bytes that the request asks for (RFC 9110, 14).

    It comes as an attachment under its name (or as `called`), or, with `inline` and a type that
    runs nothing, to be shown. The content under one address never changes, so it has no ETag.
    Raises Problem: file_quarantined, file_lost, range_unsatisfiable.
    """
    actions.require_sound(file)
    media_type = FileType(file.media_type)
    response = _streamed(file, asked_range(file.size))
    is_shown = inline and media_type in SHOWN_INLINE
    response.headers["Content-Disposition"] = _disposition(file, called, is_shown=is_shown)
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(file.sha256)}:"
    response.headers["Accept-Ranges"] = "bytes"
    return _guarded(response)


def asked_range(size: int) -> tuple[int, int] | None:
    """Where the asked bytes begin and end; None: there is no `Range`, or one to ignore.

    That is one in another unit or of no right form, several at once (a server need not
    answer them), and any with `If-Range`, which no content here has a tag to match. Raises
    Problem: range_unsatisfiable.
    """
    is_meant = request.method == "GET" and "If-Range" not in request.headers
    asked = request.range if is_meant else None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    begin, end = asked.ranges[0]
    begin = max(0, size + begin) if begin < 0 else begin
    if begin >= size:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(Code.RANGE_UNSATISFIABLE, headers=headers)
    return begin, min(end or size, size)


def reaches_end(file: StoredFile) -> bool:
    """Whether the request asks for bytes up to the file's last one: all of it, or the rest.

    Raises Problem: range_unsatisfiable.
    """
    asked = asked_range(file.size)
    return request.method == "GET" and (asked is None or asked[1] == file.size)


def send_thumbnail(file: StoredFile) -> Response:
    """The small picture of a file. Raises Problem: file_quarantined, not_found, file_lost."""
    actions.require_sound(file)
    if file.thumbnail is None:
        raise Problem(Code.NOT_FOUND, "There is no small picture of it, or not yet.")
    with _stream(file.thumbnail) as content:
        drawn = content.read()
    kind = FileType.PNG if drawn.startswith(b"\x89PNG") else FileType.JPEG
    return _guarded(Response(drawn, mimetype=kind))


def _streamed(file: StoredFile, asked: tuple[int, int] | None) -> Response:
    begin, end = asked or (0, file.size)
    content = _stream(file.name)
    content.seek(begin)
    section: Any = Section(content, end - begin)
    response = Response(
        wrap_file(request.environ, section, BLOCK),
        mimetype=file.media_type,
        direct_passthrough=True,
    )
    response.content_length = end - begin
    if asked is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{file.size}"
    return response


def _stream(name: str) -> BinaryIO:
    try:
        return storage.opened(name)
    except FileNotFoundError as error:
        raise Problem(Code.FILE_LOST) from error


def _guarded(response: Response) -> Response:
    """No sniffing, no script, no frame, no copy in shared caches."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-site"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _disposition(file: StoredFile, called: str | None, *, is_shown: bool) -> str:
    """The header of RFC 6266, with the name in ASCII and in UTF-8; its ending is of its type."""
    stem = called and filenames.harmless(called)
    stem = stem or (file.filename or "file").rsplit(".", 1)[0] or "file"
    name = f"{stem}{ENDINGS[FileType(file.media_type)]}"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()
