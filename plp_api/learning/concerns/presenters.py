"""What the readers of concerns are shown of the ELO and of the mentor."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos.models import Elo


def shape(concerns: Sequence[Any], access: Access) -> None:
    """Set `elo_title`, None where the caller may not read the ELO, and `mentor_name`."""
    titles = _words(Elo, Elo.title, {concern.elo_id for concern in concerns})
    mentors = _words(Mentor, Mentor.name, {concern.raised_by_mentor_id for concern in concerns})
    access.look_up(concern.student_id for concern in concerns)
    for concern in concerns:
        is_read = access.may(Permission.ELOS_READ, concern.student_id)
        concern.elo_title = titles[concern.elo_id] if is_read else None
        concern.mentor_name = mentors.get(concern.raised_by_mentor_id)


def _words(model: Any, column: Any, ids: set[UUID | None]) -> dict[UUID | None, str]:
    """The column of these rows by id; in no statement if there are none."""
    keys = [key for key in ids if key is not None]
    if not keys:
        return {}
    query = select(model.id, column).where(db.any_of(model.id, db.ids_bind("ids")))
    return {key: word for key, word in db.session().execute(query, {"ids": keys})}  # noqa: C416 - typed rows
