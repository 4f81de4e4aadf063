"""Raise a concern about an ELO, acknowledge it, and close it with an outcome."""

from typing import Any
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.learning.concerns.models import Concern
from plp_api.learning.elos.models import Elo


def raise_(elo: Elo, access: Access, kind: str, words: str) -> Concern:
    """Raise a concern about the ELO, whatever its state."""
    by = access.caller.person_id
    return _raised(elo, by=by, kind=kind, words=words, raised_by=by)


def raise_by_mentor(
    elo: Elo, mentor_id: UUID, kind: str, words: str, link_id: UUID | None = None
) -> Concern:
    """Raise a concern for a mentor, who has no account; `link_id` is the link that they used.

    The caller must have checked the link.
    """
    source = {"raised_by_mentor_id": mentor_id, "link_id": link_id}
    return _raised(elo, by=None, kind=kind, words=words, **source)


def _raised(elo: Elo, *, by: UUID | None, **columns: Any) -> Concern:
    concern = Concern(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        elo_id=elo.id,
        **columns,
    )
    db.session().add(concern)
    # Neither words nor kind: more people read events than concerns.
    audit.record("concern.raised", concern, by=by, elo_id=elo.id)
    db.flush()
    return concern


def receipt(concern: Concern) -> dict[str, Any]:
    """What who raised the concern keeps of it. No row: they cannot open it."""
    names = ("id", "elo_id", "status", "created_at")
    return {name: getattr(concern, name) for name in names}


def acknowledge(concern: Concern, access: Access) -> None:
    """Take the concern up: who raised it learns that somebody has read it."""
    concern.acknowledged_by, concern.acknowledged_at = access.caller.person_id, clock.now()
    _note("concern.acknowledged", concern, access)


def close(concern: Concern, access: Access, outcome: str) -> None:
    """Close the concern with what came of it, which only those read who read the concern."""
    concern.closed_by, concern.closed_at = access.caller.person_id, clock.now()
    concern.outcome = outcome
    _note("concern.closed", concern, access)


def _note(what: str, concern: Concern, access: Access) -> None:
    audit.record(what, concern, by=access.caller.person_id, elo_id=concern.elo_id)
