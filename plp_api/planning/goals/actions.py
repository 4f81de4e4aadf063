"""Write goals, plan their steps, log work on them, and move them through their life cycle."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, bindparam, case, func, or_, select, update
from sqlalchemy import delete as delete_rows

from plp_api.catalog.item_links import actions as item_links
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.planning.goals import evidence
from plp_api.planning.goals.dates import happened, plausible
from plp_api.planning.goals.models import ENDED, CheckIn, Goal, GoalStatus, GoalStep, Outcome
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import Plan, stirring

NEVER_CONFIRMED = frozenset({GoalStatus.DRAFT, GoalStatus.PROPOSED, GoalStatus.RETURNED})
GOES_ON = ("domain", "title", "specific", "measurable", "achievable", "relevant")
_WORKED_ON = sorted(frozenset(GoalStatus) - ENDED - {GoalStatus.DRAFT})


def add(plan: Plan, access: Access, **texts: Any) -> Goal:
    """Add a goal as a draft. Raises Problem: plan_closed, validation_failed (`due_on`)."""
    require_open(plan)
    plausible("due_on", texts.get("due_on"), access.caller.today)
    goal = Goal(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan=plan,
        status=GoalStatus.DRAFT,
        **texts,
    )
    db.session().add(goal)
    plan.stir()
    audit.record("goal.added", goal, by=access.caller.person_id, domain=goal.domain)
    return goal


def revise(goal: Goal, access: Access, **texts: Any) -> Goal:
    """Change the texts of a goal, in every state until it has ended.

    The approved texts stay in the plan version's snapshot. The event of a
    revision names the changed fields.
    Raises Problem: goal_closed, plan_closed, validation_failed (`due_on`).
    """
    _require_open(goal)
    plausible("due_on", texts.get("due_on"), access.caller.today)
    changed = _change(goal, texts)
    if changed:
        _note("goal.revised", goal, goal, access, status=goal.status, fields=changed)
    return goal


def delete(goal: Goal, access: Access) -> None:
    """Delete a draft that was never proposed or commented on, with its steps and links.

    Not while an ELO serves it.

    Raises Problem: goal_closed, plan_closed, goal_relied_on otherwise.
    """
    _require_open(goal)
    is_known = comments.exist_on(goal) or evidence.exists_for(goal)
    if goal.status != GoalStatus.DRAFT or is_known:
        raise Problem(Code.GOAL_RELIED_ON)
    _note("goal.deleted", goal, goal, access)
    item_links.remove_all(goal, access)
    session = db.session()
    session.execute(delete_rows(GoalStep).where(GoalStep.goal_id == goal.id))
    session.delete(goal)


def change_links(goal: Goal, _access: Access) -> None:
    """Give the goal, which shows its items, a new version.

    Raises Problem: goal_closed, plan_closed.
    """
    _require_open(goal)
    goal.touch()
    goal.plan.stir()


def add_step(goal: Goal, access: Access, position: int | None = None, **fields: Any) -> GoalStep:
    """Add a step, at the end unless a position is given.

    Raises Problem: goal_closed, plan_closed, goal_not_proposed (`done_on` while
    the goal is a draft), validation_failed (`due_on`, `done_on`).
    """
    db.lock(goal)
    _require_open(goal)
    _check_step(goal, access, fields)
    step = GoalStep(
        id=new_id(),
        district_id=goal.district_id,
        student_id=goal.student_id,
        goal_id=goal.id,
        position=_last_position(goal) + 1 if position is None else position,
        **fields,
    )
    db.session().add(step)
    _note("goal_step.added", step, goal, access, is_done=step.done_on is not None)
    return step


def _last_position(goal: Goal) -> int:
    query = select(func.max(GoalStep.position)).where(GoalStep.goal_id == goal.id)
    return db.session().scalar(query) or 0


def change_step(step: GoalStep, access: Access, **fields: Any) -> GoalStep:
    """Change a step, or set the day it was done. Raises the problems of `add_step`."""
    goal = _goal_of(step)
    _check_step(goal, access, fields)
    changed = _change(step, fields)
    if changed:
        is_done = step.done_on is not None
        _note("goal_step.changed", step, goal, access, fields=changed, is_done=is_done)
    return step


def _check_step(goal: Goal, access: Access, fields: dict[str, Any]) -> None:
    today = access.caller.today
    plausible("due_on", fields.get("due_on"), today)
    if fields.get("done_on") is not None:
        _require_begun(goal)
        happened("done_on", fields["done_on"], goal.plan.opened_on, today)


def remove_step(step: GoalStep, access: Access) -> None:
    """Delete a step. Raises Problem: goal_closed, plan_closed."""
    goal = _goal_of(step)
    _note("goal_step.removed", step, goal, access)
    db.session().delete(step)


def check_in(goal: Goal, access: Access, checked_on: date | None = None, **fields: Any) -> CheckIn:
    """Add a check-in on the goal, dated today unless another day is given.

    Raises Problem: goal_closed, plan_closed, goal_not_proposed, validation_failed
    (`checked_on`).
    """
    _require_open(goal)
    _require_begun(goal)
    today = access.caller.today
    happened("checked_on", checked_on, goal.plan.opened_on, today)
    look = CheckIn(
        id=new_id(),
        district_id=goal.district_id,
        student_id=goal.student_id,
        goal_id=goal.id,
        checked_on=checked_on or today,
        author_id=access.caller.person_id,
        **fields,
    )
    db.session().add(look)
    # Lock the goal's row before the plan's, as everywhere else: another order could deadlock.
    _show_progress(look, goal)
    audit.record(
        "check_in.added",
        look,
        by=access.caller.person_id,
        goal_id=goal.id,
        percent=look.percent,
        on=look.checked_on,
    )
    return look


_PERCENT, _CHECKED_ON = bindparam("percent", type_=Integer()), bindparam("checked_on", type_=Date())
_IS_LATEST = or_(Goal.progress_on.is_(None), Goal.progress_on <= _CHECKED_ON)
_SHOW_PROGRESS = db.Prepared(
    update(Goal)
    .where(
        Goal.id == bindparam("goal", type_=Uuid()),
        or_(*(Goal.status == status for status in _WORKED_ON)),
    )
    .values(
        progress_percent=case((_IS_LATEST, _PERCENT), else_=Goal.progress_percent),
        progress_on=case((_IS_LATEST, _CHECKED_ON), else_=Goal.progress_on),
        version=case((_IS_LATEST, Goal.version + 1), else_=Goal.version),
        updated_at=case((_IS_LATEST, bindparam("now", type_=db.Instant())), else_=Goal.updated_at),
    )
    .returning(Goal.id)
    .execution_options(synchronize_session=False, autoflush=False)
)


def _show_progress(look: CheckIn, goal: Goal) -> None:
    """Copy the check-in's progress to the goal, unless a later one is there, and stir the plan.

    One UPDATE compares and writes, so that of two check-ins at once the later
    one stays, without a lock. Raises Problem(goal_closed) if another request has
    closed the goal since it was read.
    """
    shown = _SHOW_PROGRESS(
        goal=look.goal_id, percent=look.percent, checked_on=look.checked_on, now=clock.now()
    )
    updated, _ = db.fetch(shown, stirring(goal.plan_id))
    if not updated:
        raise Problem(Code.GOAL_CLOSED, "It was closed just now.")


def change_check_in(look: CheckIn, access: Access, **fields: Any) -> CheckIn:
    """Correct a check-in. Raises the problems of `check_in`."""
    goal = _goal_of(look)
    happened("checked_on", fields.get("checked_on"), goal.plan.opened_on, access.caller.today)
    changed = _change(look, fields)
    if changed:
        _note("check_in.changed", look, goal, access, fields=changed, percent=look.percent)
        _find_progress(goal)
    return look


def remove_check_in(look: CheckIn, access: Access) -> None:
    """Delete a check-in made by mistake. Raises Problem: goal_closed, plan_closed."""
    goal = _goal_of(look)
    _note("check_in.removed", look, goal, access, percent=look.percent, on=look.checked_on)
    db.session().delete(look)
    _find_progress(goal)


def _find_progress(goal: Goal) -> None:
    """Copy the progress of the latest check-in to the goal, whose row is locked."""
    latest = (
        select(CheckIn)
        .where(CheckIn.goal_id == goal.id)
        .order_by(CheckIn.checked_on.desc(), CheckIn.id.desc())
        .limit(1)
    )
    look = db.session().scalar(latest)
    goal.progress_percent = look.percent if look else None
    goal.progress_on = look.checked_on if look else None


def _goal_of(part: GoalStep | CheckIn) -> Goal:
    """The open goal of a step or a check-in, locked, so that it stays open until the commit."""
    goal = db.session().get_one(Goal, part.goal_id)
    db.lock(goal)
    _require_open(goal)
    return goal


def _require_open(goal: Goal) -> None:
    require_open(goal.plan)
    if goal.has_ended:
        raise Problem(Code.GOAL_CLOSED, f"It is {goal.status}.")


def _require_begun(goal: Goal) -> None:
    if goal.status == GoalStatus.DRAFT:
        raise Problem(Code.GOAL_NOT_PROPOSED)


def _change(row: Any, fields: dict[str, Any]) -> list[str]:
    """Set the values that differ and return their names."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    return sorted(changed)


def _note(what: str, row: Any, goal: Goal, access: Access, **payload: Any) -> None:
    """Record a change of the goal or its steps and check-ins, and stir the plan."""
    goal.plan.stir()
    goal_id: UUID | None = None if row is goal else goal.id
    audit.record(what, row, by=access.caller.person_id, goal_id=goal_id, **payload)


# The moves of the life cycle.


def propose(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Hand the goal to the advisors. This takes back an outcome that the student proposed."""
    goal.proposed_at, goal.proposed_outcome = clock.now(), None
    _note_move("goal.proposed", goal, access, comment)


def confirm(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Confirm the goal, so that it is one of the plan's goals."""
    goal.confirmed_at, goal.confirmed_by = clock.now(), access.caller.person_id
    _note_move("goal.confirmed", goal, access, comment)


def return_(goal: Goal, access: Access, comment: str) -> None:
    """Return the goal to the student with a comment that says what to change."""
    _note_move("goal.returned", goal, access, comment)


def hold(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Pause the goal."""
    _note_move("goal.held", goal, access, comment)


def resume(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Resume a paused goal."""
    _note_move("goal.resumed", goal, access, comment)


def propose_outcome(
    goal: Goal, access: Access, outcome: str, reflection: str, comment: str | None = None
) -> None:
    """Propose how the goal ended, with the student's reflection.

    Raises Problem(validation_failed) unless the outcome is `dropped`, if the
    goal was never confirmed.
    """
    if goal.status in NEVER_CONFIRMED and outcome != Outcome.DROPPED:
        raise invalid("outcome", "A goal that was never confirmed can only be dropped.")
    goal.proposed_outcome, goal.reflection = outcome, reflection
    _note_move("goal.outcome_proposed", goal, access, comment, outcome=outcome)


def is_proposed_so(
    goal: Goal, access: Access, outcome: str, reflection: str, comment: str | None = None
) -> bool:
    """Whether this outcome is proposed already, with this reflection and comment."""
    is_same = (goal.proposed_outcome, goal.reflection) == (outcome, reflection)
    return is_same and comments.was_said(goal, access, comment)


def confirm_outcome(goal: Goal, access: Access, comment: str | None = None) -> None:
    """Confirm the outcome that the student proposed, which closes the goal."""
    outcome = Outcome(goal.proposed_outcome or "")
    goal.status, goal.proposed_outcome = outcome, None
    goal.ended_on = access.caller.today
    _note_move("goal.outcome_confirmed", goal, access, comment, outcome=outcome)


def decline_outcome(goal: Goal, access: Access, comment: str) -> None:
    """Decline the proposed outcome with a comment; the goal stays as it was."""
    declined, goal.proposed_outcome = goal.proposed_outcome, None
    _note_move("goal.outcome_declined", goal, access, comment, outcome=declined)


def carry_forward(
    goal: Goal, access: Access, due_on: date | None = None, comment: str | None = None
) -> None:
    """Continue the goal in this cycle: propose a new one with its texts and its open steps.

    It is linked to the same framework items, but to no retired one.

    The new goal is due on `due_on`, else on the old goal's day unless it is past.
    """
    today = access.caller.today
    plausible("due_on", due_on, today)
    if due_on is None and goal.due_on is not None and goal.due_on >= today:
        due_on = goal.due_on
    onward = _onward(goal, due_on)
    item_links.take_along(goal, onward, access)
    goal.carried_to_id = onward.id
    goal.ended_on = goal.ended_on or today
    _note_move("goal.carried_forward", goal, access, comment, carried_to_id=onward.id)


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
    # The two rows refer to each other: insert this one before the old one refers to it.
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


def _note_move(what: str, goal: Goal, access: Access, comment: str | None, **payload: Any) -> None:
    if comment is not None:
        comments.add(goal, access, comment, Permission.GOALS_COMMENT)
    goal.plan.stir()
    audit.record(what, goal, by=access.caller.person_id, **payload)
