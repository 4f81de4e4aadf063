"""Raise a hand, answer it, hold the seat longer, give it back, and take it up."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all

from plp_api.catalog.opportunities import seats
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.problems import Code, Existing, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Placement, SchoolEnrollment
from plp_api.learning.interests.models import OPEN, Interest, InterestStatus
from plp_api.people.directory import references

LONGEST_HOLD = timedelta(days=366)
"""How long a seat may be held before any proposal."""


def raise_hand(student: Student, access: Access, opportunity_id: UUID, words: str = "") -> Interest:
    """Raise the student's hand; an approved one of before, whose last day is over, is released.

    Raises Problem: opportunity_closed, opportunity_not_offered, interest_exists,
    validation_failed (`opportunity_id`).
    """
    opportunity = references.of_district(access, Opportunity, opportunity_id, "opportunity_id")
    # Locked, so that it is neither closed nor deleted meanwhile.
    db.lock(opportunity)
    today = access.caller.today
    if reason := opportunity.closed_because(today):
        raise Problem(Code.OPPORTUNITY_CLOSED, reason)
    _require_offered(opportunity, student, today)
    _release_lapsed(opportunity, student, access)
    interest = Interest(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        opportunity=opportunity,
        words=words,
    )
    db.session().add(interest)
    _note("interest.raised", interest, access)
    return interest


def _require_offered(opportunity: Opportunity, student: Student, today: date) -> None:
    if opportunity.grades and student.grade not in opportunity.grades:
        grades = ", ".join(sorted(opportunity.grades))
        raise Problem(Code.OPPORTUNITY_NOT_OFFERED, f"It is for students in grade {grades}.")
    if opportunity.school_id not in {None, *schools_of(student, today)}:
        raise Problem(Code.OPPORTUNITY_NOT_OFFERED, "It is for the students of another school.")


def schools_of(student: Student, today: date) -> set[UUID | None]:
    """The schools at which the student is today, and the one that keeps the plan."""
    at = (
        select(each.school_id).where(each.student_id == student.id, spans.holds_on(each, today))
        for each in (SchoolEnrollment, Placement)
    )
    return {student.plan_home_school_id, *db.session().scalars(union_all(*at))}


def _release_lapsed(opportunity: Opportunity, student: Student, access: Access) -> None:
    """Make room for another hand. Raises Problem(interest_exists) where one is still open."""
    still_open = select(Interest).where(
        Interest.student_id == student.id,
        Interest.opportunity_id == opportunity.id,
        Interest.status.in_(sorted(OPEN)),
    )
    for earlier in db.session().scalars(still_open).all():
        if not earlier.is_lapsed_on(access.caller.today):
            existing = Existing(Interest, {"id": earlier.id})
            raise Problem(Code.INTEREST_EXISTS, existing=existing)
        earlier.status = InterestStatus.RELEASED
        _note("interest.released", earlier, access, last_day=earlier.last_day)
    # Flushed before the insert: a unique index allows one that is open.
    db.session().flush()


# Guards of the life cycle.


def look_up(interests: Iterable[Any], access: Access) -> None:
    """Set `has_seat_left` of each interest, in one statement."""
    interests = list(interests)
    held = seats.held_today((one.opportunity_id for one in interests), access)
    for interest in interests:
        left = seats.left(interest.opportunity, held[interest.opportunity_id])
        interest.has_seat_left = left is None or left > 0


def a_seat_is_left(interest: Any, access: Access) -> Code | None:
    """Why a seat cannot be taken: all are held by others."""
    if interest.holds_seat_on(access.caller.today):
        return None
    if not hasattr(interest, "has_seat_left"):
        look_up([interest], access)
    return None if interest.has_seat_left else Code.OPPORTUNITY_FULL


def partner_is_active(interest: Interest, _access: Access) -> Code | None:
    """Why no seat is given: an archived partner takes no students on."""
    return Code.PARTNER_ARCHIVED if interest.opportunity.has_archived_partner else None


def it_is_not_over(interest: Interest, access: Access) -> str | None:
    """Why no seat is given: the opportunity has ended."""
    return "The opportunity is over." if interest.opportunity.is_over(access.caller.today) else None


# The moves of the life cycle.


def approve(interest: Interest, access: Access, last_day: date, comment: str | None = None) -> None:
    """Hold a seat for the student until `last_day`. A closed opportunity's hands are answered too.

    Raises Problem: opportunity_full, validation_failed (`last_day`).
    """
    _hold(interest, access, last_day)
    _note_move("interest.approved", interest, access, comment, last_day=last_day)


def decline(interest: Interest, access: Access, comment: str) -> None:
    """Decline the hand with a reason, which is kept as a comment."""
    _note_move("interest.declined", interest, access, comment)


def extend(interest: Interest, access: Access, last_day: date, comment: str | None = None) -> None:
    """Set another last day. Once the last one is over, a seat must be free again.

    Raises Problem: opportunity_full, validation_failed (`last_day`).
    """
    _hold(interest, access, last_day)
    _note_move("interest.extended", interest, access, comment, last_day=last_day)


def is_extended_so(
    interest: Interest, access: Access, last_day: date, comment: str | None = None
) -> bool:
    """Whether this is the last day already, and the comment was made."""
    return interest.last_day == last_day and comments.was_said(interest, access, comment)


def release(interest: Interest, access: Access, comment: str) -> None:
    """Give the seat back with a reason, which is kept as a comment."""
    _note_move("interest.released", interest, access, comment)


def withdraw(interest: Interest, access: Access, comment: str | None = None) -> None:
    """Take the hand down, and give the seat back if one was held."""
    _comment(interest, access, comment)
    _note("interest.withdrawn", interest, access)


def take_up(interest: Interest, access: Access) -> None:
    """Let the student's proposal take the seat over; the seat is held by the proposal from now on.

    Raises Problem(action_unavailable) where no seat is held for the student today.
    """
    db.lock(interest)
    if not interest.holds_seat_on(access.caller.today):
        raise Problem(Code.ACTION_UNAVAILABLE, "No seat is held for you by this hand today.")
    interest.status = InterestStatus.TAKEN_UP
    _note("interest.taken_up", interest, access)


def _hold(interest: Interest, access: Access, last_day: date) -> None:
    """Set the last day, after counting the seats; the opportunity is locked with the interest."""
    opportunity, today = interest.opportunity, access.caller.today
    _check_last_day(opportunity, last_day, today)
    if not interest.holds_seat_on(today):
        held = seats.held_today([opportunity.id], access)[opportunity.id]
        if seats.left(opportunity, held) == 0:
            raise Problem(Code.OPPORTUNITY_FULL)
    interest.last_day = last_day


def _check_last_day(opportunity: Opportunity, last_day: date, today: date) -> None:
    latest = today + LONGEST_HOLD
    if opportunity.ends_on is not None:
        latest = min(latest, opportunity.ends_on - timedelta(days=1))
    if not today <= last_day <= latest:
        raise invalid("last_day", f"Must lie between {today} and {latest}.")


def _note_move(
    what: str, interest: Interest, access: Access, comment: str | None, **payload: Any
) -> None:
    interest.decided_by, interest.decided_at = access.caller.person_id, clock.now()
    _comment(interest, access, comment)
    _note(what, interest, access, **payload)


def _comment(interest: Interest, access: Access, comment: str | None) -> None:
    if comment is not None:
        comments.add(interest, access, comment, Permission.INTERESTS_COMMENT)


def _note(what: str, interest: Interest, access: Access, **payload: Any) -> None:
    by = access.caller.person_id
    opportunity_id = interest.opportunity.id
    audit.record(what, interest, by=by, opportunity_id=opportunity_id, **payload)
