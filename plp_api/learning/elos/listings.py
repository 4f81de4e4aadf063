"""The filters and sort orders of lists of ELOs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from plp_api.catalog.elo_profiles.models import EloType
from plp_api.catalog.item_links.routes import by_item
from plp_api.foundation import clock
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    in_states,
    number_of_days,
    of_id,
    one_of,
    same_id,
    search,
    since,
    yes_or_no,
)
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.models import District
from plp_api.learning.elos import clearing, team
from plp_api.learning.elos.gates import WAITERS
from plp_api.learning.elos.models import ENDED, PROPOSED, Awaited, Elo, EloGoal, EloStatus


def _waits_for(parties: Any) -> ColumnElement[bool]:
    more = (ask() for party in parties for ask in WAITERS.get(Awaited(party), ()))
    return or_(Elo.waiting_on.in_(list(parties)), *more)


def _coordinated_by(people: Any) -> ColumnElement[bool]:
    return team.some_hold(AssignmentRole.COORDINATOR, lambda one: one.person_id.in_(people))


def _without_supervisor() -> ColumnElement[bool]:
    is_under_way = Elo.status.not_in(sorted(ENDED | PROPOSED))
    return and_(is_under_way, ~team.some_hold(AssignmentRole.LICENSED_SUPERVISOR))


def _serving(goals: Any) -> ColumnElement[bool]:
    return Elo.id.in_(select(EloGoal.elo_id).where(EloGoal.goal_id.in_(goals)))


def _stalled(days: int) -> ColumnElement[bool]:
    """Open ones at rest, and active ones whose days without an agreement are long over."""
    at_rest = sorted({*ENDED, EloStatus.ACTIVE})
    is_waiting = Elo.waiting_since <= clock.now() - timedelta(days=days)
    is_over = Elo.unagreed_until < (clock.now() - timedelta(days=days)).date()
    return or_(
        and_(Elo.status.not_in(at_rest), is_waiting),
        and_(Elo.status == EloStatus.ACTIVE, is_over),
    )


@dataclass(frozen=True, kw_only=True)
class ByClearances(Filter):
    """Open ELOs by what the district requires of their partners and mentors."""

    def narrow(self, statement: Select[Any], value: Any, access: Access) -> Select[Any]:
        """Those for which a required clearance lapses within that many days, or has lapsed."""
        districts = access.caller.districts
        lapsing = or_(*(_lapses_in(access.district(each), value, access) for each in districts))
        return statement.where(Elo.status.not_in(sorted(ENDED | PROPOSED)), lapsing)


def _lapses_in(district: District, days: int, access: Access) -> ColumnElement[bool]:
    """Whether an ELO of a student of that district lacks what this district requires."""
    required = district_settings.of(district).required_clearances
    today = access.caller.today
    lapses = clearing.lapses_by(required, today, today + timedelta(days=days))
    return and_(Elo.district_id == district.id, lapses)


_LAPSING = ByClearances(
    number_of_days(
        "Only those under way for which a required clearance of partner or mentor is missing, has"
        " lapsed, or lapses within so many days; 0: today.",
        least=0,
    ),
    lambda _: Elo.id.is_not(None),
    needs=Permission.CLEARANCES_READ,
)

ELOS_OF_STUDENT = Listing(
    filters={
        "status": one_of(Elo.status, EloStatus, "Only those in these states."),
        "type": one_of(Elo.type, EloType, "Only those of these types."),
        "partner_id": same_id(Elo.partner_id, "Only those at this partner."),
        "opportunity_id": same_id(Elo.opportunity_id, "Only those from this opportunity."),
        "goal_id": of_id("Only those that serve this goal.", _serving),
        "framework_item_id": by_item(Elo),
        "updated_since": since(Elo.updated_at),
        "q": search(Elo.title, Elo.description),
    },
    sorts={"created_at": Elo.created_at, "updated_at": Elo.updated_at},
)
ELOS = Listing(
    filters={
        **ELOS_OF_STUDENT.filters,
        "run_by_school_id": same_id(Elo.school_id, "Only those that this school runs."),
        "coordinator_id": of_id(
            "Only those that this person coordinates today, or a delegate.", _coordinated_by
        ),
        "waiting_on": in_states(Awaited, "Only those that wait for these people.", _waits_for),
        "stalled_days": Filter(
            number_of_days(
                "Only open ones that nobody has moved for so many days, and active ones whose"
                " agreement should have been signed again as long ago."
            ),
            _stalled,
        ),
        "lapsing_within": _LAPSING,
        "without_supervisor": yes_or_no(
            _without_supervisor(), "Those under way that no licensed educator supervises today."
        ),
    },
    sorts={
        "updated_at": Elo.updated_at,
        "created_at": Elo.created_at,
        "waiting_since": Elo.waiting_since,
    },
).across_students()

GOALS_OF_ELO = Listing(
    filters={"updated_since": since(EloGoal.updated_at)},
    sorts={"created_at": EloGoal.created_at, "updated_at": EloGoal.updated_at},
)
