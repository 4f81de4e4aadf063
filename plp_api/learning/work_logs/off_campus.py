"""Who is off campus on a day, and when: for the office, which must know where students are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos import clearing
from plp_api.learning.elos.models import Elo, EloStatus, EloTime
from plp_api.learning.work_logs.models import Absence
from plp_api.planning.plans.models import Plan, PlanStatus


def expected(access: Access, on: date) -> Select[Any]:
    """The weekly times of active ELOs on that day, of the students whom the caller reaches.

    Those that may not go on today are among them: their students may be out there all the same.
    """
    return (
        access.select(EloTime, Permission.OFF_CAMPUS_READ)
        .join(Elo, Elo.id == EloTime.elo_id)
        .join(Plan, Plan.id == Elo.plan_id)
        .where(
            EloTime.weekday == on.isoweekday(),
            Elo.status == EloStatus.ACTIVE,
            or_(Elo.starts_on.is_(None), Elo.starts_on <= on),
            or_(Elo.ends_on.is_(None), Elo.ends_on >= on, Elo.complete_by >= on),
            Plan.status == PlanStatus.ACTIVE,
        )
    )


def describe(times: Sequence[Any], on: date, access: Access) -> None:
    """Set of each time where the student is, whether they are absent, and may be there at all."""
    keys = {time.elo_id for time in times}
    elos = {elo.id: elo for elo in db.session().scalars(select(Elo).where(Elo.id.in_(keys)))}
    clearing.look_up(elos.values(), access)
    absent = select(Absence.elo_id).where(Absence.elo_id.in_(keys), Absence.on == on)
    away = set(db.session().scalars(absent))
    for time in times:
        elo: Any = elos[time.elo_id]
        time.title, time.is_running = elo.title, elo.is_running
        time.on, time.is_absent = on, time.elo_id in away
        time.partner_name = elo.partner.name if elo.partner else None
        time.site = elo.site
