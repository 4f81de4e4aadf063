"""What the links of an ELO to framework items rest on."""

from plp_api.foundation.access.rows import Access
from plp_api.learning.elos import actions
from plp_api.learning.elos.models import BEGUN, Elo

COUNTS = Elo.status.in_(sorted(BEGUN))
"""Evidence for its items once the work began, unless it was withdrawn or terminated."""


def change(elo: Elo, access: Access) -> None:
    """Give the ELO, which shows its items, a new version. Raises what `require_designable` does."""
    actions.require_designable(elo, access)
    actions.changed(elo, access, "framework_items")
