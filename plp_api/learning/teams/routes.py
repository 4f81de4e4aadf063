"""Routes of the team of an ELO."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.assignments import Assignment
from plp_api.learning.elos.models import Elo
from plp_api.learning.teams import actions
from plp_api.learning.teams.listings import TEAM
from plp_api.learning.teams.schemas import (
    AssignmentPatchSchema,
    AssignmentSchema,
    NewAssignmentSchema,
)

blueprint = Blueprint("Teams", __name__, "Who works on an ELO, in which role, from when to when.")


@blueprint.route("/elos/<uuid:elo_id>/team")
@blueprint.requires(Permission.ELOS_READ, Elo)
@blueprint.lists(AssignmentSchema, TEAM)
def list_team_of_elo(access: Access, elo: Elo) -> Any:
    """List the team of an ELO, also those who have left it: its history.

    `is_current=true` lists those of today; the ELO itself has them in `team`.
    """
    return access.beneath(elo, Assignment)


@blueprint.route("/elos/<uuid:elo_id>/team", methods=["POST"])
@blueprint.requires(Permission.ELOS_DECIDE, Elo)
@blueprint.refuses(
    Code.ELO_CLOSED,
    Code.ACTOR_IS_FAMILY,
    Code.ACTION_UNAVAILABLE,
    Code.PERSON_IS_STUDENT,
    Code.RECORD_DUPLICATE,
    Code.SUPERVISOR_MISSING,
)
@blueprint.arguments(NewAssignmentSchema)
@blueprint.response(201, AssignmentSchema)
def add_to_team_of_elo(access: Access, elo: Elo, fields: dict[str, Any]) -> Assignment:
    """Add somebody to the team of an ELO; they reach this ELO from that day, and no more.

    Only staff of your district, never the student's family; a mentor of the ELO's partner.
    Nobody makes themselves teacher of record. A new mentor or teacher voids the agreement's
    signatures: with `replaces_id` one call does both, and voids them once. A delegate changes
    nothing of the agreement.
    """
    return actions.add(elo, access, **fields)


@blueprint.route("/assignments/<uuid:assignment_id>")
@blueprint.requires(Permission.ELOS_READ, Assignment)
@blueprint.response(200, AssignmentSchema)
def get_assignment(access: Access, assignment: Assignment) -> Assignment:
    """Get somebody's role in a team.

    It holds from `starts_on` until the day before `ends_on`; a delegate's no longer than the
    role of the person for whom they act.
    """
    actions.require_of_elo(assignment)
    return assignment


@blueprint.route("/assignments/<uuid:assignment_id>", methods=["PATCH"])
@blueprint.requires(Permission.ELOS_DECIDE, Assignment)
@blueprint.refuses(
    Code.ELO_CLOSED,
    Code.ACTOR_IS_FAMILY,
    Code.ACTION_UNAVAILABLE,
    Code.PERSON_IS_STUDENT,
    Code.RECORD_DUPLICATE,
    Code.SUPERVISOR_MISSING,
)
@blueprint.arguments(AssignmentPatchSchema)
@blueprint.response(200, AssignmentSchema)
def change_assignment(access: Access, assignment: Assignment, fields: dict[str, Any]) -> Assignment:
    """End somebody's time in a team with `ends_on`, or change a span that is still to come.

    What is over does not change: who was on the team on a day decides what they could decide.
    The last licensed supervisor of an open ELO goes only where another follows (`replaces_id`).
    Only somebody whom you could add gets further days. Another role or person is a new assignment.
    """
    return actions.change(assignment, access, **fields)
