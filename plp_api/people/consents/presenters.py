"""What the readers of consents are shown of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.people.consents import standing
from plp_api.people.consents.models import Consent


def shape(consents: Sequence[Any], access: Access) -> None:
    """Set `is_standing`, and who withdrew it, as far as the reader may learn that."""
    holding = _standing(consents, access)
    access.look_up(consent.student_id for consent in consents)
    for consent in consents:
        consent.is_standing = consent.id in holding
        consent.shown_withdrawn_by = access.shown_person(consent.withdrawn_by, consent.student_id)


def _standing(consents: Sequence[Any], access: Access) -> set[Any]:
    """The ids of those that hold today; in one statement."""
    if not consents:
        return set()
    query = select(Consent.id).where(
        db.any_of(Consent.id, db.ids_bind("ids")), standing.is_standing(access.caller.today)
    )
    ids = [consent.id for consent in consents]
    return set(db.session().scalars(query, {"ids": ids}))
