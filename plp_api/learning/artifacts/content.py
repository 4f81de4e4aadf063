"""The file of a part, read in one exchange with the check of who may read it: a hot read."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from plp_api.foundation import db
from plp_api.foundation.access import reach
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.problems import Code, Problem
from plp_api.learning.artifacts.models import Artifact, ArtifactPart

COLUMNS = ("id", "name", "filename", "media_type", "size", "sha256", "virus_check", "thumbnail")
PART = db.Prepared(
    select(
        ArtifactPart.id.label("part_id"),
        ArtifactPart.district_id,
        ArtifactPart.student_id,
        ArtifactPart.artifact_id,
        Artifact.status,
        *(getattr(StoredFile, name) for name in COLUMNS),
    )
    .join(Artifact, Artifact.id == ArtifactPart.artifact_id)
    .outerjoin(StoredFile, StoredFile.id == ArtifactPart.file_id)
    .where(ArtifactPart.id == bindparam("row", type_=Uuid))
)


def ask(caller: Caller, part_id: UUID) -> db.Ahead:
    """The queries of `look`, which may be sent together with the query of the caller."""
    queries = [reach.query(caller, ArtifactPart, part_id), PART(row=part_id)]
    return db.Ahead(queries, is_last=caller.reason is None)


def look(access: Access, part_id: UUID) -> StoredFile:
    """The file of the part, if the caller may read it.

    No result is used before the check. Raises Problem: not_found (for a part without a file
    too), permission_denied, reason_required.
    """
    ahead = ask(access.caller, part_id)
    arms, found = access.answered() or db.fetch(*ahead.queries, is_last=ahead.is_last)
    if not found:
        raise Problem(Code.NOT_FOUND)
    (row,) = found
    access.know(row["student_id"], reach.reached_by(arms))
    access.require(Permission.ARTIFACTS_READ, _part(row))
    if row["id"] is None:
        raise Problem(Code.NOT_FOUND, "This part has no file.")
    return StoredFile(**{name: row[name] for name in COLUMNS})


def _part(row: dict[str, Any]) -> ArtifactPart:
    """The part, with what `access` needs for its check."""
    own = {name: row[name] for name in ("district_id", "student_id")}
    artifact = Artifact(id=row["artifact_id"], status=row["status"], **own)
    return ArtifactPart(id=row["part_id"], artifact_id=artifact.id, artifact=artifact, **own)
