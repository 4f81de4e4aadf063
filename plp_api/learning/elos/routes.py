"""Routes of ELOs."""

from typing import Any

from plp_api.catalog.item_links.routes import serve_links
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.elos import actions, conditions, goals, links
from plp_api.learning.elos.listings import ELOS, ELOS_OF_STUDENT, GOALS_OF_ELO
from plp_api.learning.elos.models import Elo, EloGoal
from plp_api.learning.elos.schemas import (
    EloActionFieldsSchema,
    EloGoalSchema,
    EloPatchSchema,
    EloSchema,
    ReadinessSchema,
)

blueprint = Blueprint(
    "Extended learning opportunities", __name__, "ELOs of students, from proposal to credit."
)


@blueprint.route("/students/<uuid:student_id>/elos")
@blueprint.requires(Permission.ELOS_READ, Student)
@blueprint.lists(EloSchema, ELOS_OF_STUDENT)
def list_elos_of_student(access: Access, student: Student) -> Any:
    """List the ELOs of a student, also those that ended.

    The oldest comes first. A draft is not hidden: whoever reads the student's ELOs reads it.
    """
    return access.select(Elo).where(Elo.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/elos", methods=["POST"])
@blueprint.requires(Permission.ELOS_WRITE, Student)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE)
@blueprint.arguments(EloSchema)
@blueprint.response(201, EloSchema)
def propose_elo(access: Access, student: Student, fields: dict[str, Any]) -> Elo:
    """Begin the proposal of an ELO, as a draft.

    The student may, or a coordinator for them. It waits for nobody until the student hands it
    in with the action `submit`. With `interest_id` it takes up the student's approved hand:
    it is about that opportunity, at its partner and site, and holds the seat from now on.
    """
    return actions.propose(student, access, **fields)


@blueprint.route("/elos")
@blueprint.requires(Permission.ELOS_READ)
@blueprint.lists(EloSchema, ELOS)
def list_elos(access: Access) -> Any:
    """List the ELOs you may read, across students, and those to which you are assigned.

    A coordinator lists the proposals that wait with `status=submitted`, and answers many at
    once by `POST /elos/actions`; what rests too long with `stalled_days=14`, where a
    clearance lapses soon with `lapsing_within=30`, and what nobody supervises with
    `without_supervisor=true`.
    """
    return access.select(Elo)


@blueprint.route("/elos/<uuid:elo_id>")
@blueprint.requires(Permission.ELOS_READ, Elo)
@blueprint.response(200, EloSchema)
def get_elo(access: Access, elo: Elo) -> Elo:
    """Get an ELO with its team of today, its items, and the actions you may take now.

    The parts of its design, its agreement, log entries and credit are resources of their own.
    """
    return elo


@blueprint.route("/elos/<uuid:elo_id>", methods=["PATCH"])
@blueprint.requires(Permission.ELOS_WRITE, Elo)
@blueprint.refuses(
    Code.ELO_CLOSED,
    Code.ACTOR_IS_FAMILY,
    Code.ACTION_UNAVAILABLE,
    Code.PARTNER_ARCHIVED,
    Code.LABOR_RULE_BROKEN,
)
@blueprint.arguments(EloPatchSchema)
@blueprint.response(200, EloSchema)
def revise_elo(access: Access, elo: Elo, fields: dict[str, Any]) -> Elo:
    """Revise an ELO.

    The student may until its design is complete, a coordinator from `design` until it has
    ended. A change of the ranges of hours and dates, of partner or site voids the signatures
    of the agreement; other changes do not.
    """
    return actions.revise(elo, access, **fields)


@blueprint.route("/elos/<uuid:elo_id>/readiness")
@blueprint.requires(Permission.ELOS_WRITE, Elo)
@blueprint.response(200, ReadinessSchema)
def get_elo_readiness(access: Access, elo: Elo) -> dict[str, Any]:
    """Get what is missing before the design is complete, and before the work may start today.

    For the student, who writes the design too, and the coordinator. Empty lists mean that
    `complete_design` and `start` are refused for none of these reasons; the state must allow
    them too. Missing clearances are told to the coordinator alone.
    """
    return conditions.readiness(elo, access)


@blueprint.route("/elos/<uuid:elo_id>/goals")
@blueprint.requires(Permission.ELOS_READ, Elo)
@blueprint.lists(EloGoalSchema, GOALS_OF_ELO)
def list_goals_of_elo(access: Access, elo: Elo) -> Any:
    """List the goals that an ELO serves, by id.

    Whoever may read the student's goals reads them under `/goals/{id}`.
    """
    return access.beneath(elo, EloGoal)


@blueprint.route("/elos/<uuid:elo_id>/goals", methods=["POST"])
@blueprint.requires(Permission.ELOS_WRITE, Elo)
@blueprint.refuses(
    Code.ELO_CLOSED,
    Code.ACTOR_IS_FAMILY,
    Code.GOAL_CLOSED,
    Code.RECORD_DUPLICATE,
    Code.LINKS_FULL,
)
@blueprint.arguments(EloGoalSchema)
@blueprint.response(201, EloGoalSchema)
def add_goal_of_elo(access: Access, elo: Elo, fields: dict[str, Any]) -> EloGoal:
    """Say that an ELO serves a goal of the student's.

    Up to ten, until the ELO has ended, also after its design is complete. The ELO gets a
    new version. No If-Match is needed.
    """
    return goals.serve(elo, access, **fields)


@blueprint.route("/elo-goals/<uuid:elo_goal_id>")
@blueprint.requires(Permission.ELOS_READ, EloGoal)
@blueprint.response(200, EloGoalSchema)
def get_goal_of_elo(access: Access, served: EloGoal) -> EloGoal:
    """Get the tie of an ELO to a goal.

    Whoever reads the ELO reads it.
    """
    return served


@blueprint.route("/elo-goals/<uuid:elo_goal_id>", methods=["DELETE"])
@blueprint.requires(Permission.ELOS_WRITE, EloGoal)
@blueprint.refuses(Code.ELO_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def remove_goal_of_elo(access: Access, served: EloGoal) -> None:
    """Say that an ELO serves a goal no longer. The goal itself stays."""
    goals.leave(served, access)


blueprint.actions("/elos", Elo, EloSchema, EloActionFieldsSchema)
serve_comments(blueprint, "/elos", Elo, read=Permission.ELOS_READ, write=Permission.ELOS_COMMENT)
serve_links(
    blueprint,
    "/elos",
    Elo,
    read=Permission.ELOS_READ,
    write=Permission.ELOS_WRITE,
    change=links.change,
    counts=links.COUNTS,
    refuses=(Code.ELO_CLOSED, Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE),
)
