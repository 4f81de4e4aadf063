"""The members of a snapshot, each with the permission that reading it needs.

The sections are the plan's own. Areas above register theirs (`plp_api.server.wiring`);
plans know none of them.
"""

from collections.abc import Callable
from typing import Any

from plp_api.foundation.access.permissions import Permission

SECTIONS, WHOLE = "sections", ""

SNAPSHOT_PARTS: list[tuple[str, Permission, Callable[[Any], Any]]] = []
"""Members beside the sections: a name, what a reader needs, and the plan's content of that name
(plain data; ids, never names)."""


def permission_of(part: str) -> Permission:
    """What reading a part needs, or a member, or the whole version (an empty name).

    Raises LookupError for a member that nobody registered: it is shown to nobody.
    """
    member = part.split("/", maxsplit=1)[0]
    if member in (SECTIONS, WHOLE):
        return Permission.PLANS_READ
    for name, permission, _ in SNAPSHOT_PARTS:
        if name == member:
            return permission
    raise LookupError(f"no such member of a snapshot: {member}")
