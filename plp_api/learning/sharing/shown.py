"""A showcase as plain data, for the page and for the PDF: no id, no file name, no one else's name.

File names are left out, because they may hold a name that the student did not choose to show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from plp_api.foundation.files.models import FileType, StoredFile, VirusCheck
from plp_api.learning.artifacts.models import ArtifactPart, PartKind
from plp_api.learning.sharing.use import Opened
from plp_api.learning.sharing.words import Words
from plp_api.learning.showcases import contents
from plp_api.learning.showcases.contents import Work

SEEN = frozenset(one for one in FileType if one.startswith(("image/", "audio/", "video/"))) | {
    FileType.PDF,
    FileType.VTT,
}
"""What can be seen or heard within the page; all else can only be kept."""
COMPANIONS = (PartKind.CAPTIONS, PartKind.TRANSCRIPT)


class Look(StrEnum):
    """How a part is shown."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    LINK = "link"
    TEXT = "text"


@dataclass(frozen=True)
class Captions:
    """The captions of a film, in one language."""

    part_id: UUID
    language: str


@dataclass(frozen=True)
class Part:
    """A part of a work. `called` is its title, or what it is; `alt` says what is seen or heard."""

    id: UUID
    look: Look
    called: str
    alt: str
    text: str = ""
    url: str = ""
    site: str = ""
    facts: str = ""
    has_thumbnail: bool = False
    is_read_here: bool = False
    may_be_kept: bool = False
    captions: tuple[Captions, ...] = ()
    transcript: str = ""


@dataclass(frozen=True)
class Answer:
    """A question that the student was asked, and what they say."""

    question: str
    text: str


@dataclass(frozen=True)
class Review:
    """That the school accepted the work, and by criterion of the rubric the level reached."""

    said: str
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A work with all that is shown of it."""

    title: str
    about: str
    description: str
    words: str
    makers: str
    parts: tuple[Part, ...]
    reflection: tuple[Answer, ...]
    review: Review | None


@dataclass(frozen=True)
class Section:
    """Works under a heading; without a title: before all sections."""

    title: str
    words: str
    works: tuple[Shown, ...]


@dataclass(frozen=True)
class Showcase:
    """All that the page shows. `by` is empty where the student is shown under no name."""

    title: str
    language: str
    by: str
    introduction: str
    cover: Part | None
    sections: tuple[Section, ...]
    may_be_kept: bool


def of(opened: Opened, said: Words) -> Showcase:
    """What the link shows now."""
    shown = opened.contents
    name = contents.name_of(shown.showcase, opened.link.name_shown)
    return Showcase(
        title=shown.showcase.title,
        language=shown.showcase.language,
        by=said("by", name=name) if name else "",
        introduction=shown.showcase.introduction,
        cover=_cover(opened, said),
        sections=tuple(_section(section, opened, said) for section in shown.sections),
        may_be_kept=opened.link.allows_download,
    )


def _cover(opened: Opened, said: Words) -> Part | None:
    cover = opened.contents.cover
    if cover is None or cover.file is None or not _is_sound(cover.file):
        return None
    alt = opened.contents.cover_alt
    return replace(_of_file(cover, cover.file, said), alt=alt or said("cover"))


def _section(section: contents.Section, opened: Opened, said: Words) -> Section:
    row = section.section
    return Section(
        title=row.title if row else "",
        words=row.words if row else "",
        works=tuple(_work(work, opened, said) for work in section.works),
    )


def _work(work: Work, opened: Opened, said: Words) -> Shown:
    artifact = work.artifact
    made = [said.kind(artifact.kind)]
    made += [said.day(artifact.made_on)] if artifact.made_on else []
    return Shown(
        title=artifact.title,
        about=", ".join(made),
        description=artifact.description,
        words=work.item.words,
        makers=said("made_with", names=", ".join(work.makers)) if work.makers else "",
        parts=tuple(_parts(work.version.parts, said, may_be_kept=opened.may_keep(work))),
        reflection=tuple(_answers(work)),
        review=_review(work, said),
    )


def _answers(work: Work) -> Iterator[Answer]:
    for answer in work.reflection.answers if work.reflection else ():
        if answer["text"].strip():
            yield Answer(answer["question"], answer["text"])


def _review(work: Work, said: Words) -> Review | None:
    result = work.review
    if result is None:
        return None
    day = said.day(result.decided_on)
    return Review(said("accepted", rubric=result.rubric_title, day=day), result.levels)


def _parts(parts: Sequence[ArtifactPart], said: Words, *, may_be_kept: bool) -> Iterator[Part]:
    for part in parts:
        if part.kind in COMPANIONS:
            continue
        shown = _part(part, said)
        if shown is not None:
            yield replace(
                shown,
                may_be_kept=may_be_kept and part.file is not None,
                captions=tuple(_captions(part, parts)),
                transcript=_transcript(part, parts),
            )


def _part(part: ArtifactPart, said: Words) -> Part | None:
    """The part; None for a file that the virus scanner found infected."""
    if part.kind == PartKind.TEXT:
        return Part(part.id, Look.TEXT, part.title, part.alt, text=part.text or "")
    if part.kind == PartKind.LINK:
        site = _site(part.url or "")
        called = part.title or site or part.url or ""
        return Part(part.id, Look.LINK, called, part.alt, url=part.url or "", site=site)
    if part.file is None or not _is_sound(part.file):
        return None
    return _of_file(part, part.file, said)


def _site(url: str) -> str:
    """The name of the site; empty for what is no address: the rest is shown all the same."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_sound(file: StoredFile) -> bool:
    return file.virus_check != VirusCheck.INFECTED


def _of_file(part: ArtifactPart, file: StoredFile, said: Words) -> Part:
    kind = FileType(file.media_type)
    look = _look(kind)
    called = part.title or said(look)
    return Part(
        part.id,
        look,
        called,
        part.alt or called,
        facts=f"{kind.name}, {said.size(file.size)}",
        has_thumbnail=file.thumbnail is not None,
        is_read_here=kind is FileType.PDF,
    )


def _look(kind: FileType) -> Look:
    main = kind.split("/", maxsplit=1)[0]
    looks = {"image": Look.PICTURE, "audio": Look.AUDIO, "video": Look.VIDEO}
    return looks.get(main, Look.DOCUMENT)


def _captions(part: ArtifactPart, parts: Sequence[ArtifactPart]) -> Iterator[Captions]:
    for other in parts:
        if other.kind == PartKind.CAPTIONS and other.of_part_id == part.id:
            yield Captions(other.id, other.language or "en")


def _transcript(part: ArtifactPart, parts: Sequence[ArtifactPart]) -> str:
    own = (
        other.text or ""
        for other in parts
        if other.kind == PartKind.TRANSCRIPT and other.of_part_id == part.id
    )
    return "\n\n".join(own)
