"""The place of an item in its tree: the items above it, and how many are beneath."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


def shape(items: Sequence[Any], _access: Access) -> None:
    """Set `path` and `child_count` of an item."""
    for item in items:
        item.path = _path(item)
        item.child_count = _child_count(item)


def _path(item: FrameworkItem) -> Sequence[FrameworkItem]:
    """The item's ancestors, the topmost first, in one statement."""
    if item.parent_id is None:
        return []
    first = select(FrameworkItem.id, FrameworkItem.parent_id, literal(0).label("step"))
    above = first.where(FrameworkItem.id == item.parent_id).cte(recursive=True)
    following = select(FrameworkItem.id, FrameworkItem.parent_id, above.c.step + 1)
    above = above.union_all(following.join(above, FrameworkItem.id == above.c.parent_id))
    ancestors = select(FrameworkItem).join(above, above.c.id == FrameworkItem.id)
    return db.session().scalars(ancestors.order_by(above.c.step.desc())).all()


def _child_count(item: FrameworkItem) -> int:
    beneath = (FrameworkItem.parent_id == item.id, FrameworkItem.retired_on.is_(None))
    return db.session().scalar(select(func.count()).where(*beneath)) or 0
