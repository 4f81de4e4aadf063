"""The life cycle of a goal, as a table.

The student proposes a goal; an advisor confirms it, alone or by approving the
plan version (`approval`). The student proposes how it ended; an advisor confirms
that. The student carries a goal forward that continues in the next cycle.
"""

from datetime import timedelta

from plp_api.foundation import clock
from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family_unless_keeper
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.roster import district_settings
from plp_api.planning.goals import actions
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.guards import plan_is_open

STUDENT, ADVISOR = Permission.GOALS_WRITE, Permission.GOALS_CONFIRM


def no_outcome_waits(goal: Goal, _access: Access) -> str | None:
    """Why the action is unavailable: a proposed outcome must be answered first."""
    return "Answer the proposed outcome first." if goal.proposed_outcome else None


def an_outcome_waits(goal: Goal, _access: Access) -> str | None:
    """Why the action is unavailable: there is no proposed outcome to answer."""
    return None if goal.proposed_outcome else "No outcome was proposed."


def its_cycle_is_over(goal: Goal, access: Access) -> str | None:
    """Why the goal cannot be carried forward: the cycle in which it was added has not ended."""
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
        move("draft returned", "propose", STUDENT, "proposed", actions.propose, plan_is_open),
        move("proposed", "confirm", ADVISOR, "active", actions.confirm, *SCHOOL, no_outcome_waits),
        move("proposed", "return", ADVISOR, "returned", actions.return_, *SCHOOL, no_outcome_waits),
        move("active", "hold", STUDENT, "on_hold", actions.hold, plan_is_open),
        move("active", "hold", ADVISOR, "on_hold", actions.hold, *SCHOOL),
        move("on_hold", "resume", STUDENT, "active", actions.resume, plan_is_open),
        move("on_hold", "resume", ADVISOR, "active", actions.resume, *SCHOOL),
        move(
            NOT_ENDED,
            "propose_outcome",
            STUDENT,
            None,
            actions.propose_outcome,
            plan_is_open,
            is_done=actions.is_proposed_so,
        ),
        move(NOT_ENDED, "confirm_outcome", ADVISOR, None, actions.confirm_outcome, *ANSWER),
        move(NOT_ENDED, "decline_outcome", ADVISOR, None, actions.decline_outcome, *ANSWER),
        move(
            f"{BEGUN} partly_met not_met",
            "carry_forward",
            STUDENT,
            "carried_forward",
            actions.carry_forward,
            plan_is_open,
            no_outcome_waits,
            its_cycle_is_over,
        ),
    ],
    refuses=(
        Code.PLAN_CLOSED,
        Code.APPROVER_IS_FAMILY,
        Code.GOAL_CLOSED,
    ),
)
