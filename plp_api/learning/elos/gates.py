"""What the areas above ask of an ELO's moves, and what they do after them.

They register in `plp_api.server.wiring`, so that this area imports none of them.
"""

from collections.abc import Callable, Iterable

from plp_api.foundation.access.lifecycle import Guard, Reason
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos.models import Elo

GATES: dict[str, list[Guard]] = {}
"""By action of the life cycle: further guards."""

Follower = Callable[[Elo, Access], None]
ON_DESIGNED: list[Follower] = []
"""Called when the design is complete: the agreement is frozen."""
ON_ENDED: list[Follower] = []
"""Called when an ELO was denied, withdrawn or terminated, or its credit is awarded."""
ON_CHANGED: list[Callable[[Elo, Access, frozenset[str]], None]] = []
"""Called after a change, with the names of what changed: columns, or roles of its team."""


def asked(action: str) -> Guard:
    """The guard that asks everything registered for the action."""

    def guard(elo: Elo, access: Access) -> Reason | None:
        reasons: Iterable[Reason | None] = (ask(elo, access) for ask in GATES.get(action, ()))
        return next((reason for reason in reasons if reason), None)

    return guard
