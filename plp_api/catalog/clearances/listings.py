"""The filters and sort orders of clearances."""

from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import aliased

from plp_api.catalog.clearances.models import Clearance, ClearanceStatus
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.rest.paging import (
    Listing,
    on_or_before,
    one_of,
    same_id,
    since,
    yes_or_no,
)
from plp_api.foundation.roster.district_settings import ClearanceKind

newer = aliased(Clearance)
HAS_NEWER = exists().where(
    newer.partner_id == Clearance.partner_id,
    newer.mentor_id.is_not_distinct_from(Clearance.mentor_id),
    newer.kind == Clearance.kind,
    newer.status == ClearanceStatus.RECORDED,
    or_(
        newer.checked_on > Clearance.checked_on,
        and_(newer.checked_on == Clearance.checked_on, newer.id > Clearance.id),
    ),
)
IS_CURRENT = and_(
    Clearance.status == ClearanceStatus.RECORDED,
    or_(Clearance.valid_until.is_(None), Clearance.valid_until >= TODAY),
    ~HAS_NEWER,
)

OF_PARTNER = Listing(
    filters={
        "mentor_id": same_id(Clearance.mentor_id, "Only checks of this mentor."),
        "status": one_of(Clearance.status, ClearanceStatus, "Only clearances in these states."),
        "kind": one_of(Clearance.kind, ClearanceKind, "Only checks of these kinds."),
        "is_cleared": yes_or_no(
            Clearance.is_cleared, "Only checks that were passed, or only the others."
        ),
        "expires_by": on_or_before(
            Clearance.valid_until, "Only those whose last day is that day or earlier."
        ),
        "is_current": yes_or_no(
            IS_CURRENT,
            "Only those that count today, or only the others: withdrawn, expired, or followed by a"
            " newer check of the same kind.",
        ),
        "updated_since": since(Clearance.updated_at),
    },
    sorts={"checked_on": Clearance.checked_on, "updated_at": Clearance.updated_at},
)
CLEARANCES = Listing(
    filters={
        "partner_id": same_id(Clearance.partner_id, "Only this partner's and its mentors'."),
        **OF_PARTNER.filters,
    },
    sorts={"updated_at": Clearance.updated_at, "checked_on": Clearance.checked_on},
)
