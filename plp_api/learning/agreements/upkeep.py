"""Periodic work on agreements: what a day changes without anybody's act.

On an 18th birthday no parent has to sign any more; on the last day of a mentor's or teacher's
assignment the agreement names somebody else.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from plp_api.foundation import db
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.assignments import Assignment
from plp_api.learning.agreements import actions, standing, terms
from plp_api.learning.agreements.models import Agreement, AgreementStatus
from plp_api.learning.elos.models import Elo

MISSED = timedelta(days=14)
"""For how long a change by date is looked for, if no worker ran on its day."""


@jobs.periodically("follow agreements", every=timedelta(hours=1))
def follow_agreements() -> None:
    """Void what the day has made untrue, and complete what waits for nobody any more."""
    for district_id in jobs.every_district():
        follow_day(district_id)


def follow_day(district_id: UUID) -> None:
    """The same for one district."""
    changed = _changed(district_id)
    for elo in _bound(district_id, changed):
        db.lock(elo)
        actions.follow_change(elo, None, frozenset(changed.get(elo.id, ())))
        agreement = standing.newest(elo.id)
        if agreement is not None and standing.is_pending(agreement):
            actions.follow_signatures(agreement, elo, None)


def _changed(district_id: UUID) -> dict[UUID, set[str]]:
    """By ELO, the roles of its team that somebody took on or left of late."""
    today = terms.today_in(district_id)
    since = today - MISSED
    rows = select(Assignment.subject_id, Assignment.role).where(
        Assignment.district_id == district_id,
        Assignment.subject_type == Elo.__tablename__,
        or_(Assignment.starts_on.between(since, today), Assignment.ends_on.between(since, today)),
    )
    roles: dict[UUID, set[str]] = {}
    for elo_id, role in db.session().execute(rows):
        roles.setdefault(elo_id, set()).add(role)
    return roles


def _bound(district_id: UUID, changed: Iterable[UUID]) -> Iterator[Elo]:
    """The ELOs whose agreement waits, or whose team changed by date; in the order of locks."""
    waiting = select(Agreement.elo_id).where(
        Agreement.district_id == district_id, Agreement.status == AgreementStatus.PENDING
    )
    bound = select(Elo).where(
        Elo.district_id == district_id,
        Elo.status.in_(sorted(actions.BOUND)),
        or_(Elo.id.in_(waiting), Elo.id.in_(sorted(changed))),
    )
    yield from db.session().scalars(bound.order_by(Elo.id)).unique().all()
