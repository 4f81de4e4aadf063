"""The parts of a version, by where each stands: `sections/{key}`, `goals/{goal_id}`.

One walk over a snapshot serves what compares parts, contests them, and asks
whether a change was material; members that areas above add come by themselves.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson
import rfc8785

from plp_api.foundation.access.rows import Access
from plp_api.planning.plans import snapshot
from plp_api.planning.plans.members import SECTIONS, permission_of
from plp_api.planning.plans.models import PlanVersion

# What names the version and not what stands in it.
FRAME = frozenset({"format", "plan_id", "plan_version_id", "number", "student_id"})


def content_of(version: PlanVersion) -> dict[str, Any]:
    """What stands in the version: as it was frozen, or as it would be now."""
    if version.snapshot is None:
        return snapshot.content(version)
    found: dict[str, Any] = orjson.loads(version.snapshot)
    return found


def readable(content: dict[str, Any], student_id: Any, access: Access) -> dict[str, Any]:
    """The members of the content that the caller may read: an order may deny some."""
    return {
        name: value
        for name, value in content.items()
        if name not in FRAME and access.may(permission_of(name), student_id)
    }


def require_all(version: PlanVersion, access: Access) -> None:
    """Refuse with permission_denied who is denied a part of what was frozen."""
    for member in content_of(version).keys() - FRAME:
        access.require(permission_of(member), version)


def places(content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each part: its name (`goals/{id}`), where it stands (`/goals/0`), and what stands there.

    A member that is no list of named things is one part by itself.
    """
    for name, value in content.items():
        if name in FRAME:
            continue
        items = value if isinstance(value, list) else None
        keys = [_key(name, one) for one in items or ()]
        if items is None or None in keys:
            yield name, f"/{name}", value
            continue
        for position, (key, one) in enumerate(zip(keys, items, strict=True)):
            yield f"{name}/{key}", f"/{name}/{position}", one


def _key(member: str, item: Any) -> str | None:
    """What names an item for good: its key, its id, or the id of what it is (`goal_id`)."""
    if not isinstance(item, dict):
        return None
    own = [one for one in item if one.endswith("_id") and member[:-1].endswith(one[:-3])]
    for name in ("key", "id", *own):
        if isinstance(item.get(name), str):
            return str(item[name])
    return None


def find(content: dict[str, Any], part: str) -> Any:
    """What stands at the part; None where there is no such part."""
    return next((value for name, _, value in places(content) if name == part), None)


def digest(part: str, value: Any) -> str:
    """The hash by which a part's text is known again; of a section, its words alone."""
    text = value["body"] if part.startswith(f"{SECTIONS}/") else value
    return hashlib.sha256(rfc8785.dumps(text)).hexdigest()
