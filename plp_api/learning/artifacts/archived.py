"""A student's work in an archive: what it holds of artifacts, and how they come in again."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives import members
from plp_api.foundation.archives.members import ID, NAME
from plp_api.foundation.archives.package import FILES, invalid
from plp_api.foundation.archives.parts import Arrival, Row
from plp_api.foundation.files import receiving
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactVersion,
    PartKind,
    Reflection,
)
from plp_api.learning.artifacts.schemas import (
    MOST_ANSWERS,
    MOST_PARTS,
    AnswerSchema,
    ArtifactSchema,
    NewPartSchema,
    NewVersionSchema,
)

FOLDER = "artifacts"
ENDINGS = {FileType.TEXT: "txt", FileType.JPEG: "jpg", FileType.MP3: "mp3", FileType.MP4: "mp4"}
OF_LINKS = ("goal_id", "elo_id", "pathway_element_id", "annual_review_id")


def rows(student: Student, access: Access) -> list[Row]:
    """The artifacts that the caller may read, each with versions, reflections and links.

    Of a group's work it holds what this student keeps of it, and names no other maker.
    """
    artifacts = _artifacts(student, access)
    versions, reflections, links = (
        _by_artifact(model, student) for model in (ArtifactVersion, Reflection, ArtifactLink)
    )
    return [
        _artifact(row)
        | {
            "versions": [_version(one) for one in versions.get(row.id, [])],
            "reflections": [_reflection(one) for one in reflections.get(row.id, [])],
            "links": [_link(one) for one in links.get(row.id, [])],
        }
        for row in artifacts
    ]


def files(student: Student, access: Access) -> Iterator[tuple[str, StoredFile]]:
    """The files of these artifacts; versions often share one, and it is written once."""
    versions = _by_artifact(ArtifactVersion, student)
    written: set[str] = set()
    for artifact in _artifacts(student, access):
        for part in (part for one in versions.get(artifact.id, []) for part in one.parts):
            if part.file is not None and (path := path_of(part.file)) not in written:
                written.add(path)
                yield path, part.file


def path_of(file: StoredFile) -> str:
    """Where the file stands in an archive."""
    kind = FileType(file.media_type)
    return f"{FILES}/{file.id}.{ENDINGS.get(kind, kind.name.lower())}"


def _artifacts(student: Student, access: Access) -> Sequence[Artifact]:
    mine = access.select(Artifact).where(Artifact.student_id == student.id)
    return access.scalars(mine.order_by(Artifact.id))


def _by_artifact(model: Any, student: Student) -> dict[UUID, list[Any]]:
    """The rows of the model about the student, by artifact; the artifact says who reads them."""
    found: dict[UUID, list[Any]] = {}
    mine = select(model).where(model.student_id == student.id).order_by(model.id)
    for row in db.session().scalars(mine).unique():
        found.setdefault(row.artifact_id, []).append(row)
    return found


def _artifact(row: Artifact) -> Row:
    return {
        "id": str(row.id),
        "status": row.status,
        "title": row.title,
        "kind": row.kind,
        "description": row.description,
        "made_on": row.made_on.isoformat() if row.made_on else None,
        "number": row.number,
        "came_from": row.came_from,
        "created_at": clock.iso(row.created_at),
        "updated_at": clock.iso(row.updated_at),
    }


def _version(row: ArtifactVersion) -> Row:
    parts = [_part(part) for part in row.parts]
    made = {"id": str(row.id), "number": row.number, "words": row.words}
    return {**made, "created_at": clock.iso(row.created_at), "parts": parts}


def _part(row: ArtifactPart) -> Row:
    shown = {"id": str(row.id), "position": row.position, "kind": row.kind, "title": row.title}
    shown |= {"text": row.text, "url": row.url, "alt": row.alt, "language": row.language}
    shown["of_part_id"] = str(row.of_part_id) if row.of_part_id else None
    return shown | ({} if row.file is None else _file(row.file))


def _file(file: StoredFile) -> Row:
    described = {"filename": file.filename, "media_type": file.media_type}
    return {"path": path_of(file), **described, "size": file.size, "sha256": file.sha256}


def _reflection(row: Reflection) -> Row:
    made = {"id": str(row.id), "number": row.number, "created_at": clock.iso(row.created_at)}
    return {**made, "answers": row.answers}


def _link(row: ArtifactLink) -> Row:
    ends = {name: getattr(row, name) for name in OF_LINKS}
    return {"id": str(row.id), **{name: str(end) for name, end in ends.items() if end}}


# In again.


def read(rows: Sequence[Row], arrival: Arrival) -> int:
    """Add each artifact as a draft of the student's own, without its links. See `Reader`."""
    return sum(_add(row, arrival) for row in rows)


def _add(row: Row, arrival: Arrival) -> bool:
    key = arrival.id_of(row["id"])
    if db.session().get(Artifact, key) is not None:
        return False
    versions = sorted(members.rows(row, "versions"), key=lambda one: members.number(one, "number"))
    artifact = Artifact(
        id=key,
        **_own(arrival),
        title=members.words(ArtifactSchema, row, "title"),
        kind=members.words(ArtifactSchema, row, "kind"),
        description=members.words(ArtifactSchema, row, "description"),
        made_on=members.of(ArtifactSchema, row, "made_on"),
        number=len(versions),
        came_from=arrival.came_from,
    )
    db.session().add(artifact)
    db.session().flush()
    for number, version in enumerate(versions, 1):
        _add_version(version, number, artifact, arrival)
    numbers = [members.number(version, "number") for version in versions]
    for reflection in members.rows(row, "reflections"):
        # On the same version as there, also where one before it did not come along.
        on = sum(number <= members.number(reflection, "number") for number in numbers)
        _add_reflection(reflection, on, artifact, arrival)
    return True


def _own(arrival: Arrival) -> dict[str, UUID]:
    student = arrival.student
    return {"district_id": student.district_id, "student_id": student.id}


def _add_version(row: Row, number: int, artifact: Artifact, arrival: Arrival) -> None:
    own = {**_own(arrival), "artifact_id": artifact.id}
    version = ArtifactVersion(
        id=arrival.id_of(members.text(row, "id", ID)),
        **own,
        number=number,
        words=members.words(NewVersionSchema, row, "words"),
        added_by=arrival.student.id,
    )
    db.session().add(version)
    db.session().flush()
    # Captions after what they belong to.
    parts = members.rows(row, "parts", MOST_PARTS)
    parts = sorted(parts, key=lambda one: one.get("of_part_id") is not None)
    for part in _present(parts, arrival):
        _add_part(part, own | {"version_id": version.id}, arrival)


def _present(parts: Sequence[Row], arrival: Arrival) -> list[Row]:
    """The parts without those whose file was lost there already, and without their captions."""
    lost = {str(part.get("id")) for part in parts if str(part.get("path")) in arrival.missing}
    return [
        part
        for part in parts
        if lost.isdisjoint({str(part.get("id")), str(part.get("of_part_id"))})
    ]


def _add_part(row: Row, own: dict[str, UUID], arrival: Arrival) -> None:
    kind, url = (members.words(NewPartSchema, row, name) for name in ("kind", "url"))
    if bool(url) != (kind == PartKind.LINK):
        raise members.wrong("url")
    part = ArtifactPart(
        id=arrival.id_of(members.text(row, "id", ID)),
        **own,
        position=members.number(row, "position"),
        kind=kind,
        title=members.words(NewPartSchema, row, "title"),
        text=members.of(NewPartSchema, row, "text"),
        url=url or None,
        alt=members.words(NewPartSchema, row, "alt"),
        language=members.of(NewPartSchema, row, "language"),
        of_part_id=_part_id(row.get("of_part_id"), own, arrival),
        file_id=None if row.get("path") is None else _received(row, arrival).id,
    )
    db.session().add(part)
    db.session().flush()


def _part_id(foreign_id: Any, own: dict[str, UUID], arrival: Arrival) -> UUID | None:
    """The part of the same version to which captions belong, which was added before them."""
    if foreign_id is None:
        return None
    part = db.session().get(ArtifactPart, arrival.id_of(str(foreign_id)))
    if part is None or part.version_id != own["version_id"]:
        raise invalid("Captions in it belong to nothing.")
    return part.id


def _received(row: Row, arrival: Arrival) -> StoredFile:
    """The file of the part, kept here; refused as any other upload of the student would be.

    Versions often share one: it is kept once.
    """
    path = members.text(row, "path", NAME)
    if path in arrival.received:
        return db.session().get_one(StoredFile, arrival.received[path])
    found, student = arrival.file(path), arrival.student
    if found is None:
        raise invalid("A file of an artifact is missing.")
    file = receiving.keep(
        found,
        members.text(row, "filename", NAME) or "file",
        folder=FOLDER,
        district_id=student.district_id,
        by=student.id,
        student_id=student.id,
    )
    arrival.received[path] = file.id
    return file


def _add_reflection(row: Row, number: int, artifact: Artifact, arrival: Arrival) -> None:
    answers = members.rows(row, "answers", MOST_ANSWERS)
    kept = [
        {name: members.words(AnswerSchema, one, name) for name in ("key", "question", "text")}
        for one in answers
    ]
    reflection = Reflection(
        id=arrival.id_of(members.text(row, "id", ID)),
        **_own(arrival),
        artifact_id=artifact.id,
        number=number,
        answers=kept,
        written_by=arrival.student.id,
    )
    db.session().add(reflection)
