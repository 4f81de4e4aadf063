"""The filters and sort orders of design templates."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from plp_api.catalog.elo_designs.models import DesignTemplate, DesignTemplateStatus
from plp_api.catalog.elo_profiles.models import EloType
from plp_api.foundation.rest.paging import Listing, of_id, one_of, search, since


def _of_schools(schools: Sequence[Any]) -> ColumnElement[bool]:
    return or_(DesignTemplate.school_id.is_(None), DesignTemplate.school_id.in_(schools))


TEMPLATES = Listing(
    filters={
        "status": one_of(DesignTemplate.status, DesignTemplateStatus, "Only in these states."),
        "type": one_of(DesignTemplate.type, EloType, "Only for these types of ELO."),
        "school_id": of_id(
            "Only what this school may use: its own and the district's.", _of_schools
        ),
        "updated_since": since(DesignTemplate.updated_at),
        "q": search(DesignTemplate.title, DesignTemplate.description),
    },
    sorts={"title": DesignTemplate.title, "updated_at": DesignTemplate.updated_at},
)
