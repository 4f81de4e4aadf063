"""Calls for work: to answer, for the student, and answered, for whoever called."""

from typing import Any

from sqlalchemy import Select, func

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Source, equals, item_columns, seen
from plp_api.learning.calls.models import CallForWork, CallRecipient, CallStatus

RECIPIENTS = "call-recipients"
CALL = "Work asked for: {}"


def _calls_to_answer(_caller: Caller) -> Select[Any]:
    """Work that the student owes; a reminder makes the item unread again."""
    return (
        item_columns(
            CallRecipient,
            func.coalesce(CallRecipient.reminded_at, CallRecipient.created_at),
            words=CallForWork.title,
            actor=CallForWork.called_by,
            due_on=CallForWork.due_on,
        )
        .join(CallForWork, CallForWork.id == CallRecipient.call_id)
        .where(
            CallRecipient.student_id == CALLER,
            CallRecipient.handed_in_at.is_(None),
            CallRecipient.excused_at.is_(None),
            equals(CallForWork.status, CallStatus.OPEN),
        )
    )


def _calls_answered(caller: Caller) -> Select[Any]:
    """What was handed in to the caller's own calls."""
    return (
        item_columns(
            CallRecipient,
            CallRecipient.handed_in_at,
            words=CallForWork.title,
            actor=CallRecipient.student_id,
        )
        .join(CallForWork, CallForWork.id == CallRecipient.call_id)
        .where(
            CallForWork.called_by == CALLER,
            CallRecipient.handed_in_at > SINCE,
            seen(CallRecipient, caller, Permission.CALLS_READ),
            is_unrelated(CallRecipient.student_id, caller),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.CALL_TO_ANSWER,
        RECIPIENTS,
        _calls_to_answer,
        (Permission.CALLS_READ, Permission.ARTIFACTS_WRITE),
        roles=(Role.STUDENT,),
        title=CALL,
    ),
    Source(
        Kind.CALL_ANSWERED,
        RECIPIENTS,
        _calls_answered,
        (Permission.CALLS_READ, Permission.CALLS_WRITE),
        roles=(Role.ADVISOR, Role.TEACHER, Role.ELO_COORDINATOR),
        group=Group.NEW,
        title=CALL,
    ),
)
