"""What the readers of share links are shown: to whom each was given and why, from the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.learning.sharing.models import ShareStop
from plp_api.learning.showcases.presenters import NAMES


def shape(links: Sequence[Any], access: Access) -> None:
    """Set to whom links were given, why, who stopped them, and whether the name is disclosed."""
    access.look_up(link.student_id for link in links)
    keys = [link.id for link in links]
    given = select(Disclosure).where(Disclosure.link_id.in_(keys))
    rows = {row.link_id: row for row in db.session().scalars(given)}
    stops = select(ShareStop.link_id, ShareStop.reason).where(ShareStop.link_id.in_(keys))
    reasons: dict[UUID, str] = {row.link_id: row.reason for row in db.session().execute(stops)}
    for link in links:
        row = rows.get(link.id)
        link.given_to = row.party if row else ""
        link.why = row.interest if row else ""
        link.stop_reason = reasons.get(link.id)
        link.disclosed = frozenset() if access.is_family(link.student_id) else NAMES
        link.shown_ender = access.shown_person(link.ended_by, link.student_id)
