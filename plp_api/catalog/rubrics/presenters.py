"""Rubrics as they are shown: each criterion with its framework items."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


def shape(rubrics: Sequence[Any], _access: Access) -> None:
    """Set `shown_criteria` of each rubric; one query for the items of all."""
    keys = {UUID(key) for rubric in rubrics for key in rubric.framework_item_ids}
    items = {}
    if keys:
        found = db.session().scalars(select(FrameworkItem).where(FrameworkItem.id.in_(keys)))
        items = {str(item.id): item for item in found}
    for rubric in rubrics:
        rubric.shown_criteria = _shown(rubric, items)


def _shown(rubric: Rubric, items: dict[str, FrameworkItem]) -> list[dict[str, Any]]:
    return [
        {**one, "framework_items": [items[key] for key in one["framework_item_ids"]]}
        for one in rubric.criteria
    ]
