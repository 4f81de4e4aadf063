"""What must hold before the design is complete and before the student may go to the site.

These are asked when an action is taken, not for each row of a list. `unmet` lists everything
that is missing, for a front end to show; `require` raises the first.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import exists, select

from plp_api.catalog.clearances import actions as clearances
from plp_api.catalog.clearances.models import OF_PARTNERS
from plp_api.catalog.elo_profiles.models import DesignPart, SkippableState
from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation import db
from plp_api.foundation.access.lifecycle import Reason, unavailable
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.district_settings import ClearanceKind
from plp_api.learning.elos import team
from plp_api.learning.elos.gates import GATES
from plp_api.learning.elos.models import Benchmark, Communication, Elo, TrainingTask

Condition = Callable[[Elo, Access], Reason | None]

DATES = ("earliest_start", "latest_end", "starts_on", "ends_on")
HOURS = ("least_minutes", "most_minutes")
SIGNED_BY_TEAM = (
    AssignmentRole.COOPERATING_TEACHER,
    AssignmentRole.TEACHER_OF_RECORD,
    AssignmentRole.COORDINATOR,
)
"""The roles in which one of the team signs the agreement, where the profile asks for it."""
SHOWN = ("complete_design", "start")
ROWS = {
    DesignPart.COMMUNICATION: Communication,
    DesignPart.BENCHMARKS: Benchmark,
    DesignPart.TRAINING_TASKS: TrainingTask,
}


def unmet(elo: Elo, access: Access, action: str) -> Iterator[Problem]:
    """Each reason why the action cannot be taken, in the order in which they are to be met."""
    for ask in (*ASKED.get(action, ()), *GATES.get(action, ())):
        if reason := ask(elo, access):
            yield unavailable(action, reason)


def readiness(elo: Elo, access: Access) -> dict[str, Any]:
    """What is missing for the design to be complete, and for the start, today."""
    return {"elo_id": elo.id, **{name: _told(elo, access, name) for name in SHOWN}}


def _told(elo: Elo, access: Access, action: str) -> list[dict[str, Any]]:
    """What is unmet, as the caller may know it: of clearances the coordinator alone is told."""
    is_decider = access.may_on(Permission.ELOS_DECIDE, elo)
    return [
        {
            "code": problem.code.wire,
            "detail": problem.detail or problem.code.value.title,
            "parts": [error.pointer.lstrip("/") for error in problem.errors],
        }
        for problem in unmet(elo, access, action)
        if is_decider or problem.code is not Code.CLEARANCE_MISSING
    ]


def require(elo: Elo, access: Access, action: str) -> None:
    """Raise the first of the reasons.

    Raises Problem: design_incomplete, supervisor_missing, clearance_missing, and what the areas
    above ask for.
    """
    for problem in unmet(elo, access, action):
        raise problem


def design_is_complete(elo: Elo, access: Access) -> Problem | None:
    """Why not: parts that the profile requires, dates, hours, or the partner are missing."""
    missing = sorted(set(_missing(elo, access)))
    if not missing:
        return None
    errors = [FieldError(f"/{name}", "This part is required.") for name in missing]
    return Problem(Code.DESIGN_INCOMPLETE, f"Missing: {', '.join(missing)}.", errors=errors)


def _missing(elo: Elo, access: Access) -> Iterator[str]:
    yield from (name for name in (*DATES, *HOURS) if getattr(elo, name) is None)
    for part in elo.profile.get("required_parts", ()):
        if not _has(elo, DesignPart(part)):
            yield part
    if elo.profile.get("needs_partner"):
        yield from (name for name in ("partner_id", "site_id") if getattr(elo, name) is None)
    yield from _vacant(elo, access.caller.today)


def _vacant(elo: Elo, day: date) -> Iterator[str]:
    """The roles that nobody on the team holds, of those that sign and of those at the site."""
    signers: list[str] = []
    if not elo.skips(SkippableState.AGREEMENT_PENDING):
        signers = elo.profile.get("signers", [])
    yield from (
        role for role in SIGNED_BY_TEAM if role in signers and not team.people_in(elo.id, role, day)
    )
    signs = elo.partner_id is not None and AssignmentRole.MENTOR in signers
    if lacks_mentor(elo, day) or (signs and not team.mentors_of(elo.id, day)):
        yield AssignmentRole.MENTOR


def lacks_mentor(elo: Elo, day: date) -> bool:
    """Whether the profile wants a mentor at a partner, and there is none on that day."""
    return bool(elo.profile.get("needs_partner")) and not team.mentors_of(elo.id, day)


def _has(elo: Elo, part: DesignPart) -> bool:
    if part is DesignPart.COMPETENCIES:
        return _is_there(ItemLink.subject_id == elo.id)
    if part in ROWS:
        return _is_there(ROWS[part].elo_id == elo.id)
    return bool(getattr(elo, part))


def _is_there(criterion: object) -> bool:
    return bool(db.session().scalar(select(exists().where(criterion))))  # type: ignore[arg-type]


def is_supervised(elo: Elo, access: Access) -> Code | None:
    """Why not: nobody on the team is its licensed supervisor today."""
    role = AssignmentRole.LICENSED_SUPERVISOR
    supervisors = team.people_in(elo.id, role, access.caller.today)
    return None if supervisors else Code.SUPERVISOR_MISSING


def is_mentored(elo: Elo, access: Access) -> Problem | None:
    """Why not: nobody at the partner is the mentor today, where the profile wants a partner."""
    if not lacks_mentor(elo, access.caller.today):
        return None
    errors = [FieldError("/mentor", "This part is required.")]
    return Problem(Code.DESIGN_INCOMPLETE, "Missing: mentor.", errors=errors)


def is_cleared(elo: Elo, access: Access) -> Problem | None:
    """Why not: a check that the district requires of partner or mentor is missing or over.

    Names the kinds and whose, not how each stands: who may know that reads the clearances.
    """
    lacking = uncleared(elo, access.caller.today)
    if not lacking:
        return None
    return Problem(Code.CLEARANCE_MISSING, f"Not cleared today: {', '.join(lacking)}.")


def uncleared(elo: Elo, day: date) -> list[str]:
    """The required checks that do not hold on that day, each with whom it is about."""
    if elo.partner is None:
        return []
    mentors: list[Mentor | None] = [*team.mentors_of(elo.id, day)] or [None]
    lacking = (
        (requirement.kind, each)
        for each in mentors
        for requirement in clearances.standing_of(elo.partner, each, day)
        if not requirement.is_met
    )
    return sorted({_named(kind, elo.partner, each) for kind, each in lacking})


def _named(kind: ClearanceKind, partner: Partner, mentor: Mentor | None) -> str:
    is_mentors = mentor is not None and kind not in OF_PARTNERS
    return f"{kind} ({mentor.name if mentor and is_mentors else partner.name})"


def is_not_over(elo: Elo, access: Access) -> Problem | None:
    """Why not: the last day on which it might run without an agreement is over."""
    last = elo.unagreed_until
    if last is None or last >= access.caller.today:
        return None
    return Problem(Code.AGREEMENT_MISSING, f"It might run without one until {last}.")


ASKED: dict[str, tuple[Condition, ...]] = {
    "complete_design": (design_is_complete, is_supervised, is_cleared),
    "start": (is_supervised, is_mentored, is_cleared),
    "resume": (is_supervised, is_mentored, is_cleared),
    "hand_in": (is_not_over,),
    "continue": (is_supervised, is_mentored, is_cleared),
}
