"""The days on which an ELO stood still: no hours are logged on them, whatever came after.

`suspended_on`, `handed_in_on` and `unagreed_until` of the ELO tell of the stop that goes on; when
it ends, its days are kept here.
"""

from datetime import date, timedelta

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.roster import spans
from plp_api.learning.elos.models import Elo, EloStop, StopReason

DAY = timedelta(days=1)


def on_day(elo: Elo, day: date) -> EloStop | None:
    """A stop that is over, and held on that day."""
    query = select(EloStop).where(EloStop.elo_id == elo.id, spans.holds_on(EloStop, day))
    with db.session().no_autoflush:
        return db.session().scalars(query.limit(1)).first()


def end_suspension(elo: Elo, today: date) -> None:
    """Keep the days of the suspension: work goes on today."""
    _keep(elo, StopReason.SUSPENDED, elo.suspended_on, today)
    elo.suspended_on = None


def end_hand_in(elo: Elo, today: date) -> None:
    """Keep the days from the one after the hand-in: work goes on today."""
    after = None if elo.handed_in_on is None else elo.handed_in_on + DAY
    _keep(elo, StopReason.HANDED_IN, after, today)
    elo.handed_in_on = None


def end_grace(elo: Elo, today: date) -> None:
    """Keep the days after `unagreed_until`: the agreement is signed again, or the ELO stops."""
    after = None if elo.unagreed_until is None else elo.unagreed_until + DAY
    _keep(elo, StopReason.UNAGREED, after, today)
    elo.unagreed_until = None


def _keep(elo: Elo, why: StopReason, first: date | None, today: date) -> None:
    if first is None or first >= today:
        return
    own = {"district_id": elo.district_id, "student_id": elo.student_id, "elo_id": elo.id}
    stop = EloStop(id=db.new_id(), **own, why=why, starts_on=first, ends_on=today)
    db.session().add(stop)
