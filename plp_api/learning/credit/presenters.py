"""Credit lines and appeals as this reader is shown them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.relationships import RecordKind


def shape_lines(lines: Sequence[Any], access: Access) -> None:
    """Set the proficiencies in words, by one statement for all, and the title of the ELO."""
    keys = {UUID(key) for line in lines for key in line.framework_item_ids}
    items: dict[str, FrameworkItem] = {}
    if keys:
        found = db.session().scalars(select(FrameworkItem).where(FrameworkItem.id.in_(keys)))
        items = {str(item.id): item for item in found}
    for line in lines:
        line.framework_items = [items[key] for key in line.framework_item_ids if key in items]
    _title(lines, access)


def shape_appeals(appeals: Sequence[Any], access: Access) -> None:
    """Set the title of the ELO, and who filed: no parent learns who another parent is."""
    for appeal in appeals:
        appeal.shown_filer = access.shown_person(appeal.filed_by, appeal.student_id)
    _title(appeals, access)


def _title(rows: Sequence[Any], access: Access) -> None:
    """Set `elo_title`; null where a court order denies a parent the student's ELOs."""
    access.look_up_denied({row.student_id for row in rows})
    for row in rows:
        is_shown = access.shows(RecordKind.ELOS, row.student_id)
        row.elo_title = row.elo.title if is_shown else None
