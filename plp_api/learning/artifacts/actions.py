"""The verbs of artifacts."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select

from plp_api.catalog.item_links import actions as item_links
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import groups, prompts, versions
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    Reflection,
)

MOST_ARTIFACTS = 2_000
RELIED_ON: list[Callable[[Artifact], bool]] = []
ON_CHANGED: list[Callable[[Artifact, Access], None]] = []
"""Called after the student changed the work, added to it, put it away or took it up again."""
"""From areas above: whether something there names the artifact, which then stays."""


def begin(student: Student, access: Access, **fields: Any) -> Artifact:
    """Begin an artifact of the caller's own, as a draft; with `parts` it has a first version.

    `fields` are columns of it.

    Raises Problem: artifacts_full, upload_not_complete, validation_failed (`parts`,
    `template_id`).
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
    if (template_id := fields.get("template_id")) is not None:
        prompts.offered(template_id, student, access)
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
    """Change what is said of the artifact.

    Raises Problem: artifact_archived, validation_failed (`template_id`).
    """
    refuse_archived(artifact)
    template_id = fields.get("template_id")
    if template_id not in (None, artifact.template_id):
        student = db.session().get_one(Student, artifact.student_id)
        prompts.offered(template_id, student, access)
    for name, value in fields.items():
        setattr(artifact, name, value)
    _note("artifact.revised", artifact, access, changed=sorted(fields))
    changed(artifact, access)
    return artifact


def add_version(artifact: Artifact, access: Access, **fields: Any) -> ArtifactVersion:
    """Add the next version. Raises Problem: artifact_archived, and what `versions.put` raises."""
    db.lock(artifact)
    refuse_archived(artifact)
    version = versions.put(artifact, access, **fields)
    artifact.touch()
    _note("artifact_version.added", artifact, access, number=version.number)
    changed(artifact, access)
    return version


def reflect(artifact: Artifact, access: Access, answers: list[Any]) -> Reflection:
    """Write a reflection on the newest version. Earlier ones stay.

    Raises Problem: artifact_archived, artifact_empty, validation_failed (`answers`).
    """
    db.lock(artifact)
    refuse_archived(artifact)
    if artifact.number == 0:
        raise Problem(Code.ARTIFACT_EMPTY)
    reflection = Reflection(
        id=db.new_id(),
        **fields_of(artifact),
        number=artifact.number,
        answers=prompts.answered(artifact, answers),
        written_by=access.caller.person_id,
    )
    db.session().add(reflection)
    artifact.touch()
    _note("reflection.written", artifact, access, number=artifact.number)
    changed(artifact, access)
    return reflection


def changed(artifact: Artifact, access: Access) -> None:
    """Let everything follow that a change of the work asks for."""
    for follow in ON_CHANGED:
        follow(artifact, access)


def fields_of(artifact: Artifact) -> dict[str, Any]:
    """The columns that say to which artifact a new row belongs."""
    return {
        "district_id": artifact.district_id,
        "student_id": artifact.student_id,
        "artifact_id": artifact.id,
    }


def refuse_archived(artifact: Artifact) -> None:
    """Raise artifact_archived where the artifact is put away."""
    if artifact.status == ArtifactStatus.ARCHIVED:
        raise Problem(Code.ARTIFACT_ARCHIVED)


def require_kept(artifact: Artifact) -> None:
    """Raise artifact_is_draft or artifact_archived unless the work is shown to who reads it."""
    if artifact.status == ArtifactStatus.DRAFT:
        raise Problem(Code.ARTIFACT_IS_DRAFT, "Keep it first.")
    refuse_archived(artifact)


def has_work(artifact: Artifact, _access: Access) -> Code | None:
    """A guard: an artifact without a version shows nothing."""
    return None if artifact.number else Code.ARTIFACT_EMPTY


def keep(artifact: Artifact, access: Access) -> None:
    """Show the draft to everybody who reads the student's work."""
    _note("artifact.kept", artifact, access)


def archive(artifact: Artifact, access: Access) -> None:
    """Put the artifact away; it stays in the record."""
    _note("artifact.archived", artifact, access)
    changed(artifact, access)


def restore(artifact: Artifact, access: Access) -> None:
    """Take an archived artifact up again."""
    _note("artifact.restored", artifact, access)
    changed(artifact, access)


def delete(artifact: Artifact, access: Access) -> None:
    """Delete a draft with everything in it; its files go after the commit.

    A file that another maker of the work holds stays, and a group goes with its last artifact.

    Raises Problem: artifact_relied_on for what was kept once, or `_is_relied_on`.
    """
    db.lock(artifact)
    if artifact.status != ArtifactStatus.DRAFT or _is_relied_on(artifact):
        raise Problem(Code.ARTIFACT_RELIED_ON)
    item_links.remove_all(artifact, access)
    group, held = groups.locked(artifact), versions.locked_files_of(artifact)
    for model in (Reflection, ArtifactPart, ArtifactVersion):
        db.session().execute(delete_rows(model).where(model.artifact_id == artifact.id))
    for file in held:
        versions.let_go(file)
    _note("artifact.deleted", artifact, access)
    db.session().delete(artifact)
    groups.forget_empty(group)


def _is_relied_on(artifact: Artifact) -> bool:
    """Whether it is linked, answers a call, was spoken of, or stands in something above."""
    is_evidence = _is_linked(artifact) or artifact.call_recipient_id is not None
    is_spoken_of = is_evidence or comments.exist_on(artifact)
    return is_spoken_of or any(names(artifact) for names in RELIED_ON)


def _is_linked(artifact: Artifact) -> bool:
    links = select(func.count()).where(ArtifactLink.artifact_id == artifact.id)
    return bool(db.session().scalar(links))


def _note(what: str, artifact: Artifact, access: Access, **facts: Any) -> None:
    audit.record(what, artifact, by=access.caller.person_id, **facts)
