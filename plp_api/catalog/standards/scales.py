"""The scale that an item is rated by: its framework's, or the district's default."""

from plp_api.catalog.scales.actions import default_for
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework
from plp_api.foundation import db


def of_framework(framework: Framework) -> Scale:
    """The framework's own scale; the district's default if it names none."""
    if framework.scale_id is not None:
        return db.session().get_one(Scale, framework.scale_id)
    return default_for(framework.district_id)
