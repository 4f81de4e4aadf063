"""Goals in plan versions: a version's approval confirms them and its snapshot holds their texts.

Progress on goals is not in the snapshot, so that work goes on after people have signed.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.planning.goals.models import Goal, GoalStatus
from plp_api.planning.plans import history
from plp_api.planning.plans.models import PlanVersion

CONFIRMED = (GoalStatus.ACTIVE, GoalStatus.ON_HOLD)


def confirm_proposed(version: PlanVersion, access: Access) -> None:
    """Confirm all proposed goals of the plan, on behalf of the version's approver.

    A goal with a proposed outcome (the student wants to drop it) is left alone.
    """
    by = access.caller.person_id
    confirmed = (
        update(Goal)
        .where(
            Goal.plan_id == version.plan_id,
            Goal.status == GoalStatus.PROPOSED,
            Goal.proposed_outcome.is_(None),
        )
        .values(
            status=GoalStatus.ACTIVE,
            confirmed_at=clock.now(),
            confirmed_by=by,
            version=Goal.version + 1,
        )
        .returning(Goal)
        .execution_options(populate_existing=True)
    )
    before = {"status": GoalStatus.PROPOSED, "confirmed_at": None, "confirmed_by": None}
    for goal in db.session().scalars(confirmed).unique().all():
        history.keep(goal, **before)
        audit.record("goal.confirmed", goal, by=by, plan_version_id=version.id)


def texts(plans: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """By plan, the texts of its confirmed goals for a snapshot, without progress or names.

    With the words of the framework items they are linked to, as they are now.
    """
    confirmed = select(Goal).where(Goal.plan_id.in_(plans), Goal.status.in_(CONFIRMED))
    found: dict[UUID, list[dict[str, Any]]] = {plan: [] for plan in plans}
    goals = db.session().scalars(confirmed.order_by(Goal.created_at, Goal.id)).all()
    items = item_links.of_subjects({goal.id for goal in goals})
    for goal in goals:
        found[goal.plan_id].append({**_text(goal), **item_links.frozen(items[goal.id])})
    return found


def _text(goal: Goal) -> dict[str, Any]:
    return {
        "goal_id": str(goal.id),
        "domain": goal.domain,
        "title": goal.title,
        "specific": goal.specific,
        "measurable": goal.measurable,
        "achievable": goal.achievable,
        "relevant": goal.relevant,
        "due_on": clock.iso(goal.due_on),
    }
