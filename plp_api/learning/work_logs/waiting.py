"""The ELOs that wait for their mentor, because hours wait to be verified."""

from sqlalchemy import ColumnElement, and_, exists

from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus


def on_mentor() -> ColumnElement[bool]:
    """Whether the ELO has a mentor today, and hours that nobody has verified or declined."""
    pending = exists().where(LogEntry.elo_id == Elo.id, LogEntry.status == LogEntryStatus.PENDING)
    is_open = Elo.status != EloStatus.CREDIT_AWARDED
    return and_(is_open, team.some_hold(AssignmentRole.MENTOR), pending)
