"""Routes of signatures."""

from typing import Any

from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.plans.models import PlanVersion
from plp_api.problems import Code
from plp_api.rest.blueprint import Blueprint
from plp_api.signatures import actions, reads
from plp_api.signatures.schemas import SignatureSchema, SignaturesSchema

blueprint = Blueprint("Signatures", __name__, "Who signs a plan version, and who has.")


@blueprint.route("/plan-versions/<uuid:version_id>/signatures")
@blueprint.requires(Permission.PLAN_STATUS_READ, PlanVersion)
@blueprint.response(200, SignaturesSchema)
def list_plan_version_signatures(access: Access, version: PlanVersion) -> dict[str, Any]:
    """List who signed a version, who must sign today, and whether that is all.

    What is required is worked out for today: from the day rights move to the
    student, no parent is waited for.
    """
    return reads.signatures_of(version, access)


@blueprint.route("/plan-versions/<uuid:version_id>/signatures", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_SIGN, PlanVersion)
@blueprint.refuses(
    Code.SNAPSHOT_MISMATCH,
    Code.SIGNATURE_EXISTS,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.ACTION_UNAVAILABLE,
)
@blueprint.arguments(SignatureSchema)
@blueprint.response(201, SignatureSchema)
def sign_plan_version(access: Access, version: PlanVersion, fields: dict[str, Any]) -> Any:
    """Sign the version in force.

    Send the `snapshot_sha256` of what was read (no If-Match: the hash says
    more) and the language it was read in. Whether you sign as student, parent
    or school follows from who you are to the student.
    """
    return actions.sign(version, access, fields["snapshot_sha256"], fields["language"])
