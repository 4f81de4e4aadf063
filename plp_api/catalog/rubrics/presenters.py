"""Rubrics as they are shown: each criterion with its framework items."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.standards import items
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation.access.rows import Access


def shape(rubrics: Sequence[Any], _access: Access) -> None:
    """Set `shown_criteria` of each rubric; one query for the items of all."""
    found = items.by_key(key for rubric in rubrics for key in rubric.framework_item_ids)
    for rubric in rubrics:
        rubric.shown_criteria = _shown(rubric, found)


def _shown(rubric: Rubric, found: dict[str, FrameworkItem]) -> list[dict[str, Any]]:
    return [
        {**one, "framework_items": [found[key] for key in one["framework_item_ids"]]}
        for one in rubric.criteria
    ]
