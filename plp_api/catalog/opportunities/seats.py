"""The seats of opportunities, which rows of areas above hold (`learning.interests`).

Those areas register a Holder in `plp_api.server.wiring`, so that the catalog imports none of
them. A Holder speaks SQL: a page of opportunities is counted in one statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, literal, or_, select

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


@dataclass(frozen=True)
class Holder:
    """A kind of row that refers to opportunities, and may hold a seat.

    The functions take the column with the opportunity's id. `held` is the number of seats
    that such rows hold today (`Caller.binds`), `last_day` the last day of any of those seats;
    `refers` is whether there is any such row.
    """

    held: Callable[[Any], ColumnElement[int]]
    last_day: Callable[[Any], ColumnElement[date | None]]
    refers: Callable[[Any], ColumnElement[bool]]


HOLDERS: list[Holder] = []


def held(opportunity_id: Any) -> ColumnElement[Any]:
    """The number of seats held today, as SQL."""
    number: ColumnElement[Any] = literal(0)
    for holder in HOLDERS:
        number = number + holder.held(opportunity_id)
    return number


def is_left() -> ColumnElement[bool]:
    """Whether the opportunity has a seat left today, as SQL."""
    return or_(Opportunity.seats.is_(None), Opportunity.seats > held(Opportunity.id))


def held_today(opportunity_ids: Iterable[UUID], access: Access) -> dict[UUID, int]:
    """By opportunity, the number of seats held today; one statement for all."""
    ids = sorted(set(opportunity_ids))
    counted = select(Opportunity.id, held(Opportunity.id)).where(Opportunity.id.in_(ids))
    return {key: number for key, number in access.rows(counted)}  # noqa: C416 - rows, not pairs


def last_day(opportunity: Opportunity, access: Access) -> date | None:
    """The last day on which a seat that is held today is held; None if none is."""
    days = [holder.last_day(Opportunity.id) for holder in HOLDERS]
    found = access.rows(select(Opportunity.id, *days).where(Opportunity.id == opportunity.id))
    return max((day for _, *each in found for day in each if day is not None), default=None)


def left(opportunity: Opportunity, number_held: int) -> int | None:
    """How many seats are left; None if there is no limit."""
    return None if opportunity.seats is None else max(opportunity.seats - number_held, 0)


def is_relied_on(opportunity: Opportunity) -> bool:
    """Whether any row refers to the opportunity, whether it holds a seat or not."""
    refers = or_(false(), *(holder.refers(Opportunity.id) for holder in HOLDERS))
    query = select(Opportunity.id).where(Opportunity.id == opportunity.id, refers)
    return db.session().scalar(query) is not None
