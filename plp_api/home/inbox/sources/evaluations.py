"""ELOs that wait for the panel's presentation, and for the cooperating teacher's evaluation."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, or_
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import CALLER, TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.source import Make, Source, item_columns, seen
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo, EloStatus


def skips(state: EloStatus) -> ColumnElement[bool]:
    """Whether the ELO's profile leaves the state out, as `Elo.skips`."""
    skipped: ColumnElement[bool] = cast(Elo.profile["skipped_states"], String).contains(
        f'"{state}"'
    )
    return skipped


def is_presented() -> ColumnElement[bool]:
    """Whether the ELO may be evaluated now: it was presented, or needs no panel."""
    return or_(
        Elo.status == EloStatus.PRESENTED,
        and_(Elo.status == EloStatus.EVIDENCE_COMPLETE, skips(EloStatus.PRESENTED)),
    )


def is_evaluated() -> ColumnElement[bool]:
    """Whether credit is decided now: the ELO was evaluated, or needs no evaluation."""
    return or_(Elo.status == EloStatus.EVALUATED, and_(skips(EloStatus.EVALUATED), is_presented()))


def _waiting(role: AssignmentRole, *criteria: ColumnElement[bool]) -> Make:
    """ELOs that wait for who holds the role on their team today."""

    def make(caller: Caller) -> Select[Any]:
        own = aliased(Assignment)
        is_on_team = exists().where(
            own.person_id == CALLER,
            own.subject_id == Elo.id,
            own.role == role,
            team.holds(own, TODAY),
        )
        return item_columns(Elo, Elo.waiting_since, words=Elo.title, actor=Elo.student_id).where(
            is_on_team,
            seen(Elo, caller, Permission.ELOS_REVIEW),
            is_unrelated(Elo.student_id, caller),
            *criteria,
        )

    return make


ELOS, TEAM = "elos", (Role.TEAM_MEMBER,)
SOURCES: tuple[Source, ...] = (
    Source(
        Kind.ELO_TO_PRESENT,
        ELOS,
        _waiting(
            AssignmentRole.PANEL_MEMBER,
            Elo.status == EloStatus.EVIDENCE_COMPLETE,
            ~skips(EloStatus.PRESENTED),
        ),
        (Permission.ELOS_REVIEW,),
        roles=TEAM,
        action=("present", "presentations"),
    ),
    Source(
        Kind.ELO_TO_EVALUATE,
        ELOS,
        _waiting(AssignmentRole.COOPERATING_TEACHER, is_presented(), ~skips(EloStatus.EVALUATED)),
        (Permission.ELOS_REVIEW,),
        roles=TEAM,
        action=("evaluate", "evaluations"),
    ),
)
