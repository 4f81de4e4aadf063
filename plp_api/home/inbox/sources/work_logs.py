"""Logs of ELOs: hours that wait to be verified, one item for each ELO, and declined entries."""

from typing import Any

from sqlalchemy import Select, func, select

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Source, equals, item_columns, seen
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus

HOURS = "Hours: {}"


def _hours_to_verify(caller: Caller) -> Select[Any]:
    """ELOs with entries that nobody verified, since the first of these.

    A mentor verifies them by a link; who reads this verifies them, or sends the link.
    """
    oldest = (
        select(func.min(LogEntry.created_at))
        .where(LogEntry.elo_id == Elo.id, equals(LogEntry.status, LogEntryStatus.PENDING))
        .correlate(Elo)
        .scalar_subquery()
    )
    return item_columns(Elo, oldest, words=Elo.title, actor=Elo.student_id).where(
        oldest.is_not(None),
        Elo.status != EloStatus.CREDIT_AWARDED,
        seen(Elo, caller, Permission.LOG_ENTRIES_VERIFY),
        is_unrelated(Elo.student_id, caller),
    )


def _entries_declined(_caller: Caller) -> Select[Any]:
    return (
        item_columns(LogEntry, LogEntry.verified_at, words=Elo.title, actor=LogEntry.verified_by)
        .join(Elo, Elo.id == LogEntry.elo_id)
        .where(
            LogEntry.student_id == CALLER,
            LogEntry.verified_at > SINCE,
            equals(LogEntry.status, LogEntryStatus.DECLINED),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.HOURS_TO_VERIFY,
        "elos",
        _hours_to_verify,
        (Permission.LOG_ENTRIES_VERIFY,),
        roles=(Role.ELO_COORDINATOR, Role.TEAM_MEMBER),
        title=HOURS,
    ),
    Source(
        Kind.LOG_ENTRY_DECLINED,
        "log-entries",
        _entries_declined,
        (Permission.LOG_ENTRIES_WRITE,),
        roles=(Role.STUDENT,),
        group=Group.NEW,
        title=HOURS,
    ),
)
