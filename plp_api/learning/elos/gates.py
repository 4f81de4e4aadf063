"""What the areas above ask of an ELO's moves, and what they do after them.

They register in `plp_api.server.wiring`, so that this area imports none of them.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement

from plp_api.foundation.access.lifecycle import Guard
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos.models import Awaited, Elo

GATES: dict[str, list[Guard]] = {}
"""By action of the life cycle, what else must hold: asked when the action is taken
(`conditions.require`), so that a list of ELOs asks nothing. A reason may be a Problem that names
the rule."""

Follower = Callable[[Elo, Access], None]
ON_DESIGNED: list[Follower] = []
"""Called when the design is complete: the agreement is frozen."""
ON_CREDITABLE: list[Follower] = []
"""Called when `advance` brings an ELO where its credit is decided; some lines may be already."""
ON_ENDED: list[Follower] = []
"""Called when an ELO was denied, withdrawn or terminated, or its credit is awarded."""
ON_CHANGED: list[Callable[[Elo, Access, frozenset[str]], None]] = []
"""Called after a change, with the names of what changed: columns, or roles of its team."""

WAITERS: dict[Awaited, list[Callable[[], ColumnElement[bool]]]] = {}
"""What else an ELO waits for: criteria over `Elo` (a log entry to verify)."""


def tell_changed(elo: Elo, access: Access, changed: frozenset[str]) -> None:
    """Tell the areas above that these columns or roles of the ELO changed."""
    for follow in ON_CHANGED:
        follow(elo, access, changed)


def tell(followers: list[Follower], elo: Elo, access: Access) -> None:
    """Call ON_DESIGNED, ON_CREDITABLE or ON_ENDED."""
    for follow in followers:
        follow(elo, access)
