"""The filters and sort orders of partners, and of what belongs to them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import exists
from sqlalchemy.sql.elements import ColumnElement

from plp_api.catalog.partners.models import (
    Accessibility,
    Insurance,
    InsuranceKind,
    Mentor,
    Partner,
    PartnerContact,
    PartnerKind,
    PartnerSite,
    PartnerStatus,
    TransportToSite,
)
from plp_api.foundation import db, texts
from plp_api.foundation.access.caller import holds, is_not_over
from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    in_states,
    one_of,
    repeatable,
    same_id,
    search,
    since,
    yes_or_no,
)

Criterion = Callable[[Any], ColumnElement[bool]]


def _at_a_site(criterion: Criterion) -> Criterion:
    """Whether a site of the partner meets the criterion."""
    return lambda chosen: exists().where(PartnerSite.partner_id == Partner.id, criterion(chosen))


def is_in_town(towns: Sequence[str]) -> ColumnElement[bool]:
    """Whether a site is in one of the towns."""
    return db.plain(PartnerSite.town).in_([texts.plain(town) for town in towns])


def by_town(criterion: Criterion, description: str) -> Filter:
    """The filter `town`, with its criterion over the towns."""
    words = f"{description} Case and accents are ignored."
    field = Text(longest=100, metadata={"description": words, "example": "Barre"})
    return Filter(repeatable(field), criterion)


has_accessibility = partial(db.has_one_tag, PartnerSite.accessibility)
has_transport = partial(db.has_one_tag, PartnerSite.transport)
IS_INSURED = exists().where(Insurance.partner_id == Partner.id, holds(Insurance))

PARTNERS = Listing(
    filters={
        "status": one_of(Partner.status, PartnerStatus, "Only partners in these states."),
        "kind": one_of(Partner.kind, PartnerKind, "Only partners of these kinds."),
        "town": by_town(_at_a_site(is_in_town), "Only partners with a site in this town."),
        "accessibility": in_states(
            Accessibility,
            "Only partners with a site that offers this.",
            _at_a_site(has_accessibility),
        ),
        "transport": in_states(
            TransportToSite,
            "Only partners with a site that students reach so.",
            _at_a_site(has_transport),
        ),
        "has_current_insurance": yes_or_no(
            IS_INSURED, "Only partners with an insurance that holds today, or only the others."
        ),
        "updated_since": since(Partner.updated_at),
        "q": search(Partner.name, Partner.description),
    },
    sorts={"name": Partner.name, "updated_at": Partner.updated_at},
)
SITES = Listing(
    filters={
        "town": by_town(is_in_town, "Only sites in this town."),
        "accessibility": in_states(Accessibility, "Only sites that offer this.", has_accessibility),
        "transport": in_states(
            TransportToSite, "Only sites that students reach so.", has_transport
        ),
        "updated_since": since(PartnerSite.updated_at),
    },
    sorts={"name": PartnerSite.name, "updated_at": PartnerSite.updated_at},
)
CONTACTS = Listing(
    filters={"updated_since": since(PartnerContact.updated_at)},
    sorts={"name": PartnerContact.name, "updated_at": PartnerContact.updated_at},
)
MENTORS = Listing(
    filters={
        "site_id": same_id(Mentor.site_id, "Only mentors at this site."),
        "is_current": yes_or_no(
            is_not_over(Mentor), "Only those who have not ended, or only the others."
        ),
        "updated_since": since(Mentor.updated_at),
    },
    sorts={"name": Mentor.name, "updated_at": Mentor.updated_at},
)
INSURANCES = Listing.of_spans(
    Insurance, kind=one_of(Insurance.kind, InsuranceKind, "Only insurances of these kinds.")
)
