"""Concerns about ELOs: to acknowledge, to close, closed by another, and answered. Never words."""

from typing import Any

from sqlalchemy import Select, case

from plp_api.foundation.access.caller import CALLER, Caller, selves
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Make, Source, equals, item_columns, seen
from plp_api.learning.concerns.models import Concern, ConcernStatus
from plp_api.learning.elos.models import Elo

CONCERNS, ELOS = "concerns", "elos"
CONCERN = "Concern: {}"


def _waiting(status: ConcernStatus) -> Make:
    """Concerns in a state from which a coordinator or principal moves them on."""

    def make(caller: Caller) -> Select[Any]:
        items = item_columns(
            Concern,
            Concern.created_at,
            words=Elo.title,
            actor=Concern.raised_by,
            is_blocked=Concern.raised_by.is_not(None) & Concern.raised_by.in_(selves()),
        )
        return items.join(Elo, Elo.id == Concern.elo_id).where(
            equals(Concern.status, status),
            seen(Concern, caller, Permission.CONCERNS_WRITE),
            is_unrelated(Concern.student_id, caller),
        )

    return make


def _closed(caller: Caller) -> Select[Any]:
    """Concerns that another closed, so that no coordinator closes one unseen by the principal."""
    items = item_columns(Concern, Concern.closed_at, words=Elo.title, actor=Concern.closed_by).join(
        Elo, Elo.id == Concern.elo_id
    )
    return items.where(
        equals(Concern.status, ConcernStatus.CLOSED),
        Concern.closed_at > SINCE,
        Concern.closed_by != CALLER,
        seen(Concern, caller, Permission.CONCERNS_WRITE),
        is_unrelated(Concern.student_id, caller),
    )


def _answered(caller: Caller) -> Select[Any]:
    """What the caller raised and the school took up or closed; the link is the ELO's."""
    is_closed = Concern.closed_at.is_not(None)
    at = case((is_closed, Concern.closed_at), else_=Concern.acknowledged_at)
    by = case((is_closed, Concern.closed_by), else_=Concern.acknowledged_by)
    items = item_columns(Concern, at, words=Elo.title, actor=by, on=Elo.id)
    return items.join(Elo, Elo.id == Concern.elo_id).where(
        Concern.raised_by == CALLER, at > SINCE, seen(Elo, caller, Permission.ELOS_READ)
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.CONCERN_TO_ACKNOWLEDGE,
        CONCERNS,
        _waiting(ConcernStatus.OPEN),
        (Permission.CONCERNS_WRITE,),
        action=("acknowledge", "actions"),
        title=CONCERN,
    ),
    Source(
        Kind.CONCERN_TO_CLOSE,
        CONCERNS,
        _waiting(ConcernStatus.ACKNOWLEDGED),
        (Permission.CONCERNS_WRITE,),
        action=("close", "actions"),
        title=CONCERN,
    ),
    Source(
        Kind.CONCERN_CLOSED,
        CONCERNS,
        _closed,
        (Permission.CONCERNS_WRITE,),
        roles=(Role.SCHOOL_ADMIN,),
        group=Group.NEW,
        title=CONCERN,
    ),
    Source(
        Kind.CONCERN_ANSWERED,
        ELOS,
        _answered,
        (Permission.CONCERNS_RAISE, Permission.ELOS_READ),
        group=Group.NEW,
        title=CONCERN,
    ),
)
