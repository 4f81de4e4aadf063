"""Serve stored files: in ranges, never run by a browser within our origin."""

from base64 import b64encode
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from plp_api.foundation.files import actions, storage
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


def send(file: StoredFile, *, inline: bool = False) -> Response:
    """The content of the file, or the range of bytes that the request asks for (RFC 9110, 14).

    It comes as an attachment under its name, or, with `inline` and a type that runs
    nothing, to be shown. Raises Problem: file_quarantined, file_lost, range_unsatisfiable.
    """
    actions.require_sound(file)
    media_type = FileType(file.media_type)
    response = _streamed(file.name, media_type, file.size)
    is_shown = inline and media_type in SHOWN_INLINE
    response.headers["Content-Disposition"] = _disposition(file, is_shown=is_shown)
    response.headers["Repr-Digest"] = f"sha-256=:{_base64(file.sha256)}:"
    return _guarded(response)


def send_thumbnail(file: StoredFile) -> Response:
    """The small picture of a file. Raises Problem: file_quarantined, not_found, file_lost."""
    actions.require_sound(file)
    if file.thumbnail is None:
        raise Problem(Code.NOT_FOUND, "There is no small picture of it, or not yet.")
    with _stream(file.thumbnail) as content:
        drawn = content.read()
    kind = FileType.PNG if drawn.startswith(b"\x89PNG") else FileType.JPEG
    return _guarded(Response(drawn, mimetype=kind))


def _streamed(name: str, media_type: str, size: int) -> Response:
    """The content as it is read, by the kernel where it is in a local folder."""
    path = storage.local_path(name)
    try:
        if path is not None:
            return _sent(path, media_type)
        return _wrapped(_stream(name), media_type, size)
    except RequestedRangeNotSatisfiable as error:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(Code.RANGE_UNSATISFIABLE, headers=headers) from error


def _sent(path: Path, media_type: str) -> Response:
    if not path.exists():
        raise Problem(Code.FILE_LOST)
    return send_file(path, mimetype=media_type, conditional=True, etag=False, last_modified=None)


def _wrapped(content: BinaryIO, media_type: str, size: int) -> Response:
    response = Response(
        wrap_file(request.environ, content), mimetype=media_type, direct_passthrough=True
    )
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
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


def _disposition(file: StoredFile, *, is_shown: bool) -> str:
    """The header of RFC 6266, with the name in ASCII and in UTF-8; its ending is of its type."""
    stem = (file.filename or "file").rsplit(".", 1)[0] or "file"
    name = f"{stem}{ENDINGS[FileType(file.media_type)]}"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()
