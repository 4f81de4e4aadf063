"""Take out of a file what its readers must not get: scripts, attachments, its author, its place.

A file is read to its end in its format, in a process of its own with bounded memory and time: a few
kilobytes may unfold to gigabytes. What is kept is written beside it; its size and hash are those of
what is kept. The same file always becomes the same content: work that was taken down is known again
by its hash.
"""

import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from plp_api.foundation.files import films, pictures
from plp_api.foundation.files.formats import BROKEN
from plp_api.foundation.files.kinds import EMBEDDED, UNREADABLE
from plp_api.foundation.files.models import FileType
from plp_api.foundation.problems import Code, Problem

MODULE = (sys.executable, "-P", "-m", "plp_api.foundation.files.cleaning")
MOST_BYTES, MOST_SECONDS = 2 << 30, 30
REFUSED = 3
REFUSALS = {code.wire: code for code in (Code.FILE_BROKEN, Code.FILE_UNSAFE)}
TOO_MUCH = "Unfolded it would be far larger than it is."
MOST_PIXELS = 60_000_000
MOST_FRAMES = 500
# Of all frames together.
MOST_MOVING_PIXELS = 150_000_000
MOST_PAGES = 500
PICTURES = {
    FileType.PNG: "PNG",
    FileType.JPEG: "JPEG",
    FileType.GIF: "GIF",
    FileType.WEBP: "WEBP",
}
FILMS = frozenset({FileType.MP4, FileType.QUICKTIME, FileType.M4A})
# Actions of a PDF that stay within the document or open an address (ISO 32000-2, 12.6.4).
HARMLESS_ACTIONS = frozenset({"/GoTo", "/URI", "/Named"})
HARMLESS_ADDRESSES = ("https:", "http:", "mailto:", "tel:")
# Annotations that hold files, media or programs.
UNSAFE_NOTES = frozenset({"/FileAttachment", "/Movie", "/Screen", "/Sound", "/3D", "/RichMedia"})
NESTING = (pikepdf.Dictionary, pikepdf.Array)
DEEPEST = 60
OF_THE_CATALOG = ("/OpenAction", "/AA", "/JavaScript", "/AF", "/Collection")
# Entries of any object of a PDF that tell who made it, and with what.
TELLING = ("/Metadata", "/PieceInfo")
DOCUMENTS = frozenset(
    {
        *(FileType.DOCX, FileType.XLSX, FileType.PPTX),
        *(FileType.ODT, FileType.ODS, FileType.ODP),
    }
)
_OPC = "http://schemas.openxmlformats.org"
_CORE = f'<coreProperties xmlns="{_OPC}/package/2006/metadata/core-properties"/>'
_OPEN = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
# Parts of a document that tell who made it, by the end of their names in small letters, and what
# stands there instead: the package names them elsewhere, so they stay.
PROPERTIES = {
    "/docprops/core.xml": _CORE,
    ".psmdcp": _CORE,
    "/docprops/app.xml": f'<Properties xmlns="{_OPC}/officeDocument/2006/extended-properties"/>',
    "/docprops/custom.xml": f'<Properties xmlns="{_OPC}/officeDocument/2006/custom-properties"/>',
    "/meta.xml": f'<o:document-meta xmlns:o="{_OPEN}" o:version="1.3"><o:meta/></o:document-meta>',
}
MANIFEST, LONGEST_MANIFEST = "META-INF/manifest.xml", 16 << 20
DEEPEST_DOCUMENT = 3
BLOCK = 1 << 20


def clean(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """The file to keep: a rewritten one beside `path`, or `path` itself.

    Of a film and a recording the place is blanked in `path`. Raises Problem: file_broken or
    file_unsafe.
    """
    if kind in FILMS and strips_location:
        films.forget_place(path)
    if kind is not FileType.PDF and kind not in PICTURES and kind not in DOCUMENTS:
        return path
    words = [str(path), str(kind), "strips" if strips_location else "keeps"]
    try:
        done = subprocess.run(  # noqa: S603 - a module of our own
            [*MODULE, *words], capture_output=True, text=True, timeout=MOST_SECONDS * 2, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Problem(Code.FILE_UNSAFE, TOO_MUCH) from error
    code, _, detail = done.stdout.partition(" ")
    if done.returncode == REFUSED and code in REFUSALS:
        raise Problem(REFUSALS[code], detail.strip() or None)
    if done.returncode:
        raise Problem(Code.FILE_UNSAFE, TOO_MUCH)
    cleaned = path.with_suffix(".clean")
    return cleaned if cleaned.exists() else path


def main() -> int:
    """Clean the file that the command line names, within bounds; 3 and a code for a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, kind, location = Path(sys.argv[1]), FileType(sys.argv[2]), sys.argv[3]
    try:
        clean_here(path, kind, strips_location=location == "strips")
    except Problem as problem:
        sys.stdout.write(f"{problem.code.wire} {problem.detail or ''}")
        return REFUSED
    return 0


def clean_here(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """As `clean`, in this process."""
    if kind is FileType.PDF:
        return _rewritten(path, _pdf)
    if kind in DOCUMENTS:
        return _rewritten(path, _document)
    return _picture(path, kind, strips_location=strips_location)


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
            _forget_author(document)
            compact = pikepdf.ObjectStreamMode.generate
            document.save(cleaned, object_stream_mode=compact, deterministic_id=True)
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
        for part in _within(item, DEEPEST):
            _disarm_one(part)
    for page in document.pages:
        if "/Annots" in page:
            page.Annots = pikepdf.Array([note for note in page.Annots if not _is_unsafe(note)])
    document.remove_unreferenced_resources()


def _within(item: Any, depth: int) -> Iterator[Any]:
    """The dictionaries in an object that are no objects of their own, and itself.

    Raises Problem: file_unsafe for what is nested deeper than any reader needs.
    """
    if depth == 0:
        raise Problem(Code.FILE_UNSAFE, TOO_MUCH)
    if isinstance(item, pikepdf.Array):
        for one in list(item):
            if isinstance(one, NESTING) and not one.is_indirect:
                yield from _within(one, depth - 1)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield item
        for name in list(item.keys()):
            part: Any = item.get(name)
            if isinstance(part, NESTING) and not part.is_indirect:
                yield from _within(part, depth - 1)


def _disarm_one(item: Any) -> None:
    """Take out of one object the actions, at events or that run something, and its properties."""
    for name in ("/AA", "/AF", "/EF", "/RF", "/JS", "/PA", "/Next", *TELLING):
        # A font or a page tree has no such entries; an outline's `/Next` is another outline.
        if name in item and not (name == "/Next" and "/Title" in item):
            del item[name]
    action = item.get("/A")
    if action is not None and not _is_harmless(action):
        del item["/A"]


def _is_harmless(action: Any) -> bool:
    is_action = isinstance(action, pikepdf.Dictionary) and "/S" in action
    # Attributes of a tagged document stand in `/A` too, and have an owner (`/O`).
    if is_action:
        return str(action.get("/S")) in HARMLESS_ACTIONS and _opens_harmless(action)
    return "/O" in action if isinstance(action, pikepdf.Dictionary) else True


def _opens_harmless(action: Any) -> bool:
    """Whether the address that the action opens, if any, runs nothing and is no local file."""
    return "/URI" not in action or str(action.URI).casefold().startswith(HARMLESS_ADDRESSES)


def _is_unsafe(note: Any) -> bool:
    return str(note.get("/Subtype")) in UNSAFE_NOTES


def _forget_author(document: pikepdf.Pdf) -> None:
    """Take out the properties of the document, and who wrote the comments in it."""
    del document.docinfo
    for page in document.pages:
        for note in page.get("/Annots", ()):
            # Of a field of a form it is the field's name.
            if "/T" in note and str(note.get("/Subtype")) != "/Widget":
                del note["/T"]


def _document(path: Path, cleaned: Path) -> None:
    """Write the package anew, entry by entry, with empty properties."""
    try:
        _rewrite_package(path, cleaned)
    except UNREADABLE as error:
        raise Problem(Code.FILE_BROKEN) from error


def _rewrite_package(source: Path | BytesIO, target: Path | BytesIO, nesting: int = 0) -> None:
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w") as kept:
        if _is_locked(package):
            raise Problem(Code.FILE_UNSAFE, "This document is protected; send it without.")
        for entry in package.infolist():
            _keep_entry(package, entry, kept, nesting)


def _is_locked(package: zipfile.ZipFile) -> bool:
    """Whether it is an OpenDocument whose entries only a password opens."""
    if MANIFEST not in package.namelist():
        return False
    with package.open(MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(LONGEST_MANIFEST)


def _keep_entry(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, kept: zipfile.ZipFile, nesting: int
) -> None:
    written = zipfile.ZipInfo(entry.filename, entry.date_time)
    is_stored = entry.compress_type == zipfile.ZIP_STORED
    written.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
    written.external_attr = entry.external_attr
    name = entry.filename.casefold()
    properties = _properties(name)
    if properties is not None:
        kept.writestr(written, properties)
        return
    if name.endswith(EMBEDDED) and nesting < DEEPEST_DOCUMENT:
        kept.writestr(written, _embedded(package.read(entry), nesting + 1))
        return
    written.file_size = entry.file_size
    with package.open(entry) as content, kept.open(written, "w") as target:
        shutil.copyfileobj(content, target, BLOCK)


def _embedded(content: bytes, nesting: int) -> bytes:
    """A document within a document, as the figures of a chart; what is none stays."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return content
    cleaned = BytesIO()
    _rewrite_package(BytesIO(content), cleaned, nesting)
    return cleaned.getvalue()


def _properties(name: str) -> str | None:
    return next((empty for end, empty in PROPERTIES.items() if f"/{name}".endswith(end)), None)


def _picture(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """The picture, checked to its end; without what says more than the picture, if asked.

    One that says no more stays as it is, byte for byte: so does one that was cleaned before.
    """
    content = path.read_bytes()
    cleaned = path.with_suffix(".clean")
    try:
        with Image.open(path, formats=[PICTURES[kind]]) as picture:
            frames = _require_few_pixels(picture)
            alone = pictures.drawn(content, kind) if strips_location else content
            # A phone's JPEG may hold a second picture (a depth map, a gain map); the first is kept.
            is_still = frames == 1 or kind is FileType.JPEG
            if alone != content and is_still:
                _without_camera(picture, kind, cleaned)
                return cleaned
            _read_to_the_end(picture, is_still=is_still)
        if alone == content:
            return path
        # The frames of an animation stay as they are, each as long as it is seen.
        cleaned.write_bytes(alone)
        with Image.open(cleaned, formats=[PICTURES[kind]]) as picture:
            _read_to_the_end(picture, is_still=False)
            if _require_few_pixels(picture) != frames:
                raise Problem(Code.FILE_BROKEN)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (SyntaxError, EOFError, *BROKEN) as error:
        raise Problem(Code.FILE_BROKEN) from error
    return cleaned


def _require_few_pixels(picture: Image.Image) -> int:
    """The number of frames. Raises Problem: file_unsafe for more than a reader could bear."""
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()
    frames = getattr(picture, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise Problem(Code.FILE_UNSAFE, f"A picture has at most {MOST_FRAMES} frames.")
    if picture.width * picture.height * frames > MOST_MOVING_PIXELS:
        raise _too_many_pixels()
    return int(frames)


def _read_to_the_end(picture: Image.Image, *, is_still: bool) -> None:
    """Read the picture, or each frame of an animation."""
    if is_still:
        picture.load()
        return
    for frame in ImageSequence.Iterator(picture):
        frame.load()


def _too_many_pixels() -> Problem:
    most = MOST_PIXELS // 10**6
    return Problem(Code.FILE_UNSAFE, f"A picture has at most {most} million pixels.")


def _without_camera(picture: Image.Image, kind: FileType, cleaned: Path) -> None:
    """Write the picture upright, without place, device and time."""
    seen = ImageOps.exif_transpose(picture)
    profile, clear = seen.info.get("icc_profile"), seen.info.get("transparency")
    seen.info.clear()
    if clear is not None:
        seen.info["transparency"] = clear
    quality = {"quality": 92} if kind in (FileType.JPEG, FileType.WEBP) else {}
    seen.save(cleaned, PICTURES[kind], icc_profile=profile, **quality)


if __name__ == "__main__":
    sys.exit(main())
