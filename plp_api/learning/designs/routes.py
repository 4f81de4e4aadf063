"""Routes of the parts of a design, of the facts of work, and of giving a design to students."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from plp_api.catalog.elo_designs.models import DesignTemplate
from plp_api.foundation import texts
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import life
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Filter, Listing, one_of, since
from plp_api.foundation.roster.models import Student
from plp_api.learning.designs import actions, kinds
from plp_api.learning.designs.giving import Gift, check_once
from plp_api.learning.designs.kinds import (
    BENCHMARKS,
    COMMUNICATIONS,
    COSTS,
    PERMISSIONS,
    TIMES,
    TRAINING_TASKS,
    Kind,
)
from plp_api.learning.designs.schemas import (
    DesignAnswersSchema,
    DesignToGiveSchema,
    EloBenchmarkActionFieldsSchema,
    EloBenchmarkPatchSchema,
    EloBenchmarkSchema,
    EloCommunicationPatchSchema,
    EloCommunicationSchema,
    EloCostPatchSchema,
    EloCostSchema,
    EloPermissionPatchSchema,
    EloPermissionSchema,
    EloTimePatchSchema,
    EloTimeSchema,
    EloTrainingTaskActionFieldsSchema,
    EloTrainingTaskPatchSchema,
    EloTrainingTaskSchema,
    EloWorkPatchSchema,
    EloWorkSchema,
)
from plp_api.learning.elos.models import Benchmark, Elo, EloPermission, TrainingTask
from plp_api.learning.elos.schemas import EloSchema

READ = Permission.ELOS_READ
CLOSED = (Code.ELO_CLOSED, Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE)

blueprint = Blueprint(
    "ELO designs",
    __name__,
    "The parts of an ELO's design: benchmarks, training tasks, communications, permissions, "
    "costs, weekly times, and the facts of work.",
)


def serve_parts(
    kind: Kind,
    schema: type[ma.Schema],
    patch: type[ma.Schema],
    about: str,
    *,
    refuses: tuple[Code, ...] = (),
    filters: Mapping[str, Filter] | None = None,
) -> None:
    """Add the five operations of a kind of part.

    `about` says what it is for. The paths are `/elos/{id}/{kind.name}` and, by its table,
    `/elo-…/{id}`.
    """
    model: Any = kind.model
    noun = model.__tablename__.removesuffix("s")
    words, plural = noun.removeprefix("elo_").replace("_", " "), kind.name.replace("_", " ")
    who = (
        "A coordinator may."
        if kind.write is kinds.RECORD
        else "The student may until the design is complete, a coordinator from `design` on."
    )
    below = f"/elos/<uuid:elo_id>/{kind.name.replace('_', '-')}"
    single = f"/{model.__tablename__.replace('_', '-')}/<uuid:{noun}_id>"
    listing = Listing(
        filters={**(filters or {}), "updated_since": since(model.updated_at)},
        sorts={"created_at": model.created_at, "updated_at": model.updated_at},
    )

    def listed(access: Access, elo: Elo) -> Any:
        return access.beneath(elo, model)

    listed.__name__ = f"list_{noun}s"
    listed.__doc__ = f"""List the {plural} of an ELO, oldest first.

        {about}
        """
    blueprint.route(below)(blueprint.requires(READ, Elo)(blueprint.lists(schema, listing)(listed)))

    @blueprint.arguments(schema)
    @blueprint.response(201, schema)
    def added(access: Access, elo: Elo, fields: dict[str, Any]) -> Any:
        return actions.add(kind, elo, access, fields)

    added.__name__ = f"add_{noun}"
    added.__doc__ = f"""Add {texts.with_article(words)} to the design of an ELO.

        {who} Up to {actions.MOST_PARTS} in one ELO, which gets a new version. No If-Match
        is needed.
        """
    adding = blueprint.requires(kind.write, Elo)(
        blueprint.refuses(Code.ELO_PARTS_FULL, *CLOSED, *refuses)(added)
    )
    blueprint.route(below, methods=["POST"])(adding)

    @blueprint.response(200, schema)
    def got(access: Access, part: Any) -> Any:
        return part

    got.__name__ = f"get_{noun}"
    got.__doc__ = f"""Get {texts.with_article(words)} of an ELO.

        Whoever reads the ELO reads it.
        """
    blueprint.route(single)(blueprint.requires(READ, model)(got))

    @blueprint.arguments(patch)
    @blueprint.response(200, schema)
    def changed(access: Access, part: Any, fields: dict[str, Any]) -> Any:
        return actions.change(kind, part, access, fields)

    changed.__name__ = f"change_{noun}"
    changed.__doc__ = f"""Change {texts.with_article(words)} of an ELO.

        {who} The ELO gets a new version too; signatures stay.
        """
    changing = blueprint.requires(kind.write, model)(blueprint.refuses(*CLOSED, *refuses)(changed))
    blueprint.route(single, methods=["PATCH"])(changing)

    @blueprint.response(204)
    def deleted(access: Access, part: Any) -> None:
        actions.delete(kind, part, access)

    deleted.__name__ = f"delete_{noun}"
    deleted.__doc__ = f"""Delete {texts.with_article(words)} of an ELO.

        {who} An agreement that was frozen with it keeps its words.
        """
    deleting = blueprint.requires(kind.write, model)(blueprint.refuses(*CLOSED, *refuses)(deleted))
    blueprint.route(single, methods=["DELETE"])(deleting)


serve_parts(
    BENCHMARKS,
    EloBenchmarkSchema,
    EloBenchmarkPatchSchema,
    "A piece of work due on a day, which its reviewer reviews (`review`).",
)
serve_parts(
    TRAINING_TASKS,
    EloTrainingTaskSchema,
    EloTrainingTaskPatchSchema,
    "The training plan, task by task, with the competence and how well it is done (`rate`).",
)
serve_parts(
    COMMUNICATIONS,
    EloCommunicationSchema,
    EloCommunicationPatchSchema,
    "The communication plan: with whom, by what means, how often.",
)
serve_parts(
    PERMISSIONS,
    EloPermissionSchema,
    EloPermissionPatchSchema,
    "What somebody permits, like a ride in a private car. A parent does not read who gave it.",
    filters={
        "kind": one_of(EloPermission.kind, kinds.PermissionKind, "Only permissions of these kinds.")
    },
)
serve_parts(
    COSTS,
    EloCostSchema,
    EloCostPatchSchema,
    "What it costs, and who bears it.",
)
serve_parts(
    TIMES,
    EloTimeSchema,
    EloTimePatchSchema,
    "When the student is at the site each week. The law on paid work of minors is judged by them.",
    refuses=(Code.LABOR_RULE_BROKEN,),
)

blueprint.actions("/elo-benchmarks", Benchmark, EloBenchmarkSchema, EloBenchmarkActionFieldsSchema)
blueprint.actions(
    "/elo-training-tasks", TrainingTask, EloTrainingTaskSchema, EloTrainingTaskActionFieldsSchema
)


@blueprint.route("/elos/<uuid:elo_id>/work")
@blueprint.requires(READ, Elo)
@blueprint.response(200, EloWorkSchema)
def get_elo_work(access: Access, elo: Elo) -> Elo:
    """Get the facts of work-based learning of an ELO: the job, pay, duties, hazards.

    What nobody stated has its default. The ETag is the ELO's.
    """
    return elo


@blueprint.route("/elos/<uuid:elo_id>/work", methods=["PATCH"])
@blueprint.requires(Permission.ELOS_WRITE, Elo)
@blueprint.refuses(*CLOSED, Code.LABOR_RULE_BROKEN)
@blueprint.arguments(EloWorkPatchSchema)
@blueprint.response(200, EloWorkSchema)
def change_elo_work(access: Access, elo: Elo, fields: dict[str, Any]) -> Elo:
    """Change the facts of work-based learning of an ELO.

    Send the ELO's ETag. Once the design is complete, paid work beyond the law is refused
    here (409 `labor_rule_broken`, each rule with its source); before, it refuses
    `complete_design`. Other pay, hazards or another sector than were agreed void the agreement
    and suspend an active ELO. `is_student_learner`, `has_training_schedule` and
    `has_certificate` are stated by a coordinator.
    """
    return actions.state_work(elo, access, fields)


@blueprint.route("/design-templates/<uuid:design_template_id>/elos", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_READ, DesignTemplate, also=Permission.ELOS_DECIDE)
@blueprint.refuses(Code.DESIGN_TEMPLATE_ARCHIVED)
@blueprint.arguments(DesignToGiveSchema)
@blueprint.response(200, DesignAnswersSchema)
def give_design(access: Access, template: DesignTemplate, fields: dict[str, Any]) -> dict[str, Any]:
    """Give a design to up to 50 students: each gets a draft ELO with a copy of it.

    Nothing begins by it: each student makes the draft their own and hands it in. Each
    student succeeds or fails separately; `elo_exists` (409) names the ELO that the student
    has of this design already.
    """
    gift = Gift(template, access)
    items = [{"id": key} for key in check_once(fields["student_ids"])]

    def give(item: dict[str, Any]) -> Elo:
        return gift.to(access.load(Student, item["id"], Permission.ELOS_DECIDE))

    return {"items": life.each(items, give, EloSchema, access)}
