"""The filters and sort orders of lists of raised hands."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.paging import (
    Listing,
    of_id,
    on_or_before,
    one_of,
    same_id,
    since,
    yes_or_no,
)
from plp_api.learning.interests import seats
from plp_api.learning.interests.models import Interest, InterestStatus


def _at_partners(partners: Sequence[Any]) -> ColumnElement[bool]:
    return Interest.opportunity.has(Opportunity.partner_id.in_(partners))


INTERESTS_OF_STUDENT = Listing(
    filters={
        "status": one_of(Interest.status, InterestStatus, "Only those in these states."),
        "opportunity_id": same_id(Interest.opportunity_id, "Only for this opportunity."),
        "partner_id": of_id("Only for opportunities of this partner.", _at_partners),
        "holds_seat": yes_or_no(seats.is_held(), "Whether a seat is held today."),
        "last_day_by": on_or_before(
            Interest.last_day, "Only those whose last day is that day or earlier."
        ),
        "updated_since": since(Interest.updated_at),
    },
    sorts={"created_at": Interest.created_at, "updated_at": Interest.updated_at},
)
INTERESTS = replace(
    INTERESTS_OF_STUDENT,
    sorts={"updated_at": Interest.updated_at, "created_at": Interest.created_at},
).across_students()


def at_partner(partner: Partner, access: Access) -> Select[Any]:
    """The raised hands for the partner's opportunities, of students whom the caller reaches."""
    return access.select(Interest).where(_at_partners([partner.id]))
