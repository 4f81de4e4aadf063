"""Versions of an artifact, and the parts they consist of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.foundation.uploads import actions as uploads
from plp_api.learning.artifacts.models import Artifact, ArtifactPart, ArtifactVersion, PartKind

MOST_VERSIONS = 100
NEEDS = {
    PartKind.FILE: "upload_id",
    PartKind.LINK: "url",
    PartKind.TEXT: "text",
    PartKind.CAPTIONS: "upload_id",
    PartKind.TRANSCRIPT: "text",
}
"""The member that a part of each kind holds, and no part of another kind."""
COMPANIONS = frozenset({PartKind.CAPTIONS, PartKind.TRANSCRIPT})
PLAYED = ("audio/", "video/")


def put(
    artifact: Artifact, access: Access, *, parts: Sequence[dict[str, Any]], words: str = ""
) -> ArtifactVersion:
    """Add the next version with its parts, in their order.

    A part names an upload (`upload_id`), or a file of an earlier version (`part_id`). A
    companion names the sound or film that it belongs to by its place (`of_position`).

    Raises Problem: artifact_parts_full, upload_not_complete, validation_failed (`parts`).
    """
    if artifact.number >= MOST_VERSIONS:
        raise Problem(Code.ARTIFACT_PARTS_FULL, f"It may have {MOST_VERSIONS} versions.")
    _check(parts)
    files = _files(artifact, access, parts)
    artifact.number += 1
    version = ArtifactVersion(
        id=db.new_id(),
        district_id=artifact.district_id,
        student_id=artifact.student_id,
        artifact_id=artifact.id,
        number=artifact.number,
        words=words,
        added_by=access.caller.person_id,
    )
    db.session().add(version)
    db.session().flush()
    made: list[ArtifactPart] = []
    for position, given in enumerate(parts, 1):
        made.append(_part(version, position, given, files.get(position), made))
        db.session().add(made[-1])
        db.session().flush()
    db.session().refresh(version)
    return version


def _check(parts: Sequence[dict[str, Any]]) -> None:
    """Check that each part has what its kind needs, and that companions follow their part."""
    for place, given in enumerate(parts):
        kind = PartKind(given["kind"])
        needed = NEEDS[kind]
        others = {*NEEDS.values()} - {needed}
        is_kept = given.get("part_id") is not None
        if is_kept and (needed != "upload_id" or given.get("upload_id") is not None):
            raise invalid(f"parts/{place}/part_id", "Name a new file or an earlier one.")
        if not is_kept and given.get(needed) is None:
            raise invalid(f"parts/{place}/{needed}", f"A part of kind {kind} needs this.")
        if wrong := sorted(name for name in others if given.get(name) is not None):
            raise invalid(f"parts/{place}/{wrong[0]}", f"A part of kind {kind} has none.")
        follows = given.get("of_position")
        is_companion = kind in COMPANIONS
        is_before = follows is not None and 1 <= follows <= place
        if is_companion and not is_before:
            detail = "Name the place, from 1, of the sound or film before it."
            raise invalid(f"parts/{place}/of_position", detail)
        if follows is not None and not is_companion:
            raise invalid(f"parts/{place}/of_position", "Only captions and transcripts have one.")


def _files(
    artifact: Artifact, access: Access, parts: Sequence[dict[str, Any]]
) -> dict[int, StoredFile]:
    """The files by the positions of their parts."""
    sent = {
        position: given["upload_id"]
        for position, given in enumerate(parts, 1)
        if given.get("upload_id") is not None
    }
    found: dict[int, StoredFile] = {}
    if sent:
        if len({*sent.values()}) < len(sent):
            raise invalid("parts", "Each part needs an upload of its own.")
        student = db.session().get_one(Student, artifact.student_id)
        taken = uploads.take(list(sent.values()), access, student)
        found |= dict(zip(sent, taken, strict=True))
    for position, given in enumerate(parts, 1):
        if given.get("part_id") is not None:
            found[position] = _file_of(artifact, given["part_id"], position)
    return found


def _file_of(artifact: Artifact, part_id: UUID, position: int) -> StoredFile:
    """The file of a part of an earlier version."""
    own = select(ArtifactPart).where(
        ArtifactPart.id == part_id, ArtifactPart.artifact_id == artifact.id
    )
    part = db.session().scalar(own)
    if part is None or part.file is None:
        raise invalid(f"parts/{position - 1}/part_id", "It is no file of this artifact.")
    return part.file


def _part(
    version: ArtifactVersion,
    position: int,
    given: dict[str, Any],
    file: StoredFile | None,
    before: Sequence[ArtifactPart],
) -> ArtifactPart:
    follows = given.get("of_position")
    played = None if follows is None else before[follows - 1]
    if played is not None and not _is_played(played):
        raise invalid(f"parts/{position - 1}/of_position", "There is no sound or film there.")
    if given["kind"] == PartKind.CAPTIONS and file is not None and file.media_type != "text/vtt":
        raise invalid(f"parts/{position - 1}/upload_id", "Captions are a WebVTT file.")
    plain = ("kind", "title", "text", "url", "alt", "language")
    return ArtifactPart(
        id=db.new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        artifact_id=version.artifact_id,
        version_id=version.id,
        position=position,
        file_id=None if file is None else file.id,
        of_part_id=None if played is None else played.id,
        **{name: given[name] for name in plain if name in given},
    )


def _is_played(part: ArtifactPart) -> bool:
    is_elsewhere = part.kind == PartKind.LINK
    return is_elsewhere or (part.file is not None and part.file.media_type.startswith(PLAYED))


def files_of(artifact: Artifact) -> list[StoredFile]:
    """The files of all versions."""
    ids = select(ArtifactPart.file_id).where(ArtifactPart.artifact_id == artifact.id)
    return list(db.session().scalars(select(StoredFile).where(StoredFile.id.in_(ids))))


def newest_of(artifacts: Sequence[Artifact]) -> dict[UUID, ArtifactVersion]:
    """By artifact, its newest version with its parts, in two statements for all."""
    query = (
        select(ArtifactVersion)
        .join(Artifact, Artifact.id == ArtifactVersion.artifact_id)
        .where(
            db.any_of(ArtifactVersion.artifact_id, db.ids_bind("artifacts")),
            ArtifactVersion.number == Artifact.number,
        )
    )
    rows = db.session().scalars(query, {"artifacts": [one.id for one in artifacts]})
    return {version.artifact_id: version for version in rows}
