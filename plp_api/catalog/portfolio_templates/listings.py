"""The filters and sort orders of portfolio templates."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from plp_api.catalog.portfolio_templates.models import PortfolioPurpose, PortfolioTemplate
from plp_api.foundation import db
from plp_api.foundation.rest.editions import edition_filters
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    of_id,
    one_of,
    repeatable,
    search,
    since,
    word_of,
)
from plp_api.foundation.roster.models import GRADES_WITH_PLANS


def _of_schools(schools: Sequence[Any]) -> ColumnElement[bool]:
    return or_(PortfolioTemplate.school_id.is_(None), PortfolioTemplate.school_id.in_(schools))


def _for_grades(grades: Sequence[str]) -> ColumnElement[bool]:
    """Without grades a template is for all."""
    named = (db.has_tag(PortfolioTemplate.grades, grade) for grade in grades)
    return or_(PortfolioTemplate.grades == frozenset(), *named)


TEMPLATES = Listing(
    filters={
        **edition_filters(PortfolioTemplate),
        "purpose": one_of(PortfolioTemplate.purpose, PortfolioPurpose, "Only for these purposes."),
        "for_grade": Filter(
            repeatable(word_of(GRADES_WITH_PLANS, "Only what is offered in this grade.")),
            _for_grades,
        ),
        "school_id": of_id(
            "Only what this school offers: its own and the district's.", _of_schools
        ),
        "q": search(PortfolioTemplate.title, PortfolioTemplate.description),
        "updated_since": since(PortfolioTemplate.updated_at),
    },
    sorts={
        "created_at": PortfolioTemplate.created_at,
        "updated_at": PortfolioTemplate.updated_at,
    },
)
