"""Design templates as they are shown: with the words of their framework items."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


def shape(templates: Sequence[Any], _access: Access) -> None:
    """Set `framework_items` of each template; one query for the items of all."""
    keys = {UUID(key) for template in templates for key in template.framework_item_ids}
    items = {}
    if keys:
        found = db.session().scalars(select(FrameworkItem).where(FrameworkItem.id.in_(keys)))
        items = {str(item.id): item for item in found}
    for template in templates:
        template.framework_items = [items[key] for key in template.framework_item_ids]
