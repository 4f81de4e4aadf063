"""The days of an ELO, on which hours, absences and visits may lie."""

from datetime import date, timedelta

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings
from plp_api.learning.elos import stops
from plp_api.learning.elos.clearing import lapses_by
from plp_api.learning.elos.models import AGREED, ENDED, Elo, EloStatus

DAY = 24 * 60
LOGGED_IN = frozenset({EloStatus.ACTIVE, EloStatus.SUSPENDED})
"""The states in which the student logs hours; in `suspended` only those of the days before."""
RUNS = frozenset(AGREED - ENDED)


def span_of(elo: Elo) -> tuple[date, date]:
    """The first and the last day on which the student learns out there.

    Nobody works before the start was given: until then clearances may be missing. After an
    `incomplete` the work goes on until `complete_by`.
    """
    begins = [day for day in (elo.starts_on, elo.started_on) if day is not None]
    ends = [day for day in (elo.ends_on, elo.complete_by) if day is not None]
    last = max(ends, default=date.max)
    if elo.latest_end is not None:
        last = min(last, elo.latest_end - timedelta(days=1))
    return max(begins, default=date.min), last


def check(elo: Elo, on: date, latest: date) -> None:
    """Raise validation_failed (`on`) for a day after `latest` or outside the ELO's dates."""
    if on > latest:
        raise invalid("on", "Must not be in the future.")
    first, last = span_of(elo)
    if not first <= on <= last:
        raise invalid("on", f"Must lie between {first} and {last}, the dates of the ELO.")


def check_logged(elo: Elo, on: date, today: date) -> None:
    """As `check`, for hours: none of days on which the ELO stood still or had no agreement."""
    check(elo, on, today)
    if elo.unagreed_until is not None and on > elo.unagreed_until:
        raise invalid("on", f"The agreement is void; the ELO went on until {elo.unagreed_until}.")
    if elo.status == EloStatus.SUSPENDED and elo.suspended_on and on >= elo.suspended_on:
        last = elo.suspended_on - timedelta(days=1)
        raise invalid("on", f"The ELO is suspended; the last day before that is {last}.")
    if stop := stops.on_day(elo, on):
        last = stop.ends_on - timedelta(days=1)
        raise invalid("on", f"The ELO stood still from {stop.starts_on} to {last}.")


def check_cleared(elo: Elo, on: date, access: Access) -> None:
    """Raise validation_failed (`on`) if a lapsed clearance had stopped the ELO on that day.

    Only where the district stops ELOs so. It names no clearance, which few may know of.
    """
    settings = district_settings.of(access.district(elo.district_id))
    if not settings.suspends_on_lapsed_clearance:
        return
    lapsed = lapses_by(settings.required_clearances, on, on)
    with db.session().no_autoflush:
        is_lapsed = db.session().scalar(select(Elo.id).where(Elo.id == elo.id, lapsed))
    if is_lapsed is not None:
        raise invalid("on", "The ELO was not to go on that day; ask its coordinator.")


def require_logged(elo: Elo) -> None:
    """Raise elo_closed or elo_not_active unless the student may log hours now."""
    if elo.status in ENDED:
        raise Problem(Code.ELO_CLOSED)
    if elo.status not in LOGGED_IN:
        raise Problem(Code.ELO_NOT_ACTIVE, f"It is {elo.status}.")


def require_running(elo: Elo) -> None:
    """Raise elo_closed or elo_not_active unless the ELO has an agreement, and has not ended."""
    if elo.status in ENDED:
        raise Problem(Code.ELO_CLOSED)
    if elo.status not in RUNS:
        raise Problem(Code.ELO_NOT_ACTIVE, f"It is {elo.status}.")
