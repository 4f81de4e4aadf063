"""The makers of one work: who is named to whom, and what each shows the others.

Who has left the school is in no group any more: nobody could end that for them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from heapq import nlargest
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import leaving
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactStatus,
    ArtifactVersion,
)

NOTHING = UUID(int=0)


def found(district_id: UUID, access: Access) -> ArtifactGroup:
    """Add a group that nobody can join yet."""
    group = ArtifactGroup(
        id=db.new_id(), district_id=district_id, founded_by=access.caller.person_id
    )
    db.session().add(group)
    db.session().flush()
    return group


def locked(artifact: Artifact) -> ArtifactGroup | None:
    """The artifact's group, locked, if it has one. The artifact is locked before it."""
    if artifact.group_id is None:
        return None
    group = db.session().get_one(ArtifactGroup, artifact.group_id)
    db.lock(group)
    return group


def forget_empty(group: ArtifactGroup | None) -> None:
    """Delete the locked group, and its code, once nobody is in it any more."""
    if group is None:
        return
    db.session().flush()
    if not db.session().scalar(select(exists().where(Artifact.group_id == group.id))):
        db.session().delete(group)


def newer_of(artifacts: Sequence[Artifact], access: Access) -> dict[UUID, UUID]:
    """By artifact, the newest version that another maker of its group shows, if it lacks that.

    What is a draft, or put away, is shown to nobody. The origins of versions are ordered as they
    were written, so that a copy is as old as what it copies.
    """
    own: dict[UUID, UUID] = {}
    shown: dict[UUID, list[Any]] = defaultdict(list)
    for head in _heads(_groups_of(artifacts), access):
        own[head.artifact_id] = head.origin
        if head.status == ArtifactStatus.KEPT and not head.has_left:
            shown[head.group_id].append(head)
    newest = {group_id: _two_newest(heads) for group_id, heads in shown.items()}
    found: dict[UUID, UUID] = {}
    for artifact in artifacts:
        heads = newest.get(artifact.group_id, ()) if artifact.group_id else ()
        other = next((one for one in heads if one.artifact_id != artifact.id), None)
        if other is not None and other.origin > own.get(artifact.id, NOTHING):
            found[artifact.id] = other.version_id
    return found


def _two_newest(heads: Iterable[Any]) -> list[Any]:
    """For each maker the newest of the others is among these two."""
    return nlargest(2, heads, key=lambda one: one.origin)


def _groups_of(artifacts: Iterable[Any]) -> set[UUID]:
    return {one.group_id for one in artifacts if one.group_id is not None}


def _heads(groups: Collection[UUID], access: Access) -> Iterable[Any]:
    """The newest version of each artifact of these groups, by one statement."""
    if not groups:
        return ()
    query = (
        select(
            Artifact.group_id,
            Artifact.id.label("artifact_id"),
            Artifact.status,
            ArtifactVersion.id.label("version_id"),
            func.coalesce(ArtifactVersion.origin_id, ArtifactVersion.id).label("origin"),
            leaving.has_left(Artifact.student_id, access.caller.today).label("has_left"),
        )
        .join(ArtifactVersion, ArtifactVersion.artifact_id == Artifact.id)
        .where(
            db.any_of(Artifact.group_id, db.ids_bind("groups")),
            ArtifactVersion.number == Artifact.number,
        )
    )
    return db.session().execute(query, {"groups": list(groups)}).all()


def shape(artifacts: Sequence[Any], access: Access) -> None:
    """Set `group` of each artifact: who made it, as far as this reader may know, and its code.

    A reader learns of the makers whose artifact they read; a maker also of those who let the
    others name them. So a code that a stranger found tells them of nobody.
    """
    makers: dict[UUID, list[Any]] = defaultdict(list)
    present: set[UUID] = set()
    for maker in _makers(_groups_of(artifacts), access):
        makers[maker.group_id].append(maker)
        present.add(maker.id)
    access.look_up({one.student_id for group in makers.values() for one in group})
    shown = {group_id: _shown(group, access) for group_id, group in makers.items()}
    for artifact in artifacts:
        artifact.group = shown.get(artifact.group_id) if artifact.id in present else None


def _makers(groups: Collection[UUID], access: Access) -> Iterable[Any]:
    if not groups:
        return ()
    query = (
        select(
            Artifact.group_id,
            Artifact.id,
            Artifact.student_id,
            Artifact.status,
            Artifact.is_shown_in_group,
            ArtifactGroup.closes_at,
            leaving.has_left(ArtifactGroup.opened_by, access.caller.today).label("is_code_dead"),
        )
        .join(ArtifactGroup, ArtifactGroup.id == Artifact.group_id)
        .where(
            db.any_of(Artifact.group_id, db.ids_bind("groups")),
            ~leaving.has_left(Artifact.student_id, access.caller.today),
        )
        .order_by(Artifact.id)
    )
    return db.session().execute(query, {"groups": list(groups)}).all()


def _shown(makers: Sequence[Any], access: Access) -> dict[str, Any]:
    is_maker = any(one.student_id in access.selves for one in makers)
    known = [(one, _is_read(one, access)) for one in makers]
    closes_at = makers[0].closes_at
    is_open = closes_at is not None and closes_at > clock.now() and not makers[0].is_code_dead
    return {
        "id": makers[0].group_id,
        "closes_at": closes_at if is_open else None,
        "maker_count": len(makers),
        "makers": [
            {
                "maker_id": one.student_id,
                "artifact_id": one.id if is_read else None,
                "is_named": one.is_shown_in_group,
            }
            for one, is_read in known
            if is_read or (is_maker and one.is_shown_in_group)
        ],
    }


def _is_read(maker: Any, access: Access) -> bool:
    is_draft = maker.status == ArtifactStatus.DRAFT
    needed = [Permission.ARTIFACTS_READ, *([Permission.ARTIFACTS_READ_DRAFTS] if is_draft else [])]
    return all(access.may(one, maker.student_id) for one in needed)
