"""Take out of a file what its readers must not get: scripts, attachments, where a photo was taken.

A file is read to its end in its format. What is kept is written beside it; its size and hash are
those of what is kept.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from plp_api.foundation.files.formats import BROKEN
from plp_api.foundation.files.models import FileType
from plp_api.foundation.problems import Code, Problem

MOST_PIXELS = 60_000_000
MOST_FRAMES = 500
MOST_PAGES = 500
PICTURES = {
    FileType.PNG: "PNG",
    FileType.JPEG: "JPEG",
    FileType.GIF: "GIF",
    FileType.WEBP: "WEBP",
}
ANIMATED = (FileType.GIF, FileType.WEBP)
# Actions of a PDF that stay within the document or open an address (ISO 32000-2, 12.6.4).
HARMLESS_ACTIONS = frozenset({"/GoTo", "/URI", "/Named"})
# Annotations that hold files, media or programs.
UNSAFE_NOTES = frozenset({"/FileAttachment", "/Movie", "/Screen", "/Sound", "/3D", "/RichMedia"})
OF_THE_CATALOG = ("/OpenAction", "/AA", "/JavaScript", "/AF", "/Collection")


def clean(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """The file to keep: a rewritten one beside `path`, or `path` itself where nothing is taken out.

    Raises Problem: file_broken or file_unsafe.
    """
    if kind is FileType.PDF:
        return _rewritten(path, _pdf)
    if kind in PICTURES:
        return _picture(path, kind, strips_location=strips_location)
    return path


def _rewritten(path: Path, write: Callable[[Path, Path], None]) -> Path:
    cleaned = path.with_suffix(".clean")
    write(path, cleaned)
    return cleaned


def _pdf(path: Path, cleaned: Path) -> None:
    try:
        with pikepdf.open(path) as document:
            if document.is_encrypted:
                raise Problem(Code.FILE_UNSAFE, "This PDF is protected; send it without.")
            if len(document.pages) > MOST_PAGES:
                raise Problem(Code.FILE_UNSAFE, f"A PDF has at most {MOST_PAGES} pages.")
            _disarm(document)
            document.save(cleaned, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise Problem(Code.FILE_UNSAFE, "This PDF is protected; send it without.") from error
    except (pikepdf.PdfError, *BROKEN) as error:
        raise Problem(Code.FILE_BROKEN) from error


def _disarm(document: pikepdf.Pdf) -> None:
    """Take out scripts, actions, embedded files and forms that run something."""
    root = document.Root
    for name in OF_THE_CATALOG:
        if name in root:
            del root[name]
    if "/Names" in root:
        for tree in ("/JavaScript", "/EmbeddedFiles", "/Renditions"):
            if tree in root.Names:
                del root.Names[tree]
    if "/AcroForm" in root and "/XFA" in root.AcroForm:
        del root.AcroForm["/XFA"]
    for item in document.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            _disarm_one(item)
    for page in document.pages:
        if "/Annots" in page:
            page.Annots = pikepdf.Array([note for note in page.Annots if not _is_unsafe(note)])
    document.remove_unreferenced_resources()


def _disarm_one(item: Any) -> None:
    """Take the actions out of one object: those at events, and those that run something."""
    for name in ("/AA", "/AF"):
        if name in item:
            del item[name]
    action = item.get("/A")
    is_action = isinstance(action, pikepdf.Dictionary)
    if is_action and str(action.get("/S")) not in HARMLESS_ACTIONS:
        del item["/A"]
    if "/Next" in item and "/S" in item:
        del item["/Next"]


def _is_unsafe(note: Any) -> bool:
    return str(note.get("/Subtype")) in UNSAFE_NOTES


def _picture(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """The picture, checked to its end; rewritten without what the camera knew, if asked."""
    cleaned = path.with_suffix(".clean")
    try:
        with Image.open(path, formats=[PICTURES[kind]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _too_many_pixels()
            frames = getattr(picture, "n_frames", 1)
            if frames > MOST_FRAMES:
                raise Problem(Code.FILE_UNSAFE, f"A picture has at most {MOST_FRAMES} frames.")
            if kind in ANIMATED and frames > 1:
                for frame in ImageSequence.Iterator(picture):
                    frame.load()
                return path
            if not strips_location:
                picture.load()
                return path
            _without_camera(picture, kind, cleaned)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (SyntaxError, EOFError, *BROKEN) as error:
        raise Problem(Code.FILE_BROKEN) from error
    return cleaned


def _too_many_pixels() -> Problem:
    most = MOST_PIXELS // 10**6
    return Problem(Code.FILE_UNSAFE, f"A picture has at most {most} million pixels.")


def _without_camera(picture: Image.Image, kind: FileType, cleaned: Path) -> None:
    """Write the picture upright, without place, device and time."""
    seen = ImageOps.exif_transpose(picture)
    profile = seen.info.get("icc_profile")
    seen.info.clear()
    quality = {"quality": 92} if kind in (FileType.JPEG, FileType.WEBP) else {}
    seen.save(cleaned, PICTURES[kind], icc_profile=profile, **quality)
