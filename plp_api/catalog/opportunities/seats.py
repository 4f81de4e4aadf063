"""The seats of opportunities, which rows of areas above hold (`learning.interests`).

Those areas register a Holder in `plp_api.server.wiring`, so that the catalog imports none of
them. A Holder speaks SQL: a page of opportunities is counted in one statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, literal, or_, select

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access


@dataclass(frozen=True)
class Holder:
    """A kind of row that refers to opportunities, and may hold a seat.

    Both functions take the column with the opportunity's id. `held` is the number of seats
    that such rows hold today (`Caller.binds`); `refers` is whether there is any such row.
    """

    held: Callable[[Any], ColumnElement[int]]
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


def left(opportunity: Opportunity, number_held: int) -> int | None:
    """How many seats are left; None if there is no limit."""
    return None if opportunity.seats is None else max(opportunity.seats - number_held, 0)


def is_relied_on(opportunity: Opportunity) -> bool:
    """Whether any row refers to the opportunity, whether it holds a seat or not."""
    refers = or_(false(), *(holder.refers(Opportunity.id) for holder in HOLDERS))
    query = select(Opportunity.id).where(Opportunity.id == opportunity.id, refers)
    return db.session().scalar(query) is not None
