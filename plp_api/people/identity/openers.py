"""The openers of accounts: who could read the code that a person used to activate theirs.

Staff see the opener before they confirm a relationship.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import case, select

from plp_api.foundation import db
from plp_api.people.identity.models import Invitation

_OPENED_BY = case((Invitation.is_held, Invitation.created_by), else_=Invitation.mailed_to_entry_of)
USED = db.Prepared(
    select(Invitation.person_id, _OPENED_BY.label("opened_by"))
    .where(db.any_of(Invitation.person_id, db.ids_bind("people")), Invitation.used_at.is_not(None))
    .order_by(Invitation.used_at, Invitation.id)
)


def last_of(person_id: Any) -> Any:
    """The opener of one person's account, as a scalar subquery; null as `of` leaves one out."""
    return (
        select(_OPENED_BY)
        .where(Invitation.person_id == person_id, Invitation.used_at.is_not(None))
        .order_by(Invitation.used_at.desc(), Invitation.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def of(person_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """By person: who printed the code that they used last, or entered the address it went to.

    A person is left out if the code was mailed to an address that nobody had entered.
    """
    (rows,) = db.fetch(USED(people=list(person_ids)))
    last = {row["person_id"]: row["opened_by"] for row in rows}
    return {person_id: opener for person_id, opener in last.items() if opener is not None}
