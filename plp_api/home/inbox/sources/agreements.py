"""Agreements of ELOs: to sign, declined, and what others stored or answered in one's place."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from plp_api.catalog.elo_profiles.models import SignerRole
from plp_api.foundation import db
from plp_api.foundation.access.caller import CALLER, TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.roster.assignments import Assignment
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Make, Source, equals, item_columns, seen
from plp_api.learning.agreements.models import Agreement, AgreementSignature, AgreementStatus
from plp_api.learning.agreements.signers import OF_TEAM
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo

AGREEMENTS, SIGNATURES = "agreements", "agreement-signatures"
SIGN = ("sign", "signatures")
SIGNS = (Permission.ELOS_SIGN, Permission.ELOS_READ)
PENDING = equals(Agreement.status, AgreementStatus.PENDING)


def _waits_for(role: SignerRole) -> ColumnElement[bool]:
    """Whether it is the role's turn, and the caller has neither signed nor declined in it."""
    answered = exists().where(
        AgreementSignature.agreement_id == Agreement.id,
        AgreementSignature.role == role,
        AgreementSignature.person_id == CALLER,
    )
    return and_(db.has_tag(Agreement.waiting_for, role), ~answered)


def _to_sign(caller: Caller, *criteria: ColumnElement[bool]) -> Select[Any]:
    items = item_columns(
        Agreement, Agreement.updated_at, words=Elo.title, due_on=Elo.starts_on
    ).join(Elo, Elo.id == Agreement.elo_id)
    return items.where(PENDING, seen(Agreement, caller, *SIGNS), *criteria)


def _of_family(role: SignerRole) -> Make:
    return lambda caller: _to_sign(caller, _waits_for(role))


def _of_admin(caller: Caller) -> Select[Any]:
    unrelated = is_unrelated(Agreement.student_id, caller)
    return _to_sign(caller, _waits_for(SignerRole.SCHOOL_ADMIN), unrelated)


def _of_team(caller: Caller) -> Select[Any]:
    """What waits for the caller in a role on the ELO's team, as a delegate too."""
    waits = (and_(_waits_for(role), _holds(str(held))) for role, held in OF_TEAM.items())
    return _to_sign(caller, or_(*waits), is_unrelated(Agreement.student_id, caller))


def _holds(role: str) -> ColumnElement[bool]:
    assignment = aliased(Assignment)
    return exists().where(
        assignment.person_id == CALLER,
        assignment.subject_id == Agreement.elo_id,
        assignment.role == role,
        team.holds(assignment, TODAY),
    )


def _declined(caller: Caller) -> Select[Any]:
    """Agreements that wait although somebody declined, who has not signed since."""
    declined, given = aliased(AgreementSignature), aliased(AgreementSignature)
    signed = exists().where(
        given.agreement_id == declined.agreement_id,
        given.role == declined.role,
        given.is_declined.is_(False),
        or_(given.person_id == declined.person_id, given.mentor_id == declined.mentor_id),
    )
    last = (
        select(func.max(declined.signed_at))
        .where(declined.agreement_id == Agreement.id, declined.is_declined.is_(True), ~signed)
        .correlate(Agreement)
        .scalar_subquery()
    )
    return (
        item_columns(Agreement, last, words=Elo.title)
        .join(Elo, Elo.id == Agreement.elo_id)
        .where(
            PENDING,
            last.is_not(None),
            seen(Agreement, caller, Permission.ELOS_TERMINATE),
            is_unrelated(Agreement.student_id, caller),
        )
    )


def _stored(caller: Caller) -> Select[Any]:
    """Signatures of the caller's that a member of staff stored: they see that it happened."""
    return _answers(caller).where(
        AgreementSignature.person_id == CALLER, AgreementSignature.recorded_by.is_not(None)
    )


def _answered(caller: Caller) -> Select[Any]:
    """What another parent answered: one parent learns that it was, not by whom."""
    return _answers(caller).where(
        AgreementSignature.role == SignerRole.PARENT, AgreementSignature.person_id != CALLER
    )


def _answers(caller: Caller) -> Select[Any]:
    row = AgreementSignature
    actor = func.coalesce(row.recorded_by, row.person_id)
    items = item_columns(row, row.created_at, words=Elo.title, actor=actor, acted_as=row.role)
    return items.join(Elo, Elo.id == row.elo_id).where(
        row.created_at > SINCE, seen(row, caller, Permission.ELOS_READ)
    )


def _due(role: Role, make: Make) -> Source:
    return Source(Kind.AGREEMENT_TO_SIGN, AGREEMENTS, make, SIGNS, roles=(role,), action=SIGN)


SOURCES: tuple[Source, ...] = (
    _due(Role.STUDENT, _of_family(SignerRole.STUDENT)),
    _due(Role.PARENT, _of_family(SignerRole.PARENT)),
    _due(Role.TEAM_MEMBER, _of_team),
    _due(Role.SCHOOL_ADMIN, _of_admin),
    Source(
        Kind.AGREEMENT_DECLINED,
        AGREEMENTS,
        _declined,
        (Permission.ELOS_TERMINATE,),
        roles=(Role.ELO_COORDINATOR, Role.SCHOOL_ADMIN),
    ),
    Source(
        Kind.AGREEMENT_SIGNATURE_STORED,
        SIGNATURES,
        _stored,
        (Permission.ELOS_READ,),
        roles=(Role.STUDENT, Role.PARENT),
        group=Group.NEW,
    ),
    Source(
        Kind.AGREEMENT_ANSWERED,
        SIGNATURES,
        _answered,
        (Permission.ELOS_READ,),
        roles=(Role.PARENT,),
        group=Group.NEW,
    ),
)
