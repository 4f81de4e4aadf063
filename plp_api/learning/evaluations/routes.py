"""Routes of work habits, presentations and evaluations."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since
from plp_api.learning.elos.models import Elo
from plp_api.learning.evaluations import actions
from plp_api.learning.evaluations.models import Evaluation, Moment, Presentation, WorkHabits
from plp_api.learning.evaluations.schemas import (
    EloEvaluationSchema,
    EloPresentationSchema,
    NewEloEvaluationSchema,
    NewEloPresentationSchema,
    NewWorkHabitsSchema,
    WorkHabitsPatchSchema,
    WorkHabitsSchema,
)

READ, REVIEW = Permission.ELOS_READ, Permission.ELOS_REVIEW

blueprint = Blueprint(
    "ELO evaluations", __name__, "What others say of an ELO: work habits, panel, evaluation."
)

WORK_HABITS = Listing(
    filters={
        "moment": one_of(WorkHabits.moment, Moment, "Only at this moment."),
        "updated_since": since(WorkHabits.updated_at),
    },
    sorts={"rated_on": WorkHabits.rated_on, "updated_at": WorkHabits.updated_at},
)
PRESENTATIONS = Listing(
    filters={"updated_since": since(Presentation.updated_at)},
    sorts={"held_on": Presentation.held_on, "updated_at": Presentation.updated_at},
)
EVALUATIONS = Listing(
    filters={"updated_since": since(Evaluation.updated_at)},
    sorts={"evaluated_at": Evaluation.evaluated_at, "updated_at": Evaluation.updated_at},
)


@blueprint.route("/elos/<uuid:elo_id>/work-habits")
@blueprint.requires(READ, Elo)
@blueprint.lists(WorkHabitsSchema, WORK_HABITS)
def list_work_habits(access: Access, elo: Elo) -> Any:
    """List the work habits of an ELO: at most one rating at the midpoint and one at the end.

    The mentor rates them by a link (`mentor_name`), or the coordinator as the mentor told.
    """
    return access.beneath(elo, WorkHabits)


@blueprint.route("/elos/<uuid:elo_id>/work-habits", methods=["POST"])
@blueprint.requires(REVIEW, Elo)
@blueprint.refuses(
    Code.TEAM_ROLE_MISSING, Code.ACTOR_IS_FAMILY, Code.ELO_NOT_ACTIVE, Code.WORK_HABITS_EXIST
)
@blueprint.arguments(NewWorkHabitsSchema)
@blueprint.response(201, WorkHabitsSchema)
def rate_work_habits(access: Access, elo: Elo, fields: dict[str, Any]) -> WorkHabits:
    """Rate the student's work habits at the midpoint or the end of an ELO.

    The coordinator does, where the mentor told them; by a link the mentor does so themselves.
    A second rating of the same moment gets 409 `work_habits_exist`.
    """
    return actions.rate_work_habits(elo, access, **fields)


@blueprint.route("/work-habits/<uuid:work_habits_id>")
@blueprint.requires(READ, WorkHabits)
@blueprint.response(200, WorkHabitsSchema)
def get_work_habits(access: Access, work_habits: WorkHabits) -> WorkHabits:
    """Get the work habits of one moment.

    Whoever reads the ELO reads them, but for a parent to whom an order denies ratings.
    """
    return work_habits


@blueprint.route("/work-habits/<uuid:work_habits_id>", methods=["PATCH"])
@blueprint.requires(REVIEW, WorkHabits)
@blueprint.refuses(Code.WORK_HABITS_NOT_YOURS, Code.ACTOR_IS_FAMILY, Code.ELO_NOT_ACTIVE)
@blueprint.arguments(WorkHabitsPatchSchema)
@blueprint.response(200, WorkHabitsSchema)
def correct_work_habits(
    access: Access, work_habits: WorkHabits, fields: dict[str, Any]
) -> WorkHabits:
    """Correct work habits that you rated, until the ELO has ended.

    What a mentor said by a link is corrected by nobody.
    """
    return actions.correct_work_habits(work_habits, access, **fields)


@blueprint.route("/elos/<uuid:elo_id>/presentations")
@blueprint.requires(READ, Elo)
@blueprint.lists(EloPresentationSchema, PRESENTATIONS)
def list_elo_presentations(access: Access, elo: Elo) -> Any:
    """List the presentations of an ELO.

    There is more than one where the ELO was incomplete, and presented again.
    """
    return access.beneath(elo, Presentation)


@blueprint.route("/elos/<uuid:elo_id>/presentations", methods=["POST"])
@blueprint.requires(REVIEW, Elo)
@blueprint.refuses(Code.TEAM_ROLE_MISSING, Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE)
@blueprint.arguments(NewEloPresentationSchema)
@blueprint.response(201, EloPresentationSchema)
def record_elo_presentation(access: Access, elo: Elo, fields: dict[str, Any]) -> Presentation:
    """Record the presentation before the panel; the ELO is then `presented`.

    A member of the panel does, or the coordinator, once the student has handed the evidence
    in (409 `action_unavailable` before). People of the panel must be assigned to it on the
    day. An ELO whose profile skips `presented` may be evaluated without.
    """
    return actions.present(elo, access, **fields)


@blueprint.route("/elo-presentations/<uuid:presentation_id>")
@blueprint.requires(READ, Presentation)
@blueprint.response(200, EloPresentationSchema)
def get_elo_presentation(access: Access, presentation: Presentation) -> Presentation:
    """Get a presentation, with its panel.

    Whoever reads the ELO reads it.
    """
    return presentation


@blueprint.route("/elos/<uuid:elo_id>/evaluations")
@blueprint.requires(READ, Elo)
@blueprint.lists(EloEvaluationSchema, EVALUATIONS)
def list_elo_evaluations(access: Access, elo: Elo) -> Any:
    """List the evaluations of an ELO, the earliest first.

    The last one counts.
    """
    return access.beneath(elo, Evaluation)


@blueprint.route("/elos/<uuid:elo_id>/evaluations", methods=["POST"])
@blueprint.requires(REVIEW, Elo)
@blueprint.refuses(
    Code.TEAM_ROLE_MISSING,
    Code.ACTOR_IS_FAMILY,
    Code.ACTION_UNAVAILABLE,
    Code.ACTION_REPEATED,
    Code.LEVEL_NOT_ON_SCALE,
)
@blueprint.arguments(NewEloEvaluationSchema)
@blueprint.response(201, EloEvaluationSchema)
def evaluate_elo(access: Access, elo: Elo, fields: dict[str, Any]) -> Evaluation:
    """Evaluate an ELO by its rubric; it is then `evaluated`.

    Only its cooperating teacher does, or their delegate, with a level for each criterion of
    the ELO's rubric. Without a rubric words are needed. As long as no credit is awarded it
    may be evaluated again; the earlier evaluation stays.
    """
    return actions.evaluate(elo, access, **fields)


@blueprint.route("/elo-evaluations/<uuid:evaluation_id>")
@blueprint.requires(READ, Evaluation)
@blueprint.response(200, EloEvaluationSchema)
def get_elo_evaluation(access: Access, evaluation: Evaluation) -> Evaluation:
    """Get an evaluation, with its levels in the words of the rubric's edition.

    Whoever reads the ELO reads it, but for a parent to whom an order denies ratings.
    """
    return evaluation
