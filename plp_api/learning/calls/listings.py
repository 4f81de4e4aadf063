"""The filters and sort orders of calls for work, and of the students called."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.rest.fields import Date, Instant
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    in_states,
    of_id,
    on_or_before,
    one_of,
    same_id,
    search,
    since,
    yes_or_no,
)
from plp_api.learning.calls.models import (
    CallForWork,
    CallRecipient,
    CallStatus,
    RecipientState,
    is_in,
)

CALLS = Listing(
    filters={
        "status": one_of(CallForWork.status, CallStatus, "Only calls in these states."),
        "school_id": same_id(CallForWork.school_id, "Only calls at this school."),
        "class_id": same_id(CallForWork.class_id, "Only calls to this class."),
        "advisory_id": same_id(CallForWork.advisory_id, "Only calls to this advisory."),
        "called_by": same_id(CallForWork.called_by, "Only this person's calls."),
        "rubric_id": same_id(CallForWork.rubric_id, "Only work judged by this edition."),
        "due_by": on_or_before(CallForWork.due_on, "Only work due on that day or earlier."),
        "q": search(CallForWork.title, CallForWork.prompt),
        "updated_since": since(CallForWork.updated_at),
    },
    sorts={"updated_at": CallForWork.updated_at, "created_at": CallForWork.created_at},
)


def _in_states(states: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(is_in(state) for state in states))


def _of_rubrics(rubrics: Sequence[Any]) -> ColumnElement[bool]:
    return CallRecipient.call.has(CallForWork.rubric_id.in_(rubrics))


def _due_by(day: date) -> ColumnElement[bool]:
    return CallRecipient.call.has(CallForWork.due_on <= day)


def _changed_since(instant: datetime) -> ColumnElement[bool]:
    """A recipient shows their call too."""
    call_changed = CallRecipient.call.has(CallForWork.updated_at >= instant)
    return or_(CallRecipient.updated_at >= instant, call_changed)


IS_OPEN = CallRecipient.call.has(CallForWork.status == CallStatus.OPEN)
IS_OVERDUE = and_(
    is_in(RecipientState.AWAITED),
    CallRecipient.call.has(and_(CallForWork.status == CallStatus.OPEN, CallForWork.due_on < TODAY)),
)

OF_CALL = Listing(
    filters={
        "state": in_states(RecipientState, "Only work in these states.", _in_states),
        "is_overdue": yes_or_no(IS_OVERDUE, "Only work that is missing past its day, or the rest."),
        "updated_since": Filter(
            Instant(metadata={"description": "Only items changed at or after this instant."}),
            _changed_since,
        ),
    },
    sorts={"created_at": CallRecipient.created_at, "updated_at": CallRecipient.updated_at},
)
OF_STUDENT = Listing(
    filters={
        **OF_CALL.filters,
        "is_open": yes_or_no(IS_OPEN, "Only of open calls, or only of closed ones."),
        "due_by": Filter(
            Date(metadata={"description": "Only work due on that day or earlier."}), _due_by
        ),
        "call_id": same_id(CallRecipient.call_id, "Only of this call."),
        "rubric_id": of_id("Only work judged by this edition.", _of_rubrics),
    },
    sorts={"created_at": CallRecipient.created_at, "updated_at": CallRecipient.updated_at},
)
RECIPIENTS = Listing(
    filters=OF_STUDENT.filters,
    sorts={"updated_at": CallRecipient.updated_at, "created_at": CallRecipient.created_at},
)
OF_ONE_CALL = Listing(filters=OF_CALL.filters, sorts=OF_CALL.sorts).across_students()
"""Of one call, with the filters by which students are found: a class, an advisory."""
