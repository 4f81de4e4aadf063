"""By whose code an account was opened: shown to whoever confirms what a person is to a student."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from plp_api import db
from plp_api.identity.models import Invitation

USED = db.Prepared(
    select(Invitation.person_id, Invitation.created_by, Invitation.is_held)
    .where(db.any_of(Invitation.person_id, db.ids_bind("people")), Invitation.used_at.is_not(None))
    .order_by(Invitation.used_at, Invitation.id)
)


def of(person_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Who held the code that each of these people used last; nobody where it was mailed to them."""
    (rows,) = db.fetch(USED(people=list(person_ids)))
    last = {row["person_id"]: row for row in rows}
    return {
        person_id: row["created_by"]
        for person_id, row in last.items()
        if row["is_held"] and row["created_by"] is not None
    }
