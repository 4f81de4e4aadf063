"""What every reader is shown of the team of an ELO."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import spans

MENTORS = db.Prepared(
    select(Mentor.id, Mentor.name).where(db.any_of(Mentor.id, db.ids_bind("ids")))
)


def shape(rows: Sequence[Any], access: Access) -> None:
    """Set the mentors' names, and `shown_person`: None if the caller may not know them.

    Whoever reads the ELO reads a mentor's name, and no more of the mentor.
    """
    ids = {row.mentor_id for row in rows if row.mentor_id is not None}
    (mentors,) = db.fetch(MENTORS(ids=list(ids))) if ids else ([],)
    names = {mentor["id"]: mentor["name"] for mentor in mentors}
    for row in rows:
        row.mentor_name = names.get(row.mentor_id)
        row.shown_person = access.shown_person(row.person_id, row.student_id)
        row.is_current = spans.is_held_on(row, access.caller.today)
