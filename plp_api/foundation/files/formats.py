"""Check that a file is a scan: read it to its end in its format, whatever its name says."""

import logging
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from plp_api.foundation.files.models import FileType

# A letter page at 600 dots per inch has 34 million.
MOST_PIXELS = 36_000_000
MOST_PAGES = 50
# Annotations as which programs draw a signature.
DRAWN = frozenset(
    f"/{kind}"
    for kind in (
        *("Stamp", "Ink", "FreeText", "Widget"),
        *("Line", "Polygon", "PolyLine", "Square", "Circle"),
    )
)
# Entries that draw a page (ISO 32000-2, table 31); all others are actions, media or attachments.
OF_A_PAGE = frozenset(
    f"/{name}"
    for name in (
        *("Type", "Parent", "MediaBox", "CropBox", "Rotate", "UserUnit"),
        *("Resources", "Contents", "Group"),
    )
)
# Entries of any object that are not drawn: attached files, data of programs, actions.
BESIDE = frozenset(
    f"/{name}" for name in ("AF", "Metadata", "PieceInfo", "AA", "OPI", "Alternates")
)
# Its warnings about a broken file would quote the file in our log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
# Exceptions that pypdf and Pillow raise for a broken file, beside their own types.
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


class NotAScan(Exception):
    """The file is not a scan; the message is for the person who sent it."""


def read(content: bytes) -> tuple[FileType, bytes]:
    """The format of the file, and the content to keep. Raises NotAScan.

    Pictures are rewritten without the camera's data (place, device, time) and turned
    upright. The pages of a PDF are rewritten without actions and attachments.
    """
    for beginning, reader in READERS.items():
        if content.startswith(beginning):
            return reader(content)
    raise NotAScan("Send a PDF, a PNG or a JPEG; this is none of them.")


def _pdf(content: bytes) -> tuple[FileType, bytes]:
    try:
        document = PdfReader(BytesIO(content))
        is_locked = document.is_encrypted
        pages = 0 if is_locked else len(document.pages)
        sizes = [page.mediabox for page in document.pages] if 0 < pages <= MOST_PAGES else []
    except DependencyError:
        # pypdf fails on a newer cipher before `is_encrypted` can be read.
        is_locked, pages, sizes = True, 0, []
    except (PyPdfError, *BROKEN) as error:
        raise NotAScan("It begins like a PDF, but cannot be read as one.") from error
    if is_locked:
        raise NotAScan("This PDF is protected by a password; send it without.")
    if not sizes:
        raise NotAScan(f"A PDF of a scan has 1 to {MOST_PAGES} pages; this has {pages}.")
    try:
        return FileType.PDF, _pages_alone(document)
    except (PyPdfError, *BROKEN) as error:
        raise NotAScan("It begins like a PDF, but cannot be read to its end.") from error


def _pages_alone(document: PdfReader) -> bytes:
    """The pages as they are seen, without actions, attachments and metadata."""
    writer = PdfWriter()
    if "/OCProperties" in document.root_object:
        # The rewritten file loses these settings, and would show layers that were switched off.
        raise NotAScan("This PDF has layers; print it to a PDF without, and send that.")
    for page in document.pages:
        drawn = [_drawn(note.get_object()) for note in page.get("/Annots", [])]
        for name in page.keys() - OF_A_PAGE:
            del page[name]
        if kept := [note for note in drawn if note is not None]:
            page[NameObject("/Annots")] = ArrayObject(kept)
        writer.add_page(page)
    writer.metadata = None
    for item in writer._objects:  # noqa: SLF001 - pypdf has no other way to walk what it writes
        if isinstance(item, DictionaryObject):
            for name in item.keys() & BESIDE:
                del item[name]
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _drawn(annotation: DictionaryObject) -> DictionaryObject | None:
    """An annotation reduced to its drawing; None for actions, media and attachments."""
    if annotation.get("/Subtype") not in DRAWN or "/AP" not in annotation:
        return None
    names = ("/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F")
    kept = {NameObject(name): annotation[name] for name in names if name in annotation}
    return DictionaryObject(kept)


def _picture(kind: FileType, format_: str, **how: object) -> tuple[FileType, Callable[..., bytes]]:
    def write(content: bytes) -> bytes:
        with Image.open(BytesIO(content), formats=[format_]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAScan(f"The picture has more than {MOST_PIXELS // 10**6} million pixels.")
            seen = ImageOps.exif_transpose(picture)
        seen.info.clear()
        written = BytesIO()
        seen.save(written, format_, **how)
        return written.getvalue()

    return kind, write


def _read_picture(content: bytes) -> tuple[FileType, bytes]:
    kind, write = PNG if content.startswith(PNG_BEGINNING) else JPEG
    try:
        return kind, write(content)
    except (SyntaxError, EOFError, Image.DecompressionBombError, *BROKEN) as error:
        raise NotAScan("It begins like a picture, but cannot be read to its end.") from error


PNG_BEGINNING, JPEG_BEGINNING = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
PNG = _picture(FileType.PNG, "PNG")
JPEG = _picture(FileType.JPEG, "JPEG", quality=92)
READERS: dict[bytes, Callable[[bytes], tuple[FileType, bytes]]] = {
    b"%PDF-": _pdf,
    PNG_BEGINNING: _read_picture,
    JPEG_BEGINNING: _read_picture,
}
