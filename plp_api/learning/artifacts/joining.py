"""Students join the work they made together by a code, and take over what another maker shows."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Existing, Problem
from plp_api.foundation.roster import leaving
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import actions, groups, versions
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactStatus,
    ArtifactVersion,
)
from plp_api.people.identity.throttle import Attempt, Kind

OPEN_FOR = timedelta(days=14)
MOST_MAKERS = 30
# Without what is read for another: 0 and O, 1 and I. Ten of them are 50 bits.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
HALF = 5


@dataclass(frozen=True)
class Invitation:
    """The code of a group, told once: only its hash is kept."""

    group_id: UUID
    code: str
    closes_at: datetime


def invite(artifact: Artifact, access: Access) -> Invitation:
    """Let others join the artifact's group by a new code; an earlier code ends.

    Raises Problem: artifact_archived.
    """
    db.lock(artifact)
    actions.refuse_archived(artifact)
    group = groups.locked(artifact) or groups.found(artifact.district_id, access)
    artifact.group_id = group.id
    code, closes_at = _new_code(), clock.now() + OPEN_FOR
    group.code_sha256, group.closes_at = _digest(code), closes_at
    group.opened_by = artifact.student_id
    group.title, group.kind, group.made_on = artifact.title, artifact.kind, artifact.made_on
    artifact.touch()
    _note("artifact.group_opened", artifact, access)
    return Invitation(group.id, code, closes_at)


def close(artifact: Artifact, access: Access) -> None:
    """Let nobody join the artifact's group any more; who joined stays."""
    group = groups.locked(artifact)
    if group is None or group.code_sha256 is None:
        return
    group.code_sha256 = group.closes_at = group.opened_by = None
    group.title = group.kind = group.made_on = None
    artifact.touch()
    _note("artifact.group_closed", artifact, access)


def _new_code() -> str:
    halves = ("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2))
    return "-".join(halves)


def _digest(code: str) -> str:
    """The hash of a code as somebody typed it."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return sha256(plain.encode()).hexdigest()


def join(student: Student, access: Access, code: str) -> Artifact:
    """Begin an artifact of the caller's own in the group that the code opens.

    It has the title, kind and day of the work, as one of the makers shows it, or else as it was
    called when the code was made; a draft may have become something else since. And it has the
    newest version that one of the makers shows, if there is any.

    Raises Problem: login_throttled, group_code_invalid, group_joined, group_full, artifacts_full.
    """
    group = _opened_by(student, access, code)
    is_here = ~leaving.has_left(Artifact.student_id, access.caller.today)
    of_group = select(Artifact).where(Artifact.group_id == group.id, is_here)
    makers = db.session().scalars(of_group.order_by(Artifact.id)).all()
    _require_place(student, makers)
    first: Any = next((one for one in makers if one.status == ArtifactStatus.KEPT), group)
    artifact = actions.begin(
        student,
        access,
        title=first.title,
        kind=first.kind,
        made_on=first.made_on,
        group_id=group.id,
    )
    _take_over(artifact, access)
    _note("artifact.joined", artifact, access)
    return artifact


def _opened_by(student: Student, access: Access, code: str) -> ArtifactGroup:
    """The group that the code opens today, locked, in the student's district alone.

    The code of somebody who has left the school opens nothing: they could not end it any more.
    The work of a group is the education record of each maker; a code that crossed districts
    would disclose it beyond the one that keeps it. Wrong codes are counted by person: each
    waits longer and longer, and nobody else does.
    """
    attempt = _guess_of(access.caller.person_id)
    attempt.check()
    query = select(ArtifactGroup).where(
        ArtifactGroup.code_sha256 == _digest(code),
        ArtifactGroup.district_id == student.district_id,
        ~leaving.has_left(ArtifactGroup.opened_by, access.caller.today),
    )
    group = db.session().scalar(query)
    if group is None or not _is_open(group, code):
        raise Problem(Code.GROUP_CODE_INVALID, afterwards=attempt.count)
    return group


def _is_open(group: ArtifactGroup, code: str) -> bool:
    """Whether the code still opens the group, now that it is locked."""
    try:
        db.lock(group)
    except Problem:
        return False
    is_over = group.closes_at is None or group.closes_at <= clock.now()
    return group.code_sha256 == _digest(code) and not is_over


def _guess_of(person_id: UUID) -> Attempt:
    """An attempt of a person, who is signed in: counted wherever they are."""
    return Attempt.on(Kind.GROUP, str(person_id), None, device=str(person_id))


def _require_place(student: Student, makers: Sequence[Artifact]) -> None:
    if not makers:
        raise Problem(Code.GROUP_CODE_INVALID)
    if own := next((one for one in makers if one.student_id == student.id), None):
        raise Problem(Code.GROUP_JOINED, existing=Existing(Artifact, {"id": own.id}))
    if len(makers) >= MOST_MAKERS:
        raise Problem(Code.GROUP_FULL, f"The limit is {MOST_MAKERS}.")


def catch_up(artifact: Artifact, access: Access) -> None:
    """Take over the newest version that another maker shows.

    Raises Problem: artifact_parts_full.
    """
    if _take_over(artifact, access):
        _note("artifact.caught_up", artifact, access, number=artifact.number)
        actions.changed(artifact, access)


def _take_over(artifact: Artifact, access: Access) -> bool:
    newer = groups.newer_of([artifact], access).get(artifact.id)
    if newer is None:
        return False
    versions.copy(db.session().get_one(ArtifactVersion, newer), artifact, access)
    artifact.touch()
    return True


def look_up(artifacts: Iterable[Any], access: Access) -> None:
    """Set whether another maker of its group shows a newer version, in one statement for all."""
    artifacts = list(artifacts)
    newer = groups.newer_of(artifacts, access)
    for artifact in artifacts:
        artifact.has_newer = artifact.id in newer


def has_newer(artifact: Any, access: Access) -> str | None:
    """A guard: why there is nothing to take over."""
    if artifact.group_id is None:
        return "Nobody else made it."
    if not hasattr(artifact, "has_newer"):
        look_up([artifact], access)
    return None if artifact.has_newer else "No other maker shows a newer version."


def is_in_group(artifact: Artifact, _access: Access) -> str | None:
    """A guard: why there is nothing to leave."""
    return None if artifact.group_id is not None else "It is in no group."


def leave(artifact: Artifact, access: Access) -> None:
    """Leave the group: the artifact stays as it is, and takes over nothing any more."""
    group = groups.locked(artifact)
    _note("artifact.left_group", artifact, access)
    artifact.group_id, artifact.is_shown_in_group = None, False
    groups.forget_empty(group)


def _note(what: str, artifact: Artifact, access: Access, **facts: Any) -> None:
    audit.record(what, artifact, by=access.caller.person_id, group_id=artifact.group_id, **facts)
