"""The seats that ELOs hold: an open one that took up a hand holds its opportunity's seat."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from plp_api.catalog.opportunities.seats import Holder
from plp_api.learning.elos.models import ENDED, Elo


def _is_open(elo: Any) -> ColumnElement[bool]:
    """Whether it has not ended; an IN cannot be prepared, as the inbox does."""
    return and_(*(elo.status != status for status in sorted(ENDED)))


def _held(opportunity_id: Any) -> ColumnElement[int]:
    elo = aliased(Elo)
    number = select(func.count(elo.id)).where(elo.opportunity_id == opportunity_id, _is_open(elo))
    return number.scalar_subquery()


def _last_day(opportunity_id: Any) -> ColumnElement[date | None]:
    elo = aliased(Elo)
    last = select(func.max(elo.ends_on)).where(elo.opportunity_id == opportunity_id, _is_open(elo))
    return last.scalar_subquery()


def _refers(opportunity_id: Any) -> ColumnElement[bool]:
    elo = aliased(Elo)
    return exists().where(elo.opportunity_id == opportunity_id)


HOLDER = Holder(_held, _last_day, _refers)
