"""Credit lines and appeals: to decide, and decided, for the family."""

from typing import Any

from sqlalchemy import Select, and_, or_

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.evaluations import is_evaluated
from plp_api.home.inbox.sources.source import SINCE, Source, equals, item_columns, seen
from plp_api.learning.credit import teachers
from plp_api.learning.credit.models import Appeal, AppealStatus, CreditLine, CreditStatus
from plp_api.learning.elos.models import Elo

LINES, APPEALS = "credit-lines", "appeals"
FAMILY = (Role.STUDENT, Role.PARENT)


def _lines_to_decide(caller: Caller) -> Select[Any]:
    """Lines of evaluated ELOs, for their own teacher of record or the teacher's delegate."""
    return (
        item_columns(CreditLine, Elo.waiting_since, words=Elo.title, actor=CreditLine.proposed_by)
        .join(Elo, Elo.id == CreditLine.elo_id)
        .where(
            equals(CreditLine.status, CreditStatus.PROPOSED),
            is_evaluated(),
            seen(CreditLine, caller, Permission.CREDIT_DECIDE),
            teachers.is_decided_by_caller(),
            is_unrelated(CreditLine.student_id, caller),
        )
    )


def _lines_decided(caller: Caller) -> Select[Any]:
    return (
        item_columns(
            CreditLine, CreditLine.decided_at, words=Elo.title, actor=CreditLine.decided_by
        )
        .join(Elo, Elo.id == CreditLine.elo_id)
        .where(
            CreditLine.status != CreditStatus.PROPOSED,
            CreditLine.decided_at > SINCE,
            seen(CreditLine, caller, Permission.CREDIT_READ, Permission.ELOS_READ),
        )
    )


def _appeals_to_decide(caller: Caller) -> Select[Any]:
    """Open appeals against what others decided."""
    others = or_(
        and_(CreditLine.id.is_(None), Elo.ended_by.is_distinct_from(CALLER)),
        and_(
            CreditLine.decided_by.is_distinct_from(CALLER),
            CreditLine.teacher_of_record_id != CALLER,
        ),
    )
    return (
        item_columns(Appeal, Appeal.created_at, words=Elo.title, actor=Appeal.filed_by)
        .join(Elo, Elo.id == Appeal.elo_id)
        .outerjoin(CreditLine, CreditLine.id == Appeal.credit_line_id)
        .where(
            equals(Appeal.status, AppealStatus.OPEN),
            seen(Appeal, caller, Permission.APPEALS_DECIDE),
            is_unrelated(Appeal.student_id, caller),
            others,
        )
    )


def _appeals_decided(caller: Caller) -> Select[Any]:
    is_decided = or_(Appeal.status == AppealStatus.UPHELD, Appeal.status == AppealStatus.OVERTURNED)
    return (
        item_columns(Appeal, Appeal.decided_at, words=Elo.title, actor=Appeal.decided_by)
        .join(Elo, Elo.id == Appeal.elo_id)
        .where(
            is_decided,
            Appeal.decided_at > SINCE,
            seen(Appeal, caller, Permission.APPEALS_READ, Permission.ELOS_READ),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.CREDIT_TO_DECIDE,
        LINES,
        _lines_to_decide,
        (Permission.CREDIT_DECIDE,),
        roles=(Role.TEAM_MEMBER,),
        action=("award", "actions"),
    ),
    Source(
        Kind.CREDIT_DECIDED,
        LINES,
        _lines_decided,
        (Permission.CREDIT_READ, Permission.ELOS_READ),
        roles=FAMILY,
        group=Group.NEW,
    ),
    Source(
        Kind.APPEAL_TO_DECIDE,
        APPEALS,
        _appeals_to_decide,
        (Permission.APPEALS_DECIDE,),
    ),
    Source(
        Kind.APPEAL_DECIDED,
        APPEALS,
        _appeals_decided,
        (Permission.APPEALS_READ, Permission.ELOS_READ),
        roles=FAMILY,
        group=Group.NEW,
    ),
)
