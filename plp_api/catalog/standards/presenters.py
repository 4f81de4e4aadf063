"""The scale that holds for frameworks and items, and the place of an item in its tree."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, select

from plp_api.catalog.standards import scales
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


def shape(items: Sequence[Any], _access: Access) -> None:
    """Set `path`, `child_count` and `scale` of an item."""
    found = scales.of_frameworks({item.framework_id for item in items})
    for item in items:
        item.scale = found.get(item.framework_id)
        item.path = _path(item)
        item.child_count = _child_count(item)


def shape_frameworks(frameworks: Sequence[Any], _access: Access) -> None:
    """Set `scale` of each framework, by one statement."""
    found = scales.of_frameworks({framework.id for framework in frameworks})
    for framework in frameworks:
        framework.scale = found.get(framework.id)


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
