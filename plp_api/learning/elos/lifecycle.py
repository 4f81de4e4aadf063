"""The life cycle of an ELO, as a table.

The student proposes it and hands it in; the coordinator of the school that runs it decides on
the proposal, completes the design, starts and suspends the work; the teacher of record may ask
for more. The other moves are nobody's action: `actions.advance`.
"""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.learning.elos import actions, places
from plp_api.learning.elos.models import EloStatus
from plp_api.planning.plans.guards import plan_is_open

STUDENT, COORDINATOR = Permission.ELOS_PROPOSE, Permission.ELOS_DECIDE
SCHOOL = (not_family, places.runs_it)
GOING_ON = (*SCHOOL, plan_is_open)
"""The guards of what lets an ELO go on: a student who has left works on none."""
WORKED_ON = "evidence_complete presented evaluated"
AGREED_AND_OPEN = "approved active suspended evidence_complete presented evaluated incomplete"
OPEN = f"draft submitted returned design agreement_pending {AGREED_AND_OPEN}"

ELO = LifeCycle(
    [
        move("draft returned", "submit", STUDENT, EloStatus.SUBMITTED, actions.submit),
        move("submitted", "accept", COORDINATOR, EloStatus.DESIGN, actions.accept, *GOING_ON),
        move("submitted", "return", COORDINATOR, EloStatus.RETURNED, actions.return_, *GOING_ON),
        move("submitted", "deny", COORDINATOR, EloStatus.DENIED, actions.deny, *SCHOOL),
        move("design", "complete_design", COORDINATOR, None, actions.complete_design, *GOING_ON),
        move("approved", "start", COORDINATOR, EloStatus.ACTIVE, actions.start, *GOING_ON),
        move("active", "suspend", COORDINATOR, EloStatus.SUSPENDED, actions.suspend, *SCHOOL),
        move("suspended", "resume", COORDINATOR, EloStatus.ACTIVE, actions.resume, *GOING_ON),
        move("active", "hand_in", STUDENT, EloStatus.EVIDENCE_COMPLETE, actions.hand_in),
        move(
            WORKED_ON,
            "mark_incomplete",
            Permission.CREDIT_DECIDE,
            EloStatus.INCOMPLETE,
            actions.mark_incomplete,
            not_family,
            actions.is_teacher_of_record,
            actions.credit_is_next,
        ),
        move("incomplete", "continue", COORDINATOR, EloStatus.ACTIVE, actions.continue_, *GOING_ON),
        move(
            "draft submitted returned design",
            "withdraw",
            STUDENT,
            EloStatus.WITHDRAWN,
            actions.withdraw_own,
        ),
        move(OPEN, "withdraw", COORDINATOR, EloStatus.WITHDRAWN, actions.withdraw, *SCHOOL),
        move(
            AGREED_AND_OPEN,
            "terminate",
            Permission.ELOS_TERMINATE,
            EloStatus.TERMINATED,
            actions.terminate,
            not_family,
        ),
    ],
    refuses=(
        Code.PLAN_CLOSED,
        Code.APPROVER_IS_FAMILY,
        Code.TEACHER_NOT_OF_RECORD,
        Code.DESIGN_INCOMPLETE,
        Code.SUPERVISOR_MISSING,
        Code.CLEARANCE_MISSING,
        Code.LABOR_RULE_BROKEN,
        Code.AGREEMENT_MISSING,
    ),
    look_up=actions.look_up,
)
