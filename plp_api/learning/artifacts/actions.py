"""The verbs of artifacts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select

from plp_api.catalog.item_links import actions as item_links
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.files import actions as files
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import versions
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    Reflection,
)

MOST_ARTIFACTS = 2_000


def begin(student: Student, access: Access, **fields: Any) -> Artifact:
    """Begin an artifact of the caller's own, as a draft; with `parts` it has a first version.

    Raises Problem: artifacts_full, upload_not_complete, validation_failed (`parts`).
    """
    return _begun(student, access, None, **fields)


def record(student: Student, access: Access, **fields: Any) -> Artifact:
    """Capture work for a student, as a draft of theirs that names who recorded it.

    Raises what `begin` raises, and Problem(actor_is_family).
    """
    access.refuse_family(student.id)
    return _begun(student, access, access.caller.person_id, **fields)


def _begun(student: Student, access: Access, recorded_by: Any, **fields: Any) -> Artifact:
    db.lock_name(f"artifacts of {student.id}")
    own = select(func.count()).where(Artifact.student_id == student.id)
    if (db.session().scalar(own) or 0) >= MOST_ARTIFACTS:
        raise Problem(Code.ARTIFACTS_FULL, f"The limit is {MOST_ARTIFACTS}.")
    parts: Sequence[dict[str, Any]] = fields.pop("parts", ())
    artifact = Artifact(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        recorded_by=recorded_by,
        **fields,
    )
    db.session().add(artifact)
    db.session().flush()
    if parts:
        versions.put(artifact, access, parts=parts)
    _note("artifact.begun", artifact, access, is_recorded=recorded_by is not None)
    return artifact


def revise(artifact: Artifact, access: Access, **fields: Any) -> Artifact:
    """Change what is said of the artifact. Raises Problem: artifact_archived."""
    require_kept(artifact)
    for name, value in fields.items():
        setattr(artifact, name, value)
    _note("artifact.revised", artifact, access, changed=sorted(fields))
    return artifact


def add_version(artifact: Artifact, access: Access, **fields: Any) -> ArtifactVersion:
    """Add the next version. Raises Problem: artifact_archived, and what `versions.put` raises."""
    db.lock(artifact)
    require_kept(artifact)
    version = versions.put(artifact, access, **fields)
    artifact.touch()
    _note("artifact_version.added", artifact, access, number=version.number)
    return version


def reflect(artifact: Artifact, access: Access, answers: list[Any]) -> Reflection:
    """Write a reflection on the newest version. Earlier ones stay.

    Raises Problem: artifact_archived, artifact_empty.
    """
    db.lock(artifact)
    require_kept(artifact)
    if artifact.number == 0:
        raise Problem(Code.ARTIFACT_EMPTY)
    reflection = Reflection(
        id=db.new_id(),
        **fields_of(artifact),
        number=artifact.number,
        answers=answers,
        written_by=access.caller.person_id,
    )
    db.session().add(reflection)
    artifact.touch()
    _note("reflection.written", artifact, access, number=artifact.number)
    return reflection


def fields_of(artifact: Artifact) -> dict[str, Any]:
    """The columns that say to which artifact a new row belongs."""
    return {
        "district_id": artifact.district_id,
        "student_id": artifact.student_id,
        "artifact_id": artifact.id,
    }


def require_kept(artifact: Artifact) -> None:
    """Raise artifact_archived where the artifact is put away."""
    if artifact.status == ArtifactStatus.ARCHIVED:
        raise Problem(Code.ARTIFACT_ARCHIVED)


def has_work(artifact: Artifact, _access: Access) -> Code | None:
    """A guard: an artifact without a version shows nothing."""
    return None if artifact.number else Code.ARTIFACT_EMPTY


def keep(artifact: Artifact, access: Access) -> None:
    """Show the draft to everybody who reads the student's work."""
    _note("artifact.kept", artifact, access)


def archive(artifact: Artifact, access: Access) -> None:
    """Put the artifact away; it stays in the record."""
    _note("artifact.archived", artifact, access)


def restore(artifact: Artifact, access: Access) -> None:
    """Take an archived artifact up again."""
    _note("artifact.restored", artifact, access)


def delete(artifact: Artifact, access: Access) -> None:
    """Delete a draft with everything in it; its files go after the commit.

    Raises Problem: artifact_relied_on for what was kept once, is linked, or was spoken of.
    """
    db.lock(artifact)
    is_spoken_of = _is_linked(artifact) or comments.exist_on(artifact)
    if artifact.status != ArtifactStatus.DRAFT or is_spoken_of:
        raise Problem(Code.ARTIFACT_RELIED_ON)
    item_links.remove_all(artifact, access)
    kept = versions.files_of(artifact)
    for model in (Reflection, ArtifactPart, ArtifactVersion):
        db.session().execute(delete_rows(model).where(model.artifact_id == artifact.id))
    for file in kept:
        files.remove(file)
    _note("artifact.deleted", artifact, access)
    db.session().delete(artifact)


def _is_linked(artifact: Artifact) -> bool:
    links = select(func.count()).where(ArtifactLink.artifact_id == artifact.id)
    return bool(db.session().scalar(links))


def _note(what: str, artifact: Artifact, access: Access, **facts: Any) -> None:
    audit.record(what, artifact, by=access.caller.person_id, **facts)
