"""Annual reviews: to prepare, to hold, and missed ones."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import DISTRICT, TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.source import (
    A_YEAR_AGO,
    REVIEW,
    REVIEWS,
    SOON,
    Make,
    Source,
    item_columns,
    of_plan,
    seen,
)
from plp_api.planning.reviews.models import Review, ReviewStatus

COMES_SOON = and_(Review.due_on >= TODAY, Review.due_on <= SOON)
IS_PREPARED = and_(Review.status == ReviewStatus.PREPARED, Review.due_on >= TODAY)
IS_COMING = and_(Review.status == ReviewStatus.SCHEDULED, COMES_SOON)


def _reviews(needed: Permission, *criteria: ColumnElement[bool]) -> Make:
    """Reviews of this cycle that no version has completed."""

    def make(caller: Caller) -> Select[Any]:
        at = func.coalesce(Review.prepared_at, Review.created_at)
        items = item_columns(Review, at, words=literal(""), due_on=Review.due_on)
        return of_plan(
            items,
            Review,
            Review.plan_version_id.is_(None),
            Review.cycle_starts_on <= TODAY,
            seen(Review, caller, needed),
            is_unrelated(Review.student_id, caller),
            *criteria,
        )

    return make


def _reviews_overdue(caller: Caller) -> Select[Any]:
    """Reviews that were missed, until a later one is complete. Only the home school's."""
    later = aliased(Review)
    is_over = exists().where(
        later.student_id == Review.student_id,
        later.cycle_starts_on > Review.cycle_starts_on,
        later.plan_version_id.is_not(None),
    )
    make = _reviews(
        Permission.REVIEWS_HOLD,
        Review.district_id == DISTRICT,
        Review.due_on < TODAY,
        Review.due_on > A_YEAR_AGO,
        Review.status != ReviewStatus.EXCEPTED,
        ~is_over,
    )
    return make(caller)


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.REVIEW_TO_PREPARE,
        REVIEWS,
        _reviews(Permission.REVIEWS_PREPARE, IS_COMING),
        (Permission.REVIEWS_PREPARE,),
        roles=(Role.STUDENT,),
        action=("prepare", "actions"),
        title=REVIEW,
    ),
    Source(
        Kind.REVIEW_TO_HOLD,
        REVIEWS,
        _reviews(Permission.REVIEWS_HOLD, or_(IS_PREPARED, IS_COMING)),
        (Permission.REVIEWS_HOLD,),
        roles=(Role.ADVISOR,),
        action=("hold", "actions"),
        title=REVIEW,
    ),
    Source(
        Kind.REVIEW_OVERDUE,
        REVIEWS,
        _reviews_overdue,
        (Permission.REVIEWS_HOLD,),
        action=("except", "actions"),
        acts=Permission.REVIEWS_EXCEPT,
        title=REVIEW,
    ),
)
