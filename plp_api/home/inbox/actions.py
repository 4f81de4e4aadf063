"""Marks items as read. Nothing else of the inbox is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.home.inbox.models import EVERYTHING, ReadMark

KEPT = timedelta(days=400)
"""Marks older than this are deleted with the person's next mark: their items are long gone."""


def mark_read(access: Access, ids: Sequence[str] = (), until: datetime | None = None) -> None:
    """Mark items as read by their ids, and everything that happened until an instant.

    An item that is gone may be marked too: another person may have done it meanwhile.
    """
    now = clock.now()
    person_id = access.caller.person_id
    db.lock_name(f"read_marks|{person_id}")
    for item in dict.fromkeys(ids):
        kind, _, key = item.partition(":")
        _mark(access, kind, UUID(key), now)
    forgotten = now - KEPT
    if until is not None:
        # Nothing that happens later is read already.
        until = min(until, now)
        _mark(access, EVERYTHING, person_id, until)
        forgotten = max(forgotten, until)
    db.session().flush()
    db.session().execute(
        delete(ReadMark).where(
            ReadMark.person_id == person_id,
            ReadMark.kind != EVERYTHING,
            ReadMark.read_at <= forgotten,
        )
    )


def _mark(access: Access, kind: str, row_id: UUID, read_at: datetime) -> None:
    """Set a mark; it never moves back."""
    person_id = access.caller.person_id
    mark = db.session().get(ReadMark, (person_id, kind, row_id))
    if mark is None:
        own = {"person_id": person_id, "district_id": access.caller.district_id}
        db.session().add(ReadMark(**own, kind=kind, row_id=row_id, read_at=read_at))
    else:
        mark.read_at = max(mark.read_at, read_at)
