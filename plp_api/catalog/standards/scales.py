"""The scale that an item is rated by: its framework's, or the district's default."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, or_, select

from plp_api.catalog.scales.actions import default_for
from plp_api.catalog.scales.models import Scale, ScaleStatus
from plp_api.catalog.standards.models import Framework
from plp_api.foundation import db

SCALES_OF_FRAMEWORKS = select(Framework.scale_id).where(Framework.scale_id.is_not(None))
"""The ids of the scales that frameworks name; their items are rated by them."""


def of_framework(framework: Framework) -> Scale:
    """The framework's own scale; the district's default if it names none."""
    if framework.scale_id is not None:
        return db.session().get_one(Scale, framework.scale_id)
    return default_for(framework.district_id)


def of_frameworks(keys: Collection[UUID]) -> dict[UUID, Scale]:
    """By framework the scale that holds for it, for reading: one statement for all."""
    is_own = Scale.id == Framework.scale_id
    is_default = and_(
        Framework.scale_id.is_(None),
        Scale.district_id == Framework.district_id,
        Scale.is_default.is_(True),
        Scale.status == ScaleStatus.ACTIVE,
    )
    found = select(Framework.id, Scale).join(Scale, or_(is_own, is_default))
    listed = db.any_of(Framework.id, db.ids_bind("ids"))
    rows = db.session().execute(found.where(listed), {"ids": list(keys)})
    return {row.id: row.Scale for row in rows}
