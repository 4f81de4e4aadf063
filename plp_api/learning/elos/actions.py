"""Propose an ELO, revise it, and move it through its life cycle.

`advance` is for the areas above: an agreement that everybody signed, a presentation, an
evaluation and credit move the ELO, and no action of anybody's.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_profiles import actions as elo_profiles
from plp_api.catalog.elo_profiles.models import SkippableState
from plp_api.catalog.partners.models import Partner, PartnerSite, PartnerStatus
from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.lifecycle import Reason, unavailable
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.editions import EditionStatus
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.learning.elos import conditions, places, stops, team
from plp_api.learning.elos.gates import (
    ON_CREDITABLE,
    ON_DESIGNED,
    ON_ENDED,
    tell,
    tell_changed,
)
from plp_api.learning.elos.models import ENDED, PROPOSED, Elo, EloStatus
from plp_api.learning.interests.actions import schools_of, take_up
from plp_api.learning.interests.models import Interest
from plp_api.people.directory import references
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import Plan

RANGES = frozenset({"earliest_start", "latest_end", "least_minutes", "most_minutes"})
CHOSEN_BY_SCHOOL = frozenset({"partner_id", "site_id", "rubric_id", "school_id"})
"""What only a coordinator changes: who proposes knows partners by name alone."""
AGREED_RANGES = frozenset({*conditions.DATES, *conditions.HOURS})
"""What a complete design has, and what an agreement would be empty without."""
STUDENTS_TURN = frozenset({*PROPOSED, EloStatus.DESIGN}) - {EloStatus.SUBMITTED}
LONGEST_INCOMPLETE = timedelta(days=366)

# From which states `advance` reaches a state; with the states that a profile may skip between.
ADVANCES: dict[EloStatus, tuple[EloStatus, ...]] = {
    EloStatus.APPROVED: (EloStatus.AGREEMENT_PENDING,),
    EloStatus.AGREEMENT_PENDING: (EloStatus.APPROVED,),
    EloStatus.SUSPENDED: (EloStatus.ACTIVE,),
    EloStatus.PRESENTED: (EloStatus.EVIDENCE_COMPLETE,),
    EloStatus.EVALUATED: (EloStatus.PRESENTED,),
    EloStatus.CREDIT_AWARDED: (EloStatus.EVALUATED,),
    EloStatus.DESIGN: (EloStatus.DENIED,),
}


def propose(
    student: Student,
    access: Access,
    interest_id: UUID | None = None,
    school_id: UUID | None = None,
    **fields: Any,
) -> Elo:
    """Begin a proposal; with `interest_id` it takes up that approved hand.

    Raises Problem: plan_closed, actor_is_family, partner_archived, validation_failed
    (`school_id`, `interest_id`).
    """
    access.refuse_family(student.id)
    if school_id is not None:
        _check_school(student, access, school_id)
        fields["school_id"] = school_id
    if interest_id is not None:
        fields |= _taken_up(student, access, interest_id)
    elo = begin(student, access, **fields)
    _check_ranges(elo)
    return elo


def _check_school(student: Student, access: Access, school_id: UUID) -> None:
    if school_id not in schools_of(student, access.caller.today):
        raise invalid("school_id", "The student is at no such school.")


def _taken_up(student: Student, access: Access, interest_id: UUID) -> dict[str, Any]:
    """Take up the student's approved hand: what the proposal has from its opportunity."""
    interest = db.session().scalar(
        select(Interest).where(Interest.id == interest_id, Interest.student_id == student.id)
    )
    if interest is None:
        raise invalid("interest_id", references.NOTHING)
    take_up(interest, access)
    opportunity = interest.opportunity
    return {
        "interest_id": interest.id,
        "opportunity_id": opportunity.id,
        "partner": opportunity.partner,
        "site": opportunity.site,
    }


def begin(student: Student, access: Access, **fields: Any) -> Elo:
    """Add a draft of the student's, by the student or for them by a coordinator.

    The school that runs it is the plan home school, unless `school_id` says another.
    Raises Problem: plan_closed.
    """
    plan = db.session().scalar(select(Plan).where(Plan.student_id == student.id))
    if plan is None:
        raise Problem(Code.PLAN_CLOSED, "The student has no plan.")
    require_open(plan)
    elo = Elo(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        plan=plan,
        status=EloStatus.DRAFT,
        created_by=access.caller.person_id,
        waiting_since=clock.now(),
        **{"school_id": student.plan_home_school_id, **fields},
    )
    db.session().add(elo)
    note("elo.added", elo, access, type=elo.type)
    return elo


def note(what: str, elo: Elo, access: Access | None, **payload: Any) -> None:
    """Record an event about the ELO, and count the change in its plan."""
    elo.plan.stir()
    audit.record(what, elo, by=_actor(access), **payload)


def _actor(access: Access | None) -> UUID | None:
    return access.caller.person_id if access else None


def require_not_ended(elo: Elo) -> None:
    """Raise elo_closed once the ELO has ended."""
    if elo.status in ENDED:
        raise Problem(Code.ELO_CLOSED)


def require_designable(elo: Elo, access: Access) -> None:
    """Check that the caller may change the design now; for the ELO and each part of its design.

    The student until the design is complete, a coordinator from `design` on and in a draft of
    their own. Raises Problem: elo_closed, actor_is_family, action_unavailable.
    """
    require_not_ended(elo)
    if access.caller.person_id == elo.student_id:
        if elo.status not in STUDENTS_TURN:
            raise Problem(Code.ACTION_UNAVAILABLE, f"It is {elo.status}: ask the coordinator.")
        return
    access.refuse_family(elo.student_id)
    if reason := places.runs_it(elo, access):
        raise unavailable("revise", reason, Permission.ELOS_DECIDE)
    is_own_draft = elo.status == EloStatus.DRAFT and elo.created_by == access.caller.person_id
    if elo.status in PROPOSED and not is_own_draft:
        raise Problem(Code.ACTION_UNAVAILABLE, "Until it is accepted, it is the student's.")


def revise(elo: Elo, access: Access, **fields: Any) -> Elo:
    """Change the ELO, until it has ended; the areas above are told what changed.

    Raises Problem: elo_closed, actor_is_family, action_unavailable, validation_failed,
    labor_rule_broken.
    """
    require_designable(elo, access)
    if "type" in fields and fields["type"] != elo.type and elo.status not in PROPOSED:
        raise invalid("type", "The profile of its type was taken on; it can no longer change.")
    _check_chosen(elo, access, fields)
    _check_kept(elo, fields)
    different = {name: value for name, value in fields.items() if getattr(elo, name) != value}
    for name, value in different.items():
        setattr(elo, name, value)
    _check_ranges(elo)
    if different:
        # Site and partner are loaded anew for the answer.
        db.session().flush()
        db.session().refresh(elo)
        changed(elo, access, *different)
    return elo


def _check_chosen(elo: Elo, access: Access, fields: dict[str, Any]) -> None:
    """Check the ids of what a coordinator chooses.

    Raises Problem: partner_archived, validation_failed.
    """
    chosen = sorted(CHOSEN_BY_SCHOOL & fields.keys())
    if chosen and not access.may_on(Permission.ELOS_DECIDE, elo):
        raise invalid(chosen[0], "A coordinator chooses it.")
    if fields.get("school_id") not in {None, elo.school_id}:
        student = db.session().get_one(Student, elo.student_id)
        _check_school(student, access, fields["school_id"])
    if fields.get("partner_id") not in {None, elo.partner_id}:
        _check_partner(elo, fields["partner_id"])
    if fields.get("rubric_id") is not None:
        _check_rubric(elo, fields["rubric_id"])
    if {"partner_id", "site_id"} & fields.keys():
        partner_id = fields.get("partner_id", elo.partner_id)
        _check_site(partner_id, fields.get("site_id", elo.site_id))


def _check_kept(elo: Elo, fields: dict[str, Any]) -> None:
    """Check that no date or range of hours is taken away once the design is complete.

    Raises Problem: validation_failed.
    """
    removed = sorted(name for name in AGREED_RANGES & fields.keys() if fields[name] is None)
    if removed and elo.status not in {*PROPOSED, EloStatus.DESIGN}:
        raise invalid(removed[0], "Once the design is complete it changes, and stays.")


def _check_partner(elo: Elo, partner_id: UUID) -> None:
    partner = db.session().get(Partner, partner_id)
    # Of the student's district, whose row it is: those who read the ELO read its partner.
    if partner is None or partner.district_id != elo.district_id:
        raise invalid("partner_id", references.NOTHING)
    if partner.status == PartnerStatus.ARCHIVED:
        raise Problem(Code.PARTNER_ARCHIVED)


def _check_rubric(elo: Elo, rubric_id: UUID) -> None:
    rubric = db.session().get(Rubric, rubric_id)
    if rubric is None or rubric.district_id != elo.district_id:
        raise invalid("rubric_id", references.NOTHING)
    if rubric.status == EditionStatus.DRAFT:
        raise invalid("rubric_id", "This edition is a draft; publish it first.")


def _check_site(partner_id: UUID | None, site_id: UUID | None) -> None:
    site = None if site_id is None else db.session().get(PartnerSite, site_id)
    if site_id is not None and (site is None or site.partner_id != partner_id):
        raise invalid("site_id", "The partner has no such site.")


def _check_ranges(elo: Elo) -> None:
    """Check that dates and hours lie inside the ranges that the agreement states.

    Raises Problem: validation_failed.
    """
    first, end = elo.earliest_start, elo.latest_end
    if first and end and end <= first:
        raise invalid("latest_end", "Must lie after `earliest_start`.")
    if elo.starts_on and elo.ends_on and elo.ends_on < elo.starts_on:
        raise invalid("ends_on", "Must not lie before `starts_on`.")
    if first and elo.starts_on and elo.starts_on < first:
        raise invalid("starts_on", "Must not lie before `earliest_start`.")
    if end and elo.ends_on and elo.ends_on >= end:
        raise invalid("ends_on", "Must lie before `latest_end`.")
    least, most, planned = elo.least_minutes, elo.most_minutes, elo.planned_minutes
    if least is not None and most is not None and most < least:
        raise invalid("most_minutes", "Must not be less than `least_minutes`.")
    if planned is not None and not (least or 0) <= planned <= (planned if most is None else most):
        raise invalid("planned_minutes", "Must lie between `least_minutes` and `most_minutes`.")


def changed(elo: Elo, access: Access, *what: str) -> None:
    """Give the ELO a new version after a change of its parts or team, and tell the areas above."""
    elo.touch()
    note("elo.revised", elo, access, status=elo.status, fields=sorted(what))
    tell_changed(elo, access, frozenset(what))


# The moves of the life cycle.


def submit(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Hand the proposal in."""
    require_open(elo.plan)
    elo.submitted_at = clock.now()
    _moved("elo.submitted", elo, access, comment)


def accept(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Take the proposal on: its design begins, by the profile of its type as of today."""
    elo.accepted_at, elo.accepted_by = clock.now(), access.caller.person_id
    elo.profile = _profile_of(elo)
    if not team.people_in(elo.id, AssignmentRole.COORDINATOR, access.caller.today):
        team.assign(elo, AssignmentRole.COORDINATOR, access, person_id=access.caller.person_id)
    _moved("elo.accepted", elo, access, comment)


def _profile_of(elo: Elo) -> dict[str, Any]:
    return elo_profiles.frozen(elo_profiles.for_type(elo.district_id, elo.type))


def return_(elo: Elo, access: Access, comment: str) -> None:
    """Give the proposal back to the student, with what is to be changed, kept as a comment."""
    _moved("elo.returned", elo, access, comment)


def deny(elo: Elo, access: Access, comment: str) -> None:
    """Deny the proposal with a reason; the student may appeal to the principal."""
    _end(EloStatus.DENIED, elo, access, comment)


def complete_design(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Close the design; the agreement is frozen, unless the profile has none.

    Raises Problem: what `conditions.require` raises.
    """
    conditions.require(elo, access, "complete_design")
    is_skipped = elo.skips(SkippableState.AGREEMENT_PENDING)
    elo.status = EloStatus.APPROVED if is_skipped else EloStatus.AGREEMENT_PENDING
    _moved("elo.designed", elo, access, comment)
    if not is_skipped:
        tell(ON_DESIGNED, elo, access)


def start(elo: Elo, access: Access) -> None:
    """Start the work. Raises Problem: what `conditions.require` raises, action_unavailable."""
    today = access.caller.today
    if elo.earliest_start is not None and today < elo.earliest_start:
        detail = f"It starts on {elo.earliest_start} at the earliest."
        raise Problem(Code.ACTION_UNAVAILABLE, detail, extra={"action": "start"})
    conditions.require(elo, access, "start")
    elo.started_on = today
    _moved("elo.started", elo, access)


def suspend(elo: Elo, access: Access, comment: str) -> None:
    """Stop the work for the time being, with a reason, which is kept as a comment."""
    elo.suspended_on = access.caller.today
    _moved("elo.suspended", elo, access, comment)


def resume(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Let the work go on. Raises Problem: what `conditions.require` raises."""
    conditions.require(elo, access, "resume")
    stops.end_suspension(elo, access.caller.today)
    _moved("elo.resumed", elo, access, comment)


def hand_in(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Say that the evidence is complete. Raises Problem: what `conditions.require` raises."""
    conditions.require(elo, access, "hand_in")
    elo.handed_in_on = access.caller.today
    _moved("elo.handed_in", elo, access, comment)


def mark_incomplete(elo: Elo, access: Access, complete_by: date, comment: str) -> None:
    """Ask for more work until a day, with what is missing, which is kept as a comment.

    Where the day lies after the last one, the ELO ends later; where it lies beyond what was
    agreed, or a teacher has changed meanwhile, it is signed anew before it goes on.
    Raises Problem: validation_failed (`complete_by`).
    """
    today = access.caller.today
    if not today < complete_by <= today + LONGEST_INCOMPLETE:
        raise invalid("complete_by", "Must lie after today, and at most a year ahead.")
    elo.status, elo.complete_by = EloStatus.INCOMPLETE, complete_by
    if elo.ends_on is not None:
        elo.ends_on = max(elo.ends_on, complete_by)
    if elo.latest_end is not None:
        elo.latest_end = max(elo.latest_end, complete_by + timedelta(days=1))
    _moved("elo.marked_incomplete", elo, access, comment, complete_by=complete_by)
    tell_changed(elo, access, frozenset({"complete_by"}))


def continue_(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Let the student work on what is missing. Raises Problem: what `conditions.require` raises."""
    conditions.require(elo, access, "continue")
    stops.end_hand_in(elo, access.caller.today)
    _moved("elo.continued", elo, access, comment)


def withdraw_own(elo: Elo, access: Access, comment: str | None = None) -> None:
    """Take the student's own proposal back."""
    _end(EloStatus.WITHDRAWN, elo, access, comment)


def withdraw(elo: Elo, access: Access, comment: str) -> None:
    """End the ELO for the student, with a reason."""
    _end(EloStatus.WITHDRAWN, elo, access, comment)


def terminate(elo: Elo, access: Access, comment: str) -> None:
    """End an agreed ELO at once, with a reason."""
    _end(EloStatus.TERMINATED, elo, access, comment)


def _end(status: EloStatus, elo: Elo, access: Access, reason: str | None) -> None:
    elo.status, elo.ended_at, elo.end_reason = status, clock.now(), reason
    elo.ended_by = access.caller.person_id
    _moved(f"elo.{status}", elo, access)
    tell(ON_ENDED, elo, access)


def _moved(what: str, elo: Elo, access: Access, comment: str | None = None, **payload: Any) -> None:
    elo.waiting_since = clock.now()
    if comment is not None:
        comments.add(elo, access, comment, Permission.ELOS_COMMENT)
    note(what, elo, access, **payload)


# Moves by what the areas above hold.


def may_advance(elo: Elo, status: EloStatus) -> bool:
    """Whether `advance` may bring the ELO there now; the profile may skip states between."""
    sources = set(ADVANCES.get(status, ()))
    for skipped in (EloStatus.EVALUATED, EloStatus.PRESENTED):
        if skipped in sources and elo.skips(skipped):
            sources |= set(ADVANCES[skipped])
    return elo.status in sources


def advance(elo: Elo, access: Access | None, status: EloStatus, **payload: Any) -> None:
    """Move the ELO because of what another area holds: an agreement, an evaluation, credit.

    `access` is None where nobody is signed in: a mentor signs by a link, or a day has come.
    Raises Problem(action_unavailable) where the state forbids it.
    """
    if not may_advance(elo, status):
        raise Problem(Code.ACTION_UNAVAILABLE, f"It is {elo.status}, so it cannot be {status}.")
    before, elo.status = elo.status, status
    elo.waiting_since = clock.now()
    if status == EloStatus.SUSPENDED:
        elo.suspended_on = db.session().get_one(District, elo.district_id).today
    if status == EloStatus.DESIGN:
        _reopen(elo, access)
        elo.ended_at = elo.ended_by = elo.end_reason = None
    if status in ENDED:
        elo.ended_at = clock.now()
        elo.ended_by = access.caller.person_id if access else None
    note("elo.advanced", elo, access, before=before, status=status, **payload)
    if access is None:
        return
    if status in ENDED:
        tell(ON_ENDED, elo, access)
    if may_advance(elo, EloStatus.CREDIT_AWARDED):
        tell(ON_CREDITABLE, elo, access)


def _reopen(elo: Elo, access: Access | None) -> None:
    """Take a denied proposal on after an appeal: nobody accepted it, so it has no profile."""
    if not elo.profile:
        elo.profile = _profile_of(elo)
    elo.accepted_at, elo.accepted_by = clock.now(), _actor(access)
    if access is not None:
        _assign_who_denied(elo, access)


def _assign_who_denied(elo: Elo, access: Access) -> None:
    """Make who denied the proposal its coordinator, if they still decide at its school."""
    today = access.caller.today
    if elo.ended_by is None or team.people_in(elo.id, AssignmentRole.COORDINATOR, today):
        return
    somebody = Access(callers.absent(db.session().get_one(Person, elo.ended_by), today))
    if somebody.may_on(Permission.ELOS_DECIDE, elo) and not somebody.is_own(elo.student_id):
        team.assign(elo, AssignmentRole.COORDINATOR, access, person_id=elo.ended_by)


# Guards of the life cycle.


def is_teacher_of_record(elo: Any, access: Access) -> Reason | None:
    """Why not: the caller is not the teacher of record of this ELO today."""
    if AssignmentRole.TEACHER_OF_RECORD in team.roles_of(access, elo):
        return None
    return Code.TEACHER_NOT_OF_RECORD


def credit_is_next(elo: Any, _access: Access) -> Reason | None:
    """Why not: credit is not yet decided; the profile may leave out what comes before it."""
    if may_advance(elo, EloStatus.CREDIT_AWARDED):
        return None
    return f"It is {elo.status}: it is not evaluated yet."


def look_up(elos: Any, access: Access) -> None:
    """Load what the guards ask of many ELOs, beside the team that every answer shows."""
    places.look_up(elos, access)
