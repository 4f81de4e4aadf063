"""Find other entries that are likely the same partner, with the reasons."""

from enum import StrEnum
from typing import Any

from sqlalchemy import or_

from plp_api.catalog.partners.models import Partner
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest import paging


class Likeness(StrEnum):
    """What two partners have in common, apart from case, accents and the like."""

    SAME_NAME = "same_name"
    SAME_WEBSITE = "same_website"
    SAME_EMAIL = "same_email"
    SAME_PHONE = "same_phone"


COLUMNS = {
    Likeness.SAME_NAME: Partner.folded_name,
    Likeness.SAME_WEBSITE: Partner.folded_website,
    Likeness.SAME_EMAIL: Partner.folded_email,
    Likeness.SAME_PHONE: Partner.folded_phone,
}
DUPLICATES = paging.Listing(
    filters={"updated_since": paging.since(Partner.updated_at)},
    sorts={"name": Partner.name, "updated_at": Partner.updated_at},
)


def page(access: Access, partner: Partner, query: dict[str, Any]) -> paging.Page:
    """One page of the partners that are likely the same, each with its `reasons`."""
    values = {column: getattr(partner, column.key) for column in COLUMNS.values()}
    alike = or_(*(column == value for column, value in values.items() if value))
    others = access.select(Partner).where(alike, Partner.id != partner.id)
    found = paging.page(others, DUPLICATES, query, access)
    for other in found.items:
        other.reasons = reasons(partner, other)
    return found


def reasons(partner: Partner, other: Partner) -> list[Likeness]:
    """What the two have in common."""
    return [
        likeness
        for likeness, column in COLUMNS.items()
        if (value := getattr(partner, column.key)) and value == getattr(other, column.key)
    ]
