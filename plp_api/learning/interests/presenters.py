"""What every reader is shown of a raised hand."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access


def shape(interests: Sequence[Any], access: Access) -> None:
    """Set what depends on the day, and `shown_decider`: None if the caller may not know them."""
    today = access.caller.today
    for interest in interests:
        interest.holds_seat = interest.holds_seat_on(today)
        interest.is_lapsed = interest.is_lapsed_on(today)
        interest.shown_decider = access.shown_person(interest.decided_by, interest.student_id)
