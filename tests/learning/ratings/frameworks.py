"""A framework written as rows: two strands, with items below."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock
from plp_api.foundation.db import new_id

# Code, the code above it, and the place in the tree.
TREE = (
    ("W", None),
    ("W.2", "W"),
    ("W.2.a", "W.2"),
    ("W.1", "W"),
    ("S", None),
    ("S.1", "S"),
)


def add_framework(
    session: Any, district_id: UUID, title: str = "Proficiencies", **columns: Any
) -> Mapping[str, UUID]:
    """Write the framework; return the ids of its items by code, and its own as `framework`."""
    own: Any = {"district_id": district_id, "last_changed_at": clock.now()}
    framework_id = new_id()
    session.add(
        Framework(id=framework_id, **own, identifier=new_id(), source="csv", title=title, **columns)
    )
    session.flush()
    ids = {"framework": framework_id}
    for position, (code, above) in enumerate(TREE, 1):
        ids[code] = new_id()
        session.add(
            FrameworkItem(
                id=ids[code],
                **own,
                framework_id=framework_id,
                identifier=new_id(),
                parent_id=ids[above] if above else None,
                position=position,
                code=code,
                statement=f"Does {code}.",
                abbreviated_statement=f"{code} for short",
            )
        )
        session.flush()
    return ids


def add_scale(session: Any, district_id: UUID, *keys: str) -> UUID:
    """Write a scale with these levels; return its id."""
    levels = [{"key": key, "title": key.capitalize(), "description": ""} for key in keys]
    scale = Scale(id=new_id(), district_id=district_id, title="Own", levels=levels)
    session.add(scale)
    session.flush()
    return scale.id
