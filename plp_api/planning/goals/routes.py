"""Routes of goals, their steps and check-ins."""

from typing import Any

from plp_api.catalog.item_links.routes import by_item, serve_links
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import (
    Listing,
    on_or_before,
    one_of,
    same_id,
    search,
    since,
    yes_or_no,
)
from plp_api.planning.goals import actions, progress
from plp_api.planning.goals.models import NO_EVIDENCE, CheckIn, Domain, Goal, GoalStatus, GoalStep
from plp_api.planning.goals.schemas import (
    CheckInPatchSchema,
    CheckInSchema,
    GoalActionFieldsSchema,
    GoalPatchSchema,
    GoalSchema,
    GoalStepPatchSchema,
    GoalStepSchema,
    PlanProgressSchema,
)
from plp_api.planning.plans.models import Plan

blueprint = Blueprint("Goals", __name__, "A student's goals, their steps and check-ins.")

OF_PLAN = {
    "status": one_of(Goal.status, GoalStatus, "Only goals in these states."),
    "domain": one_of(Goal.domain, Domain, "Only goals in these domains."),
    "due_by": on_or_before(Goal.due_on, "Only goals due on that day or earlier."),
    "has_proposed_outcome": yes_or_no(
        Goal.proposed_outcome.is_not(None), "Whether an outcome waits for an advisor."
    ),
    "framework_item_id": by_item(Goal),
    "updated_since": since(Goal.updated_at),
    "q": search(Goal.title, Goal.specific, Goal.measurable, Goal.achievable, Goal.relevant),
}
GOALS_OF_PLAN = Listing(
    filters=OF_PLAN, sorts={"created_at": Goal.created_at, "updated_at": Goal.updated_at}
)
GOALS = Listing(
    filters={
        **OF_PLAN,
        "plan_id": same_id(Goal.plan_id, "Only this plan's."),
    },
    sorts={"updated_at": Goal.updated_at, "created_at": Goal.created_at},
)
STEPS = Listing(
    filters={
        "is_done": yes_or_no(GoalStep.done_on.is_not(None), "Only steps done, or only open ones."),
        "due_by": on_or_before(GoalStep.due_on, "Only steps due on that day or earlier."),
        "updated_since": since(GoalStep.updated_at),
    },
    sorts={"position": GoalStep.position, "updated_at": GoalStep.updated_at},
)
CHECK_INS = Listing(
    filters={"updated_since": since(CheckIn.updated_at)},
    sorts={"checked_on": CheckIn.checked_on, "updated_at": CheckIn.updated_at},
)


@blueprint.route("/plans/<uuid:plan_id>/goals")
@blueprint.requires(Permission.GOALS_READ, Plan)
@blueprint.lists(GoalSchema, GOALS_OF_PLAN)
def list_goals_of_plan(access: Access, plan: Plan) -> Any:
    """List the goals of one plan, including those that ended.

    Whoever does not reach the plan gets 404. Filter by `status` to leave out the goals
    that ended.
    """
    return access.beneath(plan, Goal)


@blueprint.route("/plans/<uuid:plan_id>/goals", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED)
@blueprint.arguments(GoalSchema)
@blueprint.response(201, GoalSchema)
def add_goal(access: Access, plan: Plan, fields: dict[str, Any]) -> Goal:
    """Add a goal to a plan, as a draft.

    Only `domain` and `title` are required. A draft is not hidden: everybody who
    may read the plan's goals can read it. Hand it to the advisors with `propose`.
    """
    return actions.add(plan, access, **fields)


@blueprint.route("/plans/<uuid:plan_id>/progress")
@blueprint.requires(Permission.GOALS_READ, Plan)
@blueprint.response(200, PlanProgressSchema)
def get_plan_progress(access: Access, plan: Plan) -> dict[str, Any]:
    """Get the progress of a plan today, as data for charts.

    The answer counts goals by status and by domain, and steps done, open and
    overdue; each goal has its check-ins over time. There is no total score:
    percentages of different goals do not add up. `competencies` counts the items of
    each framework by the level at which the school rated the student last; it is left
    out for whoever may not read the student's ratings. `elos` names the student's ELOs
    with the time planned for them, `elo_hours` has the hours of each; they are left out for
    whoever may not read the ELOs, or their log entries.
    """
    return progress.whole(plan, access)


@blueprint.route("/goals")
@blueprint.requires(Permission.GOALS_READ)
@blueprint.lists(GoalSchema, GOALS)
def list_goals(access: Access) -> Any:
    """List goals you may read, across students.

    An advisor lists the goals that wait for an answer with `status=proposed` or
    `has_proposed_outcome=true`, and answers up to fifty in one
    `POST /goals/actions`.
    """
    return access.select(Goal)


@blueprint.route("/goals/<uuid:goal_id>")
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.response(200, GoalSchema)
def get_goal(access: Access, goal: Goal) -> Goal:
    """Get a goal, with its latest progress and the actions you may take on it now.

    `available_actions` depends on who asks and on the day; take one of them with `POST
    /goals/{id}/actions`. Send the ETag as If-Match with a change.
    """
    return goal


@blueprint.route("/goals/<uuid:goal_id>", methods=["PATCH"])
@blueprint.requires(Permission.GOALS_WRITE, Goal)
@blueprint.refuses(Code.GOAL_CLOSED, Code.PLAN_CLOSED)
@blueprint.arguments(GoalPatchSchema)
@blueprint.response(200, GoalSchema)
def revise_goal(access: Access, goal: Goal, fields: dict[str, Any]) -> Goal:
    """Revise the texts of a goal.

    Allowed until the goal has ended, also while it is active: the plan version
    in force keeps the approved texts, and an event records the change. A
    check-in changes the goal's ETag, so read the goal again after a 412.
    """
    return actions.revise(goal, access, **fields)


@blueprint.route("/goals/<uuid:goal_id>", methods=["DELETE"])
@blueprint.requires(Permission.GOALS_WRITE, Goal)
@blueprint.refuses(Code.GOAL_RELIED_ON, Code.GOAL_CLOSED, Code.PLAN_CLOSED)
@blueprint.response(204)
def delete_goal(access: Access, goal: Goal) -> None:
    """Delete a draft that was never proposed or commented on, and that no ELO serves.

    To end any other goal, send the action `propose_outcome` with `dropped`.
    """
    actions.delete(goal, access)


blueprint.actions("/goals", Goal, GoalSchema, GoalActionFieldsSchema)
serve_comments(
    blueprint, "/goals", Goal, read=Permission.GOALS_READ, write=Permission.GOALS_COMMENT
)
serve_links(
    blueprint,
    "/goals",
    Goal,
    read=Permission.GOALS_READ,
    write=Permission.GOALS_WRITE,
    change=actions.change_links,
    counts=Goal.status.not_in(NO_EVIDENCE),
    refuses=(Code.GOAL_CLOSED, Code.PLAN_CLOSED),
)


@blueprint.route("/goals/<uuid:goal_id>/steps")
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.lists(GoalStepSchema, STEPS)
def list_goal_steps(access: Access, goal: Goal) -> Any:
    """List the steps of a goal, in their order.

    Done and open steps are in one list. Whoever reads the goal reads them.
    """
    return access.beneath(goal, GoalStep)


@blueprint.route("/goals/<uuid:goal_id>/steps", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Goal)
@blueprint.refuses(Code.GOAL_CLOSED, Code.GOAL_NOT_PROPOSED, Code.PLAN_CLOSED)
@blueprint.arguments(GoalStepSchema)
@blueprint.response(201, GoalStepSchema)
def add_goal_step(access: Access, goal: Goal, fields: dict[str, Any]) -> GoalStep:
    """Add a step to a goal.

    Steps may be planned while the goal is a draft; a step that is done already
    (`done_on`) needs a goal that was proposed.
    """
    return actions.add_step(goal, access, **fields)


@blueprint.route("/goal-steps/<uuid:step_id>")
@blueprint.requires(Permission.GOALS_READ, GoalStep)
@blueprint.response(200, GoalStepSchema)
def get_goal_step(access: Access, step: GoalStep) -> GoalStep:
    """Get a step.

    Whoever reads the goal reads its steps. A step of a goal that you do not reach is
    404.
    """
    return step


@blueprint.route("/goal-steps/<uuid:step_id>", methods=["PATCH"])
@blueprint.requires(Permission.GOALS_WRITE, GoalStep)
@blueprint.refuses(Code.GOAL_CLOSED, Code.GOAL_NOT_PROPOSED, Code.PLAN_CLOSED)
@blueprint.arguments(GoalStepPatchSchema)
@blueprint.response(200, GoalStepSchema)
def change_goal_step(access: Access, step: GoalStep, fields: dict[str, Any]) -> GoalStep:
    """Change a step, or mark it done by setting `done_on`.

    Other steps keep their positions; two at the same position are listed in the
    order in which they were added.
    """
    return actions.change_step(step, access, **fields)


@blueprint.route("/goal-steps/<uuid:step_id>", methods=["DELETE"])
@blueprint.requires(Permission.GOALS_WRITE, GoalStep)
@blueprint.refuses(Code.GOAL_CLOSED, Code.PLAN_CLOSED)
@blueprint.response(204)
def remove_goal_step(access: Access, step: GoalStep) -> None:
    """Remove a step."""
    actions.remove_step(step, access)


@blueprint.route("/goals/<uuid:goal_id>/check-ins")
@blueprint.requires(Permission.GOALS_READ, Goal)
@blueprint.lists(CheckInSchema, CHECK_INS)
def list_check_ins(access: Access, goal: Goal) -> Any:
    """List the check-ins on a goal, by day.

    The newest comes last; `sort=-checked_on` turns the order around. Whoever reads the
    goal reads them.
    """
    return access.beneath(goal, CheckIn)


@blueprint.route("/goals/<uuid:goal_id>/check-ins", methods=["POST"])
@blueprint.requires(Permission.GOALS_WRITE, Goal)
@blueprint.refuses(Code.GOAL_CLOSED, Code.GOAL_NOT_PROPOSED, Code.PLAN_CLOSED)
@blueprint.arguments(CheckInSchema)
@blueprint.response(201, CheckInSchema)
def check_in_on_goal(access: Access, goal: Goal, fields: dict[str, Any]) -> CheckIn:
    """Add a check-in to a goal: the progress in percent, and a short text.

    The goal shows the latest check-in by day as `progress_percent`, which
    changes the goal's ETag. No If-Match is needed.
    """
    return actions.check_in(goal, access, **fields)


@blueprint.route("/check-ins/<uuid:check_in_id>")
@blueprint.requires(Permission.GOALS_READ, CheckIn)
@blueprint.response(200, CheckInSchema)
def get_check_in(access: Access, look: CheckIn) -> CheckIn:
    """Get a check-in.

    Whoever reads the goal reads its check-ins. A check-in of a goal that you do not
    reach is 404.
    """
    return look


@blueprint.route("/check-ins/<uuid:check_in_id>", methods=["PATCH"])
@blueprint.requires(Permission.GOALS_WRITE, CheckIn)
@blueprint.refuses(Code.GOAL_CLOSED, Code.PLAN_CLOSED)
@blueprint.arguments(CheckInPatchSchema)
@blueprint.response(200, CheckInSchema)
def change_check_in(access: Access, look: CheckIn, fields: dict[str, Any]) -> CheckIn:
    """Correct a check-in. The goal's progress follows if it is the latest one."""
    return actions.change_check_in(look, access, **fields)


@blueprint.route("/check-ins/<uuid:check_in_id>", methods=["DELETE"])
@blueprint.requires(Permission.GOALS_WRITE, CheckIn)
@blueprint.refuses(Code.GOAL_CLOSED, Code.PLAN_CLOSED)
@blueprint.response(204)
def remove_check_in(access: Access, look: CheckIn) -> None:
    """Remove a check-in that was entered by mistake."""
    actions.remove_check_in(look, access)
