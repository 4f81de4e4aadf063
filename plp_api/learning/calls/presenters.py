"""What a reader is shown of calls: how many handed in, and what answered."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible
from plp_api.learning.calls.models import (
    CallForWork,
    CallRecipient,
    CallStatus,
    RecipientState,
    is_in,
)

ANSWERS: list[Callable[[Sequence[CallRecipient], Access], dict[UUID, UUID]]] = []
"""From areas above: the artifacts that answer, by the recipient's id, as the caller may see."""


def shape_calls(calls: Sequence[Any], access: Access) -> None:
    """Set `counts` and `is_overdue` of each call; one statement for all."""
    counted = _counted([call.id for call in calls], access)
    for call in calls:
        call.counts = counted.get(call.id, dict.fromkeys(_NAMES, 0))
        call.is_overdue = _is_overdue(call, access)


_NAMES = ("called", *RecipientState)


def _counted(call_ids: Sequence[UUID], access: Access) -> dict[UUID, dict[str, int]]:
    """How many of the students whom the reader may see were called, and in which state."""
    numbers = [func.sum(case((is_in(state), 1), else_=0)) for state in RecipientState]
    query = (
        select(CallRecipient.call_id, func.count(), *numbers)
        .where(
            CallRecipient.call_id.in_(call_ids),
            visible(CallRecipient, access.caller, Permission.CALLS_READ),
        )
        .group_by(CallRecipient.call_id)
    )
    rows = access.rows(query)
    return {key: dict(zip(_NAMES, map(int, found), strict=True)) for key, *found in rows}


def _is_overdue(call: CallForWork, access: Access) -> bool:
    is_past = call.due_on is not None and call.due_on < access.caller.today
    return is_past and call.status == CallStatus.OPEN


def shape_recipients(recipients: Sequence[Any], access: Access) -> None:
    """Set who called, what answered and `is_overdue`, as far as the reader may know it."""
    answers: dict[UUID, UUID] = {}
    for find in ANSWERS:
        answers |= find(recipients, access)
    for row in recipients:
        row.artifact_id = answers.get(row.id)
        row.shown_caller = access.shown_person(row.call.called_by, row.student_id)
        is_awaited = row.state == RecipientState.AWAITED
        row.is_overdue = is_awaited and _is_overdue(row.call, access)
