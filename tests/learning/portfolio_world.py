"""Artifacts in the world of tests, written as rows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    PartKind,
)
from tests.world import Place, Pupil


@dataclass
class Work:
    """An artifact with one version of one part."""

    id: UUID
    version_id: UUID
    part_id: UUID

    @property
    def path(self) -> str:
        return f"/artifacts/{self.id}"


def add_artifact(
    session: Any,
    place: Place,
    student: Pupil | None = None,
    *,
    status: str = ArtifactStatus.KEPT,
    part: dict[str, Any] | None = None,
    **columns: Any,
) -> Work:
    """Add an artifact of `place.student`: a text, unless `part` says otherwise."""
    student = student or place.student
    own = {"district_id": place.district_id, "student_id": student.id}
    given: dict[str, Any] = {"title": "A poem", "kind": "writing", "made_on": clock.today()}
    given |= {"status": status, "number": 1} | columns
    artifact = Artifact(id=db.new_id(), **own, **given)
    session.add(artifact)
    session.flush()
    of_it = {**own, "artifact_id": artifact.id}
    version = ArtifactVersion(id=db.new_id(), **of_it, number=1, added_by=student.id)
    session.add(version)
    session.flush()
    shown = part or {"kind": PartKind.TEXT, "text": "Snow on the barn."}
    row = ArtifactPart(id=db.new_id(), **of_it, version_id=version.id, position=1, **shown)
    session.add(row)
    session.flush()
    return Work(artifact.id, version.id, row.id)
