"""Record and withdraw clearances, and tell how partner and mentor stand to what is required."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from plp_api.catalog.clearances.models import (
    OF_PARTNERS,
    Clearance,
    ClearanceStanding,
    ClearanceStatus,
)
from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import is_not_over
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.district_settings import ClearanceKind
from plp_api.foundation.roster.models import District

EARLIEST = date(2000, 1, 1)
FURTHEST_YEARS = 10


def record(
    partner: Partner,
    access: Access,
    *,
    kind: str,
    is_cleared: bool,
    checked_on: date,
    valid_until: date | None,
    mentor_id: UUID | None,
) -> Clearance:
    """Record the outcome of a check, also for an archived partner: a late result counts.

    The partner and the mentor stay untouched, for readers of partners must not learn
    that there is a clearance. The event says nothing of the outcome.
    Raises Problem: validation_failed (`mentor_id`, `checked_on`, `valid_until`).
    """
    mentor = _mentor_for(partner, ClearanceKind(kind), mentor_id)
    _check_days(checked_on, valid_until, access.caller.today)
    clearance = Clearance(
        id=db.new_id(),
        district_id=partner.district_id,
        partner=partner,
        mentor=mentor,
        mentor_name=mentor.name if mentor else None,
        status=ClearanceStatus.RECORDED,
        kind=kind,
        is_cleared=is_cleared,
        checked_on=checked_on,
        valid_until=valid_until,
        recorded_by=access.caller.person_id,
    )
    db.session().add(clearance)
    _note("clearance.recorded", clearance, access, partner.id, mentor_id)
    return clearance


def _mentor_for(partner: Partner, kind: ClearanceKind, mentor_id: UUID | None) -> Mentor | None:
    """The mentor who was checked; None for a check of the partner."""
    if (mentor_id is None) != (kind in OF_PARTNERS):
        detail = (
            "This is a check of one person: name the mentor."
            if mentor_id is None
            else "This is a check of the partner: leave out the mentor."
        )
        raise invalid("mentor_id", detail)
    if mentor_id is None:
        return None
    of_partner = select(Mentor).where(Mentor.id == mentor_id, Mentor.partner_id == partner.id)
    mentor = db.session().scalar(of_partner)
    if mentor is None:
        raise invalid("mentor_id", "The partner has no such mentor.")
    return mentor


def _check_days(checked_on: date, valid_until: date | None, today: date) -> None:
    if not EARLIEST <= checked_on <= today:
        raise invalid("checked_on", f"Must lie between {EARLIEST} and today.")
    furthest = clock.birthday(today, FURTHEST_YEARS)
    if valid_until is not None and not checked_on <= valid_until <= furthest:
        detail = f"Must lie between `checked_on` and {FURTHEST_YEARS} years from now."
        raise invalid("valid_until", detail)


def withdraw(clearance: Clearance, access: Access) -> None:
    """Mark a row that was entered by mistake. It is kept, and counts no longer."""
    clearance.withdrawn_by = access.caller.person_id
    clearance.withdrawn_on = access.caller.today
    _note("clearance.withdrawn", clearance, access, clearance.partner_id, clearance.mentor_id)


def _note(
    what: str, clearance: Clearance, access: Access, partner_id: UUID, mentor_id: UUID | None
) -> None:
    audit.record(
        what,
        clearance,
        by=access.caller.person_id,
        partner_id=partner_id,
        mentor_id=mentor_id,
        kind=clearance.kind,
    )


# How partner and mentor stand to what the district requires.


@dataclass(frozen=True)
class Requirement:
    """One required kind of check, how somebody stands to it, and by which clearance."""

    kind: ClearanceKind
    standing: ClearanceStanding
    clearance: Clearance | None

    @property
    def is_met(self) -> bool:
        """Whether the newest check was passed and holds."""
        return self.standing is ClearanceStanding.CLEARED

    @property
    def clearance_id(self) -> UUID | None:
        """The clearance that decides."""
        return self.clearance.id if self.clearance else None

    @property
    def valid_until(self) -> date | None:
        """The last day on which it holds."""
        return self.clearance.valid_until if self.clearance else None


def standing_of(partner: Partner, mentor: Mentor | None, on: date) -> list[Requirement]:
    """How a partner, with one mentor or none, stands on a day to what the district requires.

    Has the required checks of the partner, then those of the mentor. Students may go there
    only if each `is_met`; where the district requires nothing, the list is empty.
    The newest check counts that was made by that day and is not withdrawn.
    """
    newest = _newest(partner, on, [mentor.id] if mentor else [])
    required = _required(partner)
    stands = _stand(None, required, newest, on)
    return stands if mentor is None else stands + _stand(mentor.id, required, newest, on)


@dataclass(frozen=True)
class MentorStanding:
    """How one mentor stands to the required checks of people."""

    mentor: Mentor
    requirements: list[Requirement]

    @property
    def is_complete(self) -> bool:
        """Whether every required check of the mentor is met."""
        return all(one.is_met for one in self.requirements)


@dataclass(frozen=True)
class PartnerStanding:
    """How a partner and each of its present mentors stand to the required checks on a day."""

    partner: Partner
    as_of: date
    requirements: list[Requirement]
    mentors: list[MentorStanding]

    @property
    def is_complete(self) -> bool:
        """Whether every required check of the partner and of each of its mentors is met."""
        own = all(one.is_met for one in self.requirements)
        return own and all(mentor.is_complete for mentor in self.mentors)


def status_of(partner: Partner, access: Access) -> PartnerStanding:
    """How the partner and the mentors who have not ended stand today, in a few statements."""
    today = access.caller.today
    present = access.select(Mentor).where(Mentor.partner_id == partner.id, is_not_over(Mentor))
    mentors = access.scalars(present.order_by(Mentor.name, Mentor.id))
    newest = _newest(partner, today, [mentor.id for mentor in mentors])
    required = _required(partner)
    return PartnerStanding(
        partner,
        today,
        _stand(None, required, newest, today),
        [MentorStanding(one, _stand(one.id, required, newest, today)) for one in mentors],
    )


Newest = Mapping[tuple[UUID | None, str], Clearance]
"""The newest clearance by mentor (None: the partner itself) and kind."""


def _newest(partner: Partner, on: date, mentor_ids: Iterable[UUID]) -> Newest:
    """Of checks on the same day, the one that was recorded last is the newest."""
    rows = (
        select(Clearance)
        .where(
            Clearance.partner_id == partner.id,
            Clearance.status == ClearanceStatus.RECORDED,
            Clearance.checked_on <= on,
            or_(Clearance.mentor_id.is_(None), Clearance.mentor_id.in_(mentor_ids)),
        )
        .order_by(Clearance.checked_on, Clearance.id)
    )
    found = db.session().scalars(rows)
    return {(row.mentor_id, row.kind): row for row in found if not row.is_of_somebody_else}


def _required(partner: Partner) -> list[ClearanceKind]:
    district = db.session().get_one(District, partner.district_id)
    chosen = district_settings.of(district).required_clearances
    return [kind for kind in ClearanceKind if kind in chosen]


def _stand(
    mentor_id: UUID | None, required: Iterable[ClearanceKind], newest: Newest, on: date
) -> list[Requirement]:
    """How the mentor stands to the kinds about people; without one, the partner to the others."""
    asked = [kind for kind in required if (kind in OF_PARTNERS) == (mentor_id is None)]
    return [_requirement(kind, newest.get((mentor_id, kind)), on) for kind in asked]


def _requirement(kind: ClearanceKind, clearance: Clearance | None, on: date) -> Requirement:
    standing = clearance.stands(on) if clearance else ClearanceStanding.MISSING
    return Requirement(kind, standing, clearance)
