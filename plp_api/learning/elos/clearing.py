"""Clearances by date, in SQL: where one has lapsed or will, and whether work may go on today.

`catalog.clearances` tells exactly how one partner and mentor stand; these criteria find the ELOs
among many. They know a check of a mentor by the name without case and accents.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from plp_api.catalog.clearances.models import OF_PARTNERS, Clearance, ClearanceStatus
from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.assignments import Assignment
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo, EloStatus

Criterion = ColumnElement[bool]


def lapses_by(kinds: Any, today: date, day: date) -> Criterion:
    """Whether a required check of the ELO's partner or mentors does not hold through `day`."""
    wanted = sorted(kinds)
    of_partner = [_partner_lacks(kind, today, day) for kind in wanted if kind in OF_PARTNERS]
    of_mentors = [_mentor_lacks(kind, today, day) for kind in wanted if kind not in OF_PARTNERS]
    return or_(false(), *of_partner, *of_mentors)


def _partner_lacks(kind: str, today: date, day: date) -> Criterion:
    check = aliased(Clearance)
    is_about = and_(check.partner_id == Elo.partner_id, check.mentor_id.is_(None))
    return and_(Elo.partner_id.is_not(None), ~_holds(check, is_about, kind, today, day))


def _mentor_lacks(kind: str, today: date, day: date) -> Criterion:
    check, assigned, mentor = aliased(Clearance), aliased(Assignment), aliased(Mentor)
    is_named = db.plain(check.mentor_name) == db.plain(mentor.name)
    is_about = and_(check.mentor_id == mentor.id, is_named)
    lacking = (
        select(mentor.id)
        .join(assigned, assigned.mentor_id == mentor.id)
        .where(
            assigned.subject_type == team.SUBJECT,
            assigned.subject_id == Elo.id,
            team.holds(assigned, today),
            ~_holds(check, is_about, kind, today, day),
        )
    )
    return and_(Elo.partner_id.is_not(None), lacking.exists())


def _holds(check: Any, is_about: Criterion, kind: str, today: date, day: date) -> Criterion:
    """Whether the newest check was passed and holds through the day."""
    newer = aliased(Clearance)
    is_newer = or_(
        newer.checked_on > check.checked_on,
        and_(newer.checked_on == check.checked_on, newer.id > check.id),
    )
    return exists().where(
        is_about,
        _counts(check, kind, today),
        check.is_cleared,
        or_(check.valid_until.is_(None), check.valid_until >= day),
        ~exists().where(
            newer.partner_id == check.partner_id,
            newer.mentor_id.is_not_distinct_from(check.mentor_id),
            newer.mentor_name.is_not_distinct_from(check.mentor_name),
            _counts(newer, kind, today),
            is_newer,
        ),
    )


def _counts(check: Any, kind: str, today: date) -> Criterion:
    return and_(
        check.kind == kind,
        check.status == ClearanceStatus.RECORDED,
        check.checked_on <= today,
    )


def look_up(elos: Any, access: Access) -> None:
    """Set on each ELO whether work may be done on it today.

    It is active in an open plan, still agreed, and, where the district asks for it, cleared: that
    is one statement, in such districts alone.
    """
    today = access.caller.today
    active = {elo.id: elo for elo in elos if elo.status == EloStatus.ACTIVE}
    stopped = {key for key, elo in active.items() if _is_stopped(elo, today)}
    for district_id in {elo.district_id for elo in active.values()}:
        settings = district_settings.of(access.district(district_id))
        if settings.suspends_on_lapsed_clearance:
            ids = [key for key, elo in active.items() if elo.district_id == district_id]
            lapsed = lapses_by(settings.required_clearances, today, today)
            stopped |= set(db.session().scalars(select(Elo.id).where(Elo.id.in_(ids), lapsed)))
    for elo in elos:
        elo.is_running = elo.id in active and elo.id not in stopped


def _is_stopped(elo: Elo, today: date) -> bool:
    is_over = elo.unagreed_until is not None and elo.unagreed_until < today
    return is_over or not elo.plan.is_open


def require_running(elo: Elo, access: Access) -> None:
    """Check that work may be done on the ELO today.

    Raises Problem(elo_not_active); it names no clearance, which few may know of.
    """
    look_up([elo], access)
    if elo.is_running:  # type: ignore[attr-defined]
        return
    is_active = elo.status == EloStatus.ACTIVE
    detail = "Its coordinator must let it go on first." if is_active else f"It is {elo.status}."
    raise Problem(Code.ELO_NOT_ACTIVE, detail)
