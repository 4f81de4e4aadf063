"""ELOs: to decide and to start for coordinators, returned and moved for the student."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, null, or_, select
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.access.caller import CALLER, Caller, schools_of
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.audit.models import Event
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.returned import returned
from plp_api.home.inbox.sources.source import SINCE, Make, Source, equals, item_columns, seen
from plp_api.learning.elos.models import Elo, EloStatus

ELOS = "elos"
MOVED = (
    "elo.accepted",
    "elo.denied",
    "elo.started",
    "elo.suspended",
    "elo.resumed",
    "elo.marked_incomplete",
    "elo.continued",
    "elo.withdrawn",
    "elo.terminated",
    "elo.advanced",
)
"""Events of moves that others made, and that the student and the parents are told of."""


def _waiting(status: EloStatus) -> Make:
    """ELOs in the state, for the coordinators of the school that runs them."""

    def make(caller: Caller) -> Select[Any]:
        role = Role.ELO_COORDINATOR
        runs = None if role in caller.wide else db.any_of(Elo.school_id, schools_of(role))
        criteria = [] if runs is None else [runs]
        return item_columns(
            Elo, Elo.waiting_since, words=Elo.title, actor=Elo.student_id, due_on=Elo.starts_on
        ).where(
            equals(Elo.status, status),
            seen(Elo, caller, Permission.ELOS_DECIDE),
            is_unrelated(Elo.student_id, caller),
            *criteria,
        )

    return make


def _is_move(event: Any) -> ColumnElement[bool]:
    """Whether the event is one of these; an IN cannot be prepared."""
    return or_(*(equals(event.type, one) for one in MOVED))


def _moved(caller: Caller) -> Select[Any]:
    """The ELOs of the student, or of the caller's children, that somebody else moved last.

    A parent may have moved it by the last signature, so that who did it is judged by who they are.
    """
    later = aliased(Event)
    newest = (
        select(func.max(later.at))
        .where(
            later.student_id == Elo.student_id,
            later.subject_id == Elo.id,
            _is_move(later),
            later.at > SINCE,
        )
        .correlate(Elo)
        .scalar_subquery()
    )
    is_newest = and_(
        Event.student_id == Elo.student_id,
        Event.subject_id == Elo.id,
        Event.at == newest,
        _is_move(Event),
    )
    return (
        item_columns(
            Elo, Event.at, words=Elo.title, actor=Event.actor_id, acted_as=cast(null(), String())
        )
        .join(Event, is_newest)
        .where(seen(Elo, caller, Permission.ELOS_READ), Event.actor_id != CALLER)
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.ELO_TO_DECIDE,
        ELOS,
        _waiting(EloStatus.SUBMITTED),
        (Permission.ELOS_DECIDE,),
        roles=(Role.ELO_COORDINATOR,),
        action=("accept", "actions"),
    ),
    Source(
        Kind.ELO_TO_START,
        ELOS,
        _waiting(EloStatus.APPROVED),
        (Permission.ELOS_DECIDE,),
        roles=(Role.ELO_COORDINATOR,),
    ),
    Source(
        Kind.ELO_RETURNED,
        ELOS,
        returned(Elo, "elo.returned", Elo.title, equals(Elo.status, EloStatus.RETURNED)),
        (Permission.ELOS_PROPOSE,),
        roles=(Role.STUDENT,),
        action=("submit", "actions"),
    ),
    Source(
        Kind.ELO_MOVED,
        ELOS,
        _moved,
        (Permission.ELOS_READ,),
        roles=(Role.STUDENT, Role.PARENT),
        group=Group.NEW,
    ),
)
