"""The filters and sort orders of lists of ELOs."""

from plp_api.catalog.elo_profiles.models import EloType
from plp_api.catalog.item_links.routes import by_item
from plp_api.foundation.rest.paging import Listing, one_of, same_id, search, since
from plp_api.learning.elos.models import Elo, EloStatus

ELOS_OF_STUDENT = Listing(
    filters={
        "status": one_of(Elo.status, EloStatus, "Only those in these states."),
        "type": one_of(Elo.type, EloType, "Only those of these types."),
        "partner_id": same_id(Elo.partner_id, "Only those at this partner."),
        "framework_item_id": by_item(Elo),
        "updated_since": since(Elo.updated_at),
        "q": search(Elo.title, Elo.description),
    },
    sorts={"created_at": Elo.created_at, "updated_at": Elo.updated_at},
)
ELOS = Listing(
    filters=ELOS_OF_STUDENT.filters,
    sorts={"updated_at": Elo.updated_at, "created_at": Elo.created_at},
).across_students()
