"""What every reader is shown of log entries, absences, visits, and of ELOs without a visit."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.learning.work_logs.visits import last_visits


def shape_entries(entries: Sequence[Any], access: Access) -> None:
    """Set who decided: `shown_verifier`, None if the caller may not know them, and the mentor."""
    mentors = _mentors({entry.verified_by_mentor_id for entry in entries} - {None})
    for entry in entries:
        entry.shown_verifier = access.shown_person(entry.verified_by, entry.student_id)
        entry.shown_mentor = mentors.get(entry.verified_by_mentor_id)


def _mentors(keys: Iterable[UUID]) -> dict[UUID | None, Any]:
    """By id, the mentors' names, which everybody around the student may know."""
    keys = list(keys)
    if not keys:
        return {}
    query = select(Mentor.id, Mentor.name).where(Mentor.id.in_(keys))
    return {row.id: {"id": row.id, "name": row.name} for row in db.session().execute(query)}


def shape_absences(absences: Sequence[Any], access: Access) -> None:
    """Set `shown_recorder`: None if the caller may not know them."""
    for absence in absences:
        absence.shown_recorder = access.shown_person(absence.recorded_by, absence.student_id)


def shape_unvisited(elos: Sequence[Any], access: Access) -> None:
    """Set of each ELO the last visit at its site, and the days since."""
    last = last_visits({elo.site_id for elo in elos})
    for elo in elos:
        elo.last_visited_on = last.get(elo.site_id)
        since = elo.last_visited_on or elo.started_on or elo.starts_on
        elo.days_since = (access.caller.today - since).days
