"""What every reader is shown of an opportunity: how many seats are left, never who holds them."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.opportunities import seats
from plp_api.foundation.access.rows import Access


def shape(opportunities: Sequence[Any], access: Access) -> None:
    """Set `seats_left` and `is_open`, as of today."""
    held = seats.held_today((one.id for one in opportunities), access)
    today = access.caller.today
    for opportunity in opportunities:
        opportunity.seats_left = seats.left(opportunity, held.get(opportunity.id, 0))
        opportunity.is_open = opportunity.closed_because(today) is None
