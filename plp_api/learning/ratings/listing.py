"""The filters and sort orders of lists of ratings."""

from typing import Any

from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Listing,
    equals,
    of_id,
    on_or_after,
    one_of,
    same_id,
    since,
    yes_or_no,
)
from plp_api.learning.ratings.models import LONGEST_LEVEL, Rating, RatingStatus


def _of_frameworks(keys: Any) -> Any:
    items = select(FrameworkItem.id).where(FrameworkItem.framework_id.in_(keys))
    return Rating.framework_item_id.in_(items)


RATINGS = Listing(
    filters={
        "framework_id": of_id("Only ratings in items of this framework.", _of_frameworks),
        "framework_item_id": same_id(Rating.framework_item_id, "Only ratings in this item."),
        "is_self": yes_or_no(
            Rating.is_self, "Only the students' own ratings, or only the school's."
        ),
        "level": equals(
            Rating.level,
            Text(
                longest=LONGEST_LEVEL,
                metadata={"description": "Only ratings at this level.", "example": "proficient"},
            ),
        ),
        "status": one_of(Rating.status, RatingStatus, "Only ratings in these states."),
        "rated_since": on_or_after(Rating.rated_on, "Only ratings of that day or later."),
        "rated_by": same_id(Rating.rated_by, "Only ratings that this person gave."),
        "updated_since": since(Rating.updated_at),
    },
    sorts={"rated_on": Rating.rated_on, "updated_at": Rating.updated_at},
)
