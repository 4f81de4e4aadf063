"""Routes of concerns."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, same_id, since
from plp_api.learning.concerns import actions
from plp_api.learning.concerns.models import Concern, ConcernKind, ConcernStatus
from plp_api.learning.concerns.schemas import (
    ConcernActionFieldsSchema,
    ConcernReceiptSchema,
    ConcernSchema,
    NewConcernSchema,
)
from plp_api.learning.elos.models import Elo

blueprint = Blueprint("Concerns", __name__, "What worries somebody about an ELO.")

OF_ELO = {
    "status": one_of(Concern.status, ConcernStatus, "Only concerns in these states."),
    "kind": one_of(Concern.kind, ConcernKind, "Only concerns of these kinds."),
    "updated_since": since(Concern.updated_at),
}
CONCERNS_OF_ELO = Listing(
    filters=OF_ELO, sorts={"created_at": Concern.created_at, "updated_at": Concern.updated_at}
)
CONCERNS = Listing(
    filters={**OF_ELO, "elo_id": same_id(Concern.elo_id, "Only concerns about these ELOs.")},
    sorts={"updated_at": Concern.updated_at, "created_at": Concern.created_at},
)


@blueprint.route("/elos/<uuid:elo_id>/concerns", methods=["POST"])
@blueprint.requires(Permission.CONCERNS_RAISE, Elo, also=Permission.ELOS_READ)
@blueprint.arguments(NewConcernSchema)
@blueprint.response(201, ConcernReceiptSchema)
def raise_concern(access: Access, elo: Elo, fields: dict[str, Any]) -> dict[str, Any]:
    """Raise a concern about an ELO: as its student, a parent, an advisor, or staff on it.

    It waits in the inbox of the school's coordinators and principals at once. The answer is a
    receipt. You cannot read the concern afterwards, because it may be about somebody who
    could ask you to show it; your inbox tells you when the school has taken it up, and when
    it is closed. It may be raised in any state of the ELO, also after its end.
    """
    return actions.receipt(actions.raise_(elo, access, **fields))


@blueprint.route("/elos/<uuid:elo_id>/concerns")
@blueprint.requires(Permission.CONCERNS_READ, Elo)
@blueprint.lists(ConcernSchema, CONCERNS_OF_ELO)
def list_concerns_of_elo(access: Access, elo: Elo) -> Any:
    """List the concerns about an ELO, the oldest first.

    For coordinators, counselors, principals and the district. Whoever is the student's
    family sees none, whatever office they hold.
    """
    return access.select(Concern).where(Concern.elo_id == elo.id)


@blueprint.route("/concerns")
@blueprint.requires(Permission.CONCERNS_READ)
@blueprint.lists(ConcernSchema, CONCERNS)
def list_concerns(access: Access) -> Any:
    """List the concerns you may read, across students.

    `status=open&status=acknowledged` lists those that are not closed.
    """
    return access.select(Concern)


@blueprint.route("/concerns/<uuid:concern_id>")
@blueprint.requires(Permission.CONCERNS_READ, Concern)
@blueprint.response(200, ConcernSchema)
def get_concern(access: Access, concern: Concern) -> Concern:
    """Get a concern with its words, its outcome and the actions you may take now.

    Who raised it cannot acknowledge or close it: the coordinator's own concerns wait for the
    principal.
    """
    return concern


blueprint.actions("/concerns", Concern, ConcernSchema, ConcernActionFieldsSchema)
