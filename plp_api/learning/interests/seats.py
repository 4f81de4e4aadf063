"""The seats that raised hands hold: SQL over today, which the catalog counts (`HOLDER`)."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from plp_api.catalog.opportunities.seats import Holder
from plp_api.foundation.access.caller import TODAY
from plp_api.learning.interests.models import Interest, InterestStatus


def is_held(interest: Any = Interest) -> ColumnElement[bool]:
    """Whether the interest holds a seat today."""
    return and_(interest.status == InterestStatus.APPROVED, interest.last_day >= TODAY)


def _held(opportunity_id: Any) -> ColumnElement[int]:
    taken = aliased(Interest)
    number = select(func.count(taken.id)).where(
        taken.opportunity_id == opportunity_id, is_held(taken)
    )
    return number.scalar_subquery()


def _last_day(opportunity_id: Any) -> ColumnElement[date | None]:
    taken = aliased(Interest)
    last = select(func.max(taken.last_day)).where(
        taken.opportunity_id == opportunity_id, is_held(taken)
    )
    return last.scalar_subquery()


def _refers(opportunity_id: Any) -> ColumnElement[bool]:
    raised = aliased(Interest)
    return exists().where(raised.opportunity_id == opportunity_id)


HOLDER = Holder(_held, _last_day, _refers)
