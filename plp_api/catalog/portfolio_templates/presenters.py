"""Portfolio templates as they are shown: each slot with its framework items."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.catalog.standards import items
from plp_api.foundation.access.rows import Access


def shape(templates: Sequence[Any], _access: Access) -> None:
    """Set `shown_slots` of each template; one query for the items of all."""
    shown = slots_of(templates)
    for template in templates:
        template.shown_slots = shown[template.id]


def slots_of(templates: Sequence[PortfolioTemplate]) -> dict[Any, list[dict[str, Any]]]:
    """The slots of each template, by its id, with their framework items in words."""
    keys = (key for one in templates for slot in one.slots for key in slot["framework_item_ids"])
    found = items.by_key(keys)
    return {
        template.id: [
            {**slot, "framework_items": [found[key] for key in slot["framework_item_ids"]]}
            for slot in template.slots
        ]
        for template in templates
    }
