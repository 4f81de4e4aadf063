"""The members of a snapshot, each with the permission to read it.

Plans define the sections. Areas that build on plans register the other members
(`plp_api.server.wiring`).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission

SECTIONS, WHOLE = "sections", ""

SNAPSHOT_PARTS: list[tuple[str, Permission, Callable[[Collection[UUID]], Mapping[UUID, Any]]]] = []
"""Members beside the sections: a name, the permission to read it, and a function of the ids of
plans that returns the content of each as plain data (ids of people, never their names). A plan
that the answer leaves out has no such member."""


def is_known(member: str) -> bool:
    """Whether the member is the plan's own, or an area registered it."""
    return member == SECTIONS or any(name == member for name, _, _ in SNAPSHOT_PARTS)


def permission_of(part: str) -> Permission:
    """The permission to read a part, a member, or the whole version (an empty name).

    Raises LookupError for a member that is not registered, so that nobody reads it.
    """
    member = part.split("/", maxsplit=1)[0]
    if member in (SECTIONS, WHOLE):
        return Permission.PLANS_READ
    for name, permission, _ in SNAPSHOT_PARTS:
        if name == member:
            return permission
    raise LookupError(f"no such member of a snapshot: {member}")
