"""The scale that an item is rated by: its framework's, or the district's default."""

from sqlalchemy import select

from plp_api.catalog.scales.actions import default_for
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework
from plp_api.foundation import db

SCALES_OF_FRAMEWORKS = select(Framework.scale_id).where(Framework.scale_id.is_not(None))
"""The ids of the scales that frameworks name; their items are rated by them."""


def of_framework(framework: Framework) -> Scale:
    """The framework's own scale; the district's default if it names none."""
    if framework.scale_id is not None:
        return db.session().get_one(Scale, framework.scale_id)
    return default_for(framework.district_id)
