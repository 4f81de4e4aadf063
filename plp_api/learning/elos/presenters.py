"""What every reader is shown of an ELO."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos import clearing, team


def shape(elos: Sequence[Any], access: Access) -> None:
    """Set the items, the team of today, and the people whom the caller may know."""
    item_links.shape(elos, access)
    team.look_up(elos, access)
    clearing.look_up(elos, access)
    for elo in elos:
        elo.shown_profile = elo.profile or None
        elo.shown_creator = access.shown_person(elo.created_by, elo.student_id)
        elo.shown_accepter = access.shown_person(elo.accepted_by, elo.student_id)
