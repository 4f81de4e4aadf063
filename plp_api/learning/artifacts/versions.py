"""Versions of an artifact, and the parts they consist of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import actions as files
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
WORDS = ("title", "alt", "language")


def put(
    artifact: Artifact, access: Access, *, parts: Sequence[dict[str, Any]], words: str = ""
) -> ArtifactVersion:
    """Add the next version with its parts, in their order.

    A part names an upload (`upload_id`), or a file of an earlier version (`part_id`), whose
    words it keeps where it has none of its own. A companion names the sound or film that it
    belongs to by its place (`of_position`).

    Raises Problem: artifact_parts_full, upload_not_complete, validation_failed (`parts`).
    """
    _check(parts)
    version = _next(artifact, access, words)
    sent, kept = _sent(artifact, access, parts), _kept(artifact, parts)
    made: list[ArtifactPart] = []
    for position, given in enumerate(parts, 1):
        earlier = kept.get(position)
        said = {name: getattr(earlier, name) for name in WORDS} if earlier else {}
        file = earlier.file if earlier else sent.get(position)
        made.append(_part(version, position, {**said, **given}, file, made))
        db.session().add(made[-1])
        db.session().flush()
    db.session().refresh(version)
    return version


def named(artifact: Artifact, version_id: UUID | None) -> ArtifactVersion:
    """The version of the artifact with this id; None: the newest.

    Raises Problem: validation_failed (`version_id`).
    """
    is_newest = ArtifactVersion.number == artifact.number
    wanted = is_newest if version_id is None else ArtifactVersion.id == version_id
    own = select(ArtifactVersion).where(ArtifactVersion.artifact_id == artifact.id, wanted)
    version = db.session().scalar(own)
    if version is None:
        raise invalid("version_id", "The artifact has no such version.")
    return version


def _next(
    artifact: Artifact, access: Access, words: str = "", origin_id: UUID | None = None
) -> ArtifactVersion:
    if artifact.number >= MOST_VERSIONS:
        raise Problem(Code.ARTIFACT_PARTS_FULL, f"It may have {MOST_VERSIONS} versions.")
    artifact.number += 1
    version = ArtifactVersion(
        id=db.new_id(),
        district_id=artifact.district_id,
        student_id=artifact.student_id,
        artifact_id=artifact.id,
        number=artifact.number,
        words=words,
        added_by=access.caller.person_id,
        origin_id=origin_id,
    )
    db.session().add(version)
    db.session().flush()
    return version


COPIED = ("position", "kind", "title", "file_id", "url", "text", "alt", "language")


def copy(version: ArtifactVersion, artifact: Artifact, access: Access) -> ArtifactVersion:
    """Add the same work as the next version of another maker's artifact; they share its files.

    What the other said of the version is theirs. Raises Problem: artifact_parts_full.
    """
    made = _next(artifact, access, origin_id=version.origin_id or version.id)
    copies: dict[UUID, ArtifactPart] = {}
    for part in version.parts:
        played = None if part.of_part_id is None else copies[part.of_part_id].id
        copies[part.id] = ArtifactPart(
            id=db.new_id(),
            district_id=made.district_id,
            student_id=made.student_id,
            artifact_id=artifact.id,
            version_id=made.id,
            of_part_id=played,
            **{name: getattr(part, name) for name in COPIED},
        )
        db.session().add(copies[part.id])
        db.session().flush()
    db.session().refresh(made)
    return made


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


def _sent(
    artifact: Artifact, access: Access, parts: Sequence[dict[str, Any]]
) -> dict[int, StoredFile]:
    """The uploaded files by the positions of their parts."""
    sent = {
        position: given["upload_id"]
        for position, given in enumerate(parts, 1)
        if given.get("upload_id") is not None
    }
    if not sent:
        return {}
    if len({*sent.values()}) < len(sent):
        raise invalid("parts", "Each part needs an upload of its own.")
    student = db.session().get_one(Student, artifact.student_id)
    return dict(zip(sent, uploads.take(list(sent.values()), access, student), strict=True))


def _kept(artifact: Artifact, parts: Sequence[dict[str, Any]]) -> dict[int, ArtifactPart]:
    """The parts of earlier versions whose files stay, by the positions of the new ones."""
    return {
        position: _earlier(artifact, given["part_id"], position)
        for position, given in enumerate(parts, 1)
        if given.get("part_id") is not None
    }


def _earlier(artifact: Artifact, part_id: UUID, position: int) -> ArtifactPart:
    own = select(ArtifactPart).where(
        ArtifactPart.id == part_id, ArtifactPart.artifact_id == artifact.id
    )
    part = db.session().scalar(own)
    if part is None or part.file is None:
        raise invalid(f"parts/{position - 1}/part_id", "It is no file of this artifact.")
    return part


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


def locked_files_of(artifact: Artifact) -> list[StoredFile]:
    """The files of all versions, locked: of two who let one go, the second knows it."""
    ids = select(ArtifactPart.file_id).where(ArtifactPart.artifact_id == artifact.id)
    own = select(StoredFile).where(StoredFile.id.in_(ids)).order_by(StoredFile.id)
    return list(db.session().scalars(own.with_for_update()))


def let_go(file: StoredFile) -> None:
    """Remove a file that no part holds any more, or let it count to a student who holds it."""
    holders = select(ArtifactPart.student_id).where(ArtifactPart.file_id == file.id)
    students = db.session().scalars(holders.order_by(ArtifactPart.id)).all()
    if not students:
        files.remove(file)
    elif file.student_id not in students:
        file.student_id = students[0]


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
