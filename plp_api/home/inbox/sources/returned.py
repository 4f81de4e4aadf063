"""What comes back to the student. The event says when, and who returned it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.audit.models import Event
from plp_api.home.inbox.sources.source import Make, item_columns, of_plan


def returned(model: Any, event: str, words: Any, *criteria: ColumnElement[bool]) -> Make:
    """Rows of the student that the latest such event returned to them."""

    def make(_caller: Caller) -> Select[Any]:
        again = aliased(Event)
        latest = (
            select(func.max(again.at))
            .where(
                again.student_id == model.student_id,
                again.subject_id == model.id,
                again.type == event,
            )
            .correlate(model)
            .scalar_subquery()
        )
        # Rows that came with a history from elsewhere have no event.
        at = func.coalesce(Event.at, model.updated_at)
        items = item_columns(model, at, words=words, actor=Event.actor_id)
        return of_plan(items, model, model.student_id == CALLER, *criteria).outerjoin(
            Event,
            and_(
                Event.student_id == model.student_id,
                Event.subject_id == model.id,
                Event.type == event,
                Event.at == latest,
            ),
        )

    return make
