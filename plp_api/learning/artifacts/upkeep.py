"""Checking that addresses elsewhere still answer, by a job a day for each district."""

from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from plp_api.foundation import clock, db, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.learning.artifacts import probing
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    PartKind,
)

KIND = "artifacts.check_addresses"
AGAIN_AFTER = timedelta(days=30)
DOUBTED_FOR = timedelta(hours=20)
"""An address that did not answer is asked again on the next day, before it is called dead."""
MOST = 300
"""How many addresses one district's job asks; the others follow on the next days."""
MOST_OF_STUDENT = 20
"""How many of them are one student's, so that nobody's slow addresses use up the time of all."""
WITHIN = 1200.0
"""For how many seconds one job begins to ask."""


def _is_due() -> ColumnElement[bool]:
    """Whether a part is an address that is new, in doubt, or unchecked for thirty days."""
    now = clock.now()
    in_doubt = and_(ArtifactPart.gone_since.is_not(None), ArtifactPart.is_reachable.is_not(False))
    is_old = or_(
        ArtifactPart.checked_at.is_(None),
        ArtifactPart.checked_at < now - AGAIN_AFTER,
        in_doubt & (ArtifactPart.checked_at < now - DOUBTED_FOR),
    )
    return (ArtifactPart.kind == PartKind.LINK) & is_old


@jobs.periodically("check addresses of artifacts", every=timedelta(days=1))
def check_addresses() -> None:
    """Enqueue a job for each district with addresses to check, unless the operator forbids it."""
    if not settings.current().link_checks:
        return
    for district_id in db.session().scalars(_due(ArtifactPart.district_id).distinct()).all():
        jobs.enqueue(KIND, district_id, None, district=str(district_id))


@jobs.kind(KIND)
def check(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Ask the addresses of the newest versions of what is not put away, some of them.

    No transaction is open while an address is asked. An address that says nothing now keeps
    what was known of it. Run again, it asks only those that are left.
    """
    with db.current().transaction():
        district_id = UUID(jobs.arguments(job_id)["district"])
    with db.current().transaction(districts=[district_id]) as session:
        parts = [(row.id, row.url) for row in session.execute(_due_of(district_id))]
    asking, checked = _Asking(), 0
    for place, (part_id, address) in enumerate(parts):
        report(place / len(parts))
        if asking.is_over:
            break
        is_reachable = asking.answer(address)
        with db.current().transaction(districts=[district_id]) as session:
            if part := session.get(ArtifactPart, part_id):
                _note(part, is_reachable)
        checked += 1
    return {"checked": checked}


def _due_of(district_id: UUID) -> Any:
    """The parts to check now: new ones first, and of each student no more than their share."""
    oldest = (ArtifactPart.checked_at.asc().nulls_first(), ArtifactPart.id)
    of_student = func.row_number().over(partition_by=ArtifactPart.student_id, order_by=oldest)
    due = (
        _due(ArtifactPart.id, ArtifactPart.url, ArtifactPart.checked_at, of_student.label("place"))
        .where(ArtifactPart.district_id == district_id)
        .subquery()
    )
    first = (due.c.checked_at.asc().nulls_first(), due.c.id)
    shared = select(due.c.id, due.c.url).where(due.c.place <= MOST_OF_STUDENT)
    return shared.order_by(*first).limit(MOST)


def _due(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(ArtifactVersion, ArtifactVersion.id == ArtifactPart.version_id)
        .join(Artifact, Artifact.id == ArtifactPart.artifact_id)
        .where(
            _is_due(),
            ArtifactVersion.number == Artifact.number,
            Artifact.status != ArtifactStatus.ARCHIVED,
        )
    )


@dataclass
class _Asking:
    """Asks each address once for all the works that name it, until the time is over."""

    begun: float = field(default_factory=monotonic)
    answers: dict[str, bool | None] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return monotonic() - self.begun > WITHIN

    def answer(self, address: str) -> bool | None:
        if address not in self.answers:
            self.answers[address] = probing.is_reachable(address)
        return self.answers[address]


def _note(part: ArtifactPart, is_reachable: bool | None) -> None:
    """Keep what an address said; gone is what did not answer on two days."""
    part.checked_at = clock.now()
    if is_reachable:
        part.is_reachable, part.gone_since = True, None
    elif is_reachable is False and part.gone_since is None:
        part.gone_since = part.checked_at
    elif is_reachable is False:
        part.is_reachable = False
