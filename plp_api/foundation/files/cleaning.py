"""Take out of a file what its readers must not get: scripts, attachments, where a photo was taken.

A file is read to its end in its format, in a process of its own with bounded memory and time: a few
kilobytes may unfold to gigabytes. What is kept is written beside it; its size and hash are those of
what is kept.
"""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from plp_api.foundation.files import films
from plp_api.foundation.files.formats import BROKEN
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


def clean(path: Path, kind: FileType, *, strips_location: bool) -> Path:
    """The file to keep: a rewritten one beside `path`, or `path` itself.

    Of a film and a recording the place is blanked in `path`. Raises Problem: file_broken or
    file_unsafe.
    """
    if kind in FILMS and strips_location:
        films.forget_place(path)
    if kind is not FileType.PDF and kind not in PICTURES:
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
    """Take the actions out of one object: those at events, and those that run something."""
    for name in ("/AA", "/AF", "/EF", "/RF", "/JS", "/PA", "/Next"):
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
            if picture.width * picture.height * frames > MOST_MOVING_PIXELS:
                raise _too_many_pixels()
            # A phone's JPEG may hold a second picture (a depth map, a gain map); the first is kept.
            if frames > 1 and kind is not FileType.JPEG:
                return _moving(picture, kind, path, cleaned, strips_location=strips_location)
            if not strips_location:
                picture.load()
                return path
            _without_camera(picture, kind, cleaned)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (SyntaxError, EOFError, *BROKEN) as error:
        raise Problem(Code.FILE_BROKEN) from error
    return cleaned


def _moving(
    picture: Image.Image, kind: FileType, path: Path, cleaned: Path, *, strips_location: bool
) -> Path:
    """An animation, read frame by frame; written anew if it says more than its frames."""
    for frame in ImageSequence.Iterator(picture):
        frame.load()
    says_more = {"exif", "xmp", "XML:com.adobe.xmp"} & picture.info.keys()
    if not (strips_location and says_more):
        return path
    picture.seek(0)
    for name in says_more:
        del picture.info[name]
    picture.save(cleaned, PICTURES[kind], save_all=True)
    return cleaned


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
