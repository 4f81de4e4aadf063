"""What an artifact is evidence for: goals, ELOs, pathway elements, annual reviews."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Existing, Problem, invalid
from plp_api.learning.artifacts.actions import fields_of, refuse_archived
from plp_api.learning.artifacts.models import Artifact, ArtifactLink, ArtifactStatus
from plp_api.learning.elos.models import Elo
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.reviews.models import Review

MOST_LINKS = 30
ENDS: Mapping[str, tuple[type[Any], Permission]] = {
    "goal_id": (Goal, Permission.GOALS_READ),
    "elo_id": (Elo, Permission.ELOS_READ),
    "pathway_element_id": (PathwayElement, Permission.PATHWAYS_READ),
    "annual_review_id": (Review, Permission.REVIEWS_READ),
}
"""What a link may lead to, and the permission to know of it."""
COUNTS = Artifact.status == ArtifactStatus.KEPT
"""Evidence for the framework items it is linked to once it is shown, until it is put away."""


def link(artifact: Artifact, access: Access, **ends: UUID | None) -> ArtifactLink:
    """Say that the artifact is evidence for one thing of the student's own.

    Raises Problem: artifact_archived, artifact_link_exists, artifact_parts_full,
    validation_failed at the end.
    """
    db.lock(artifact)
    refuse_archived(artifact)
    named = [(name, key) for name, key in ends.items() if key is not None]
    if len(named) != 1:
        raise invalid("", f"Name one of {', '.join(ENDS)}.")
    ((name, key),) = named
    model, needed = ENDS[name]
    row = db.session().get(model, key)
    is_own = row is not None and row.student_id == artifact.student_id
    if not is_own or not access.may_on(needed, row):
        raise invalid(name, "The student has no such thing.")
    _require_room(artifact, name, key)
    made = ArtifactLink(
        id=db.new_id(), **fields_of(artifact), **{name: key}, linked_by=access.caller.person_id
    )
    db.session().add(made)
    artifact.touch()
    _note("artifact_link.added", made, access)
    return made


def _require_room(artifact: Artifact, name: str, key: UUID) -> None:
    own = select(ArtifactLink).where(ArtifactLink.artifact_id == artifact.id)
    links = db.session().scalars(own).all()
    if same := next((one for one in links if getattr(one, name) == key), None):
        existing = Existing(ArtifactLink, {"id": same.id})
        raise Problem(Code.ARTIFACT_LINK_EXISTS, existing=existing)
    if len(links) >= MOST_LINKS:
        raise Problem(Code.ARTIFACT_PARTS_FULL, f"It may have {MOST_LINKS} links.")


def unlink(made: ArtifactLink, access: Access) -> None:
    """Say that the artifact is evidence for it no longer. Raises Problem: artifact_archived."""
    refuse_archived(made.artifact)
    made.artifact.touch()
    _note("artifact_link.removed", made, access)
    db.session().delete(made)


def _note(what: str, made: ArtifactLink, access: Access) -> None:
    ends = {name: getattr(made, name) for name in ENDS}
    by = access.caller.person_id
    audit.record(what, made, by=by, artifact_id=made.artifact_id, **ends)


def end_of(made: Any) -> str:
    """The name of the column that says what a link leads to."""
    return next(name for name in ENDS if getattr(made, name) is not None)


def change(artifact: Artifact, access: Access) -> None:
    """Give the artifact, which shows its framework items, a new version.

    Raises Problem: artifact_archived.
    """
    refuse_archived(artifact)
    artifact.touch()
    by = access.caller.person_id
    audit.record("artifact.revised", artifact, by=by, changed=["framework_items"])
