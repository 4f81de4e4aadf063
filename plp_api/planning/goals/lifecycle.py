"""The life of a goal, as a table (product.md, section 4), and what each step does.

Proposed by the student, confirmed by an advisor (or with the plan version:
`approval`). The student says how it ended and an advisor confirms that; a goal
that goes on in the next cycle is carried forward by the student.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family_unless_keeper
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, invalid
from plp_api.foundation.roster import district_settings
from plp_api.planning.goals.dates import plausible
from plp_api.planning.goals.models import Goal, GoalStatus, GoalStep, Outcome

STUDENT, ADVISOR = Permission.GOALS_WRITE, Permission.GOALS_CONFIRM
NEVER_CONFIRMED = frozenset({GoalStatus.DRAFT, GoalStatus.PROPOSED, GoalStatus.RETURNED})
GOES_ON = ("domain", "title", "specific", "measurable", "achievable", "relevant")


def propose(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Hand the goal to the advisors. Whoever wanted to drop it has thought better of it."""
    goal.proposed_at, goal.proposed_outcome = clock.now(), None
    _note("goal.proposed", goal, access, comment)


def confirm(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Make it one of the plan's goals."""
    goal.confirmed_at, goal.confirmed_by = clock.now(), access.caller.person_id
    _note("goal.confirmed", goal, access, comment)


def return_(goal: Goal, access: Access, comment: str) -> None:
    """Give it back, saying what is asked for."""
    _note("goal.returned", goal, access, comment)


def hold(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Let it rest for a while."""
    _note("goal.held", goal, access, comment)


def resume(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Take it up again."""
    _note("goal.resumed", goal, access, comment)


def propose_outcome(
    goal: Goal, access: Access, outcome: str, reflection: str, comment: str | None = None
) -> None:
    """Say how it ended, and what the student makes of that.

    Raises Problem(validation_failed) for any outcome but `dropped` of a goal
    that was never confirmed.
    """
    if goal.status in NEVER_CONFIRMED and outcome != Outcome.DROPPED:
        raise invalid("outcome", "A goal that was never confirmed can only be dropped.")
    goal.proposed_outcome, goal.reflection = outcome, reflection
    _note("goal.outcome_proposed", goal, access, comment, outcome=outcome)


def confirm_outcome(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Agree with how the student says it ended: from here the goal is closed."""
    outcome = Outcome(goal.proposed_outcome or "")
    goal.status, goal.proposed_outcome = outcome, None
    goal.ended_on = access.caller.today
    _note("goal.outcome_confirmed", goal, access, comment, outcome=outcome)


def decline_outcome(goal: Goal, access: Access, comment: str) -> None:
    """Disagree, saying why: the goal goes on as it was."""
    declined, goal.proposed_outcome = goal.proposed_outcome, None
    _note("goal.outcome_declined", goal, access, comment, outcome=declined)


def carry_forward(
    goal: Goal, access: Access, due_on: date | None = None, comment: str | None = None
) -> None:
    """Go on in this cycle with a new, proposed goal of the same words and the steps still open.

    The new goal is due on `due_on`; without one, when the old was, if that is still to come.
    """
    today = access.caller.today
    plausible("due_on", due_on, today)
    if due_on is None and goal.due_on is not None and goal.due_on >= today:
        due_on = goal.due_on
    onward = _onward(goal, due_on)
    goal.carried_to_id = onward.id
    goal.ended_on = goal.ended_on or today
    _note("goal.carried_forward", goal, access, comment, carried_to_id=onward.id)


def _onward(goal: Goal, due_on: date | None) -> Goal:
    session = db.session()
    onward = Goal(
        id=new_id(),
        district_id=goal.district_id,
        student_id=goal.student_id,
        plan=goal.plan,
        carried_from_id=goal.id,
        status=GoalStatus.PROPOSED,
        proposed_at=clock.now(),
        due_on=due_on,
        **{name: getattr(goal, name) for name in GOES_ON},
    )
    session.add(onward)
    # Both rows refer to each other: this one must stand before the old one names it.
    session.flush()
    still_open = select(GoalStep).where(GoalStep.goal_id == goal.id, GoalStep.done_on.is_(None))
    session.add_all(
        GoalStep(
            district_id=goal.district_id,
            student_id=goal.student_id,
            goal_id=onward.id,
            position=step.position,
            title=step.title,
            due_on=step.due_on,
        )
        for step in session.scalars(still_open)
    )
    return onward


def _note(what: str, goal: Goal, access: Access, comment: str | None, **payload: Any) -> None:
    if comment is not None:
        comments.add(goal, access, comment, Permission.GOALS_COMMENT)
    goal.plan.stir()
    audit.record(what, goal, by=access.caller.person_id, **payload)


def plan_is_open(goal: Goal, _access: Access) -> Code | None:
    """Nothing moves in a plan that is closed."""
    return None if goal.plan.is_open else Code.PLAN_CLOSED


def no_outcome_waits(goal: Goal, _access: Access) -> str | None:
    """An outcome the student proposed is answered before anything else."""
    return "An outcome was proposed; that is answered first." if goal.proposed_outcome else None


def an_outcome_waits(goal: Goal, _access: Access) -> str | None:
    """There must be an outcome to answer."""
    return None if goal.proposed_outcome else "No outcome was proposed."


def its_cycle_is_over(goal: Goal, access: Access) -> str | None:
    """A goal is carried forward at roll-over: once the cycle it was made in has ended."""
    district = access.district(goal.district_id)
    cycle = district_settings.of(district).cycle(access.caller.today)
    began_at = clock.end_of(cycle.starts_on - timedelta(days=1), district.time_zone)
    return None if goal.created_at < began_at else "It belongs to this cycle."


BEGUN = "active on_hold"
NOT_ENDED = "draft proposed returned active on_hold"
SCHOOL = (plan_is_open, not_family_unless_keeper)
ANSWER = (*SCHOOL, an_outcome_waits)

GOAL = LifeCycle(
    [
        move("draft returned", "propose", STUDENT, "proposed", propose, plan_is_open),
        move("proposed", "confirm", ADVISOR, "active", confirm, *SCHOOL, no_outcome_waits),
        move("proposed", "return", ADVISOR, "returned", return_, *SCHOOL, no_outcome_waits),
        move("active", "hold", STUDENT, "on_hold", hold, plan_is_open),
        move("active", "hold", ADVISOR, "on_hold", hold, *SCHOOL),
        move("on_hold", "resume", STUDENT, "active", resume, plan_is_open),
        move("on_hold", "resume", ADVISOR, "active", resume, *SCHOOL),
        move(NOT_ENDED, "propose_outcome", STUDENT, None, propose_outcome, plan_is_open),
        move(NOT_ENDED, "confirm_outcome", ADVISOR, None, confirm_outcome, *ANSWER),
        move(NOT_ENDED, "decline_outcome", ADVISOR, None, decline_outcome, *ANSWER),
        move(
            f"{BEGUN} partly_met not_met",
            "carry_forward",
            STUDENT,
            "carried_forward",
            carry_forward,
            plan_is_open,
            no_outcome_waits,
            its_cycle_is_over,
        ),
    ]
)
