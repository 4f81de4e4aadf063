"""The parts of a version, each with a name such as `sections/{key}` or `goals/{goal_id}`.

`places` walks over a snapshot for all modules that compare parts, contest them
or look for material changes. It includes members that other areas register.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import rfc8785

from plp_api.foundation.access.rows import Access
from plp_api.planning.plans import snapshot
from plp_api.planning.plans.members import SECTIONS, is_known, permission_of
from plp_api.planning.plans.models import PlanVersion

# Members that identify the version and are not its content.
FRAME = frozenset({"format", "plan_id", "plan_version_id", "number", "student_id"})


def content_of(version: PlanVersion) -> dict[str, Any]:
    """The content of the version: its snapshot, or what a snapshot would hold now."""
    return contents_of([version])[version.id]


def contents_of(versions: Sequence[PlanVersion]) -> dict[UUID, dict[str, Any]]:
    """The content of each version by its id; for those not frozen yet, in few queries for all."""
    now = snapshot.contents([version for version in versions if version.snapshot is None])
    frozen = {
        version.id: orjson.loads(version.snapshot)
        for version in versions
        if version.snapshot is not None
    }
    return {**now, **frozen}


def readable(content: dict[str, Any], student_id: Any, access: Access) -> dict[str, Any]:
    """The members of the content that the caller may read.

    A court order may deny some; nobody reads a member of an area that is gone.
    """
    return {
        name: value
        for name, value in content.items()
        if name not in FRAME and is_known(name) and access.may(permission_of(name), student_id)
    }


def require_all(version: PlanVersion, access: Access) -> None:
    """Raise permission_denied if the caller may not read every member of the version."""
    for member in content_of(version).keys() - FRAME:
        access.require(permission_of(member), version)


def places(content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each part: its name (`goals/{id}`), its JSON Pointer (`/goals/0`) and its value.

    A member that is not a list of items with keys is one part.
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
    """The permanent name of an item: its `key`, its `id`, or its own id column (`goal_id`)."""
    if not isinstance(item, dict):
        return None
    own = [one for one in item if one.endswith("_id") and member[:-1].endswith(one[:-3])]
    for name in ("key", "id", *own):
        if isinstance(item.get(name), str):
            return str(item[name])
    return None


def find(content: dict[str, Any], part: str) -> Any:
    """The value of the part; None if there is no such part."""
    return next((value for name, _, value in places(content) if name == part), None)


def digest(part: str, value: Any) -> str:
    """The SHA-256 by which a part is recognized in other versions; of a section, of its text."""
    text = value["body"] if part.startswith(f"{SECTIONS}/") else value
    return hashlib.sha256(rfc8785.dumps(text)).hexdigest()
