"""The filters and sort orders of the list of opportunities."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from plp_api.catalog.opportunities import seats
from plp_api.catalog.opportunities.models import (
    Cluster,
    Opportunity,
    OpportunityKind,
    OpportunityStatus,
    Season,
    line,
)
from plp_api.catalog.partners.listings import by_town, is_in_town
from plp_api.catalog.partners.models import (
    Accessibility,
    Partner,
    PartnerSite,
    PartnerStatus,
    TransportToSite,
)
from plp_api.foundation import db, texts
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    in_states,
    of_id,
    on_or_after,
    on_or_before,
    one_of,
    repeatable,
    same_id,
    search,
    since,
    whether,
    word_of,
)
from plp_api.foundation.roster.models import GRADES_WITH_PLANS


def _here_or_at_site(name: str, words: Sequence[str]) -> ColumnElement[bool]:
    """Whether the opportunity itself, or its site, offers one of these."""
    at_site = Opportunity.site.has(db.has_one_tag(getattr(PartnerSite, name), words))
    return or_(db.has_one_tag(getattr(Opportunity, name), words), at_site)


def _for_grades(grades: Sequence[str]) -> ColumnElement[bool]:
    return or_(Opportunity.grades == "", db.has_one_tag(Opportunity.grades, grades))


def _of_schools(schools: Sequence[Any]) -> ColumnElement[bool]:
    return or_(Opportunity.school_id.is_(None), Opportunity.school_id.in_(schools))


def _with_skills(skills: Sequence[str]) -> ColumnElement[bool]:
    lines, wanted = db.plain(Opportunity.skill_lines), (line(texts.plain(one)) for one in skills)
    return or_(*(lines.contains(one, autoescape=True) for one in wanted))


def _in_towns(towns: Sequence[str]) -> ColumnElement[bool]:
    return Opportunity.site.has(is_in_town(towns))


def _with_words(words: str) -> ColumnElement[bool]:
    own = search(Opportunity.title, Opportunity.description, Opportunity.skill_lines).criterion(
        words
    )
    return or_(own, Opportunity.partner.has(search(Partner.name).criterion(words)))


def _is_open() -> ColumnElement[bool]:
    """SQL of `Opportunity.closed_because`: whether a hand may be raised today."""
    is_archived = Opportunity.partner.has(Partner.status == PartnerStatus.ARCHIVED)
    return and_(
        Opportunity.status == OpportunityStatus.OPEN,
        ~is_archived,
        or_(Opportunity.ends_on.is_(None), Opportunity.ends_on > TODAY),
        or_(Opportunity.apply_by.is_(None), Opportunity.apply_by >= TODAY),
    )


def _skill() -> Text:
    described = {"description": "Only where this skill is learned.", "example": "First aid"}
    return Text(longest=100, metadata=described)


OPPORTUNITIES = Listing(
    filters={
        "q": Filter(search(Opportunity.title).field, _with_words),
        "status": one_of(Opportunity.status, OpportunityStatus, "Only those in these states."),
        "is_open": whether(_is_open, "Whether a hand may be raised today."),
        "has_seats": whether(seats.is_left, "Whether a seat is left today."),
        "kind": one_of(Opportunity.kind, OpportunityKind, "Only of these kinds."),
        "cluster": one_of(Opportunity.cluster, Cluster, "Only in these career clusters."),
        "school_id": of_id("Only what this school's students are offered.", _of_schools),
        "partner_id": same_id(Opportunity.partner_id, "Only of this partner."),
        "season": in_states(
            Season, "Only in these seasons.", partial(db.has_one_tag, Opportunity.seasons)
        ),
        "grade": Filter(
            repeatable(word_of(GRADES_WITH_PLANS, "Only for students in this grade.")),
            _for_grades,
        ),
        "skill": Filter(repeatable(_skill()), _with_skills),
        "town": by_town(_in_towns, "Only at a site in this town."),
        "accessibility": in_states(
            Accessibility,
            "Only with one of these, there or at the site.",
            partial(_here_or_at_site, "accessibility"),
        ),
        "transport": in_states(
            TransportToSite,
            "Only reached in one of these ways.",
            partial(_here_or_at_site, "transport"),
        ),
        "starts_since": on_or_after(
            Opportunity.starts_on, "Only those that start on that day or later."
        ),
        "starts_by": on_or_before(
            Opportunity.starts_on, "Only those that start on that day or earlier."
        ),
        "apply_by": on_or_before(
            Opportunity.apply_by, "Only those whose last day to raise a hand is then or earlier."
        ),
        "updated_since": since(Opportunity.updated_at),
    },
    sorts={
        "title": Opportunity.title,
        "apply_by": Opportunity.apply_order,
        "starts_on": Opportunity.starts_order,
        "updated_at": Opportunity.updated_at,
    },
)
