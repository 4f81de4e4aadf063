"""The filters and sort orders of lists of showcases."""

from plp_api.foundation.rest.paging import Listing, one_of, search, since
from plp_api.learning.showcases.models import (
    Showcase,
    ShowcaseItem,
    ShowcaseSection,
    ShowcaseStatus,
)

FILTERS = {
    "status": one_of(Showcase.status, ShowcaseStatus, "Only those in these states."),
    "updated_since": since(Showcase.updated_at),
    "q": search(Showcase.title),
}
SHOWCASES_OF_STUDENT = Listing(
    filters=FILTERS,
    sorts={"created_at": Showcase.created_at, "updated_at": Showcase.updated_at},
)
SHOWCASES = Listing(
    filters=FILTERS,
    sorts={"updated_at": Showcase.updated_at, "created_at": Showcase.created_at},
)
SECTIONS = Listing(
    filters={"updated_since": since(ShowcaseSection.updated_at)},
    sorts={
        "position": ShowcaseSection.position,
        "updated_at": ShowcaseSection.updated_at,
    },
)
ITEMS = Listing(
    filters={"updated_since": since(ShowcaseItem.updated_at)},
    sorts={"position": ShowcaseItem.position, "updated_at": ShowcaseItem.updated_at},
)
