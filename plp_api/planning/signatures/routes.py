"""Routes of signatures."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, same_id, since
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import actions, delegates, exceptions, presenters, waivers
from plp_api.planning.signatures.models import (
    ExceptionBasis,
    ExceptionStatus,
    SignatureDecline,
    SignatureDelegate,
    SignatureException,
    SignatureWaiver,
    SignerRole,
    WaiverReason,
)
from plp_api.planning.signatures.schemas import (
    DeclineSchema,
    SignatureDelegateSchema,
    SignatureExceptionActionFieldsSchema,
    SignatureExceptionSchema,
    SignatureSchema,
    SignaturesSchema,
    SignatureWaiverPatchSchema,
    SignatureWaiverSchema,
)

blueprint = Blueprint("Signatures", __name__, "Who signs a plan version, and who has.")

EXCEPTIONS = Listing(
    filters={
        "role": one_of(SignatureException.role, SignerRole, "Only for these roles."),
        "basis": one_of(SignatureException.basis, ExceptionBasis, "Only for these reasons."),
        "status": one_of(SignatureException.status, ExceptionStatus, "Only those in these states."),
        "updated_since": since(SignatureException.updated_at),
    },
    sorts={"given_at": SignatureException.given_at, "updated_at": SignatureException.updated_at},
)
WAIVERS = Listing.of_spans(
    SignatureWaiver, reason=one_of(SignatureWaiver.reason, WaiverReason, "Only for these reasons.")
)
DELEGATES = Listing.of_spans(
    SignatureDelegate,
    parent_id=same_id(SignatureDelegate.parent_id, "Only those whom this parent named."),
)


@blueprint.route("/plan-versions/<uuid:version_id>/signatures")
@blueprint.requires(Permission.SIGNATURES_READ, PlanVersion)
@blueprint.response(200, SignaturesSchema)
def list_plan_version_signatures(access: Access, version: PlanVersion) -> dict[str, Any]:
    """List who signed a version, who must sign today, and whether signatures are complete.

    Requirements are those of today: from the day rights move to the student, no
    parent has to sign. A requirement is `signed`, `open`, `declined`, `split`
    (one parent signed and another declined: an admin decides), `excepted`,
    `not_applicable` (there is no parent to sign) or `not_required`. Nothing
    depends on them except `signature_state`.

    The answer is never paged: signatures, requirements and declines belong
    together, and few people sign each version.
    """
    return presenters.signatures_of(version, access)


@blueprint.route("/plan-versions/<uuid:version_id>/signatures", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_SIGN, PlanVersion)
@blueprint.refuses(
    Code.SNAPSHOT_MISMATCH,
    Code.SIGNATURE_EXISTS,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.SIGNER_IS_APPROVER,
    Code.ACTOR_IS_FAMILY,
    Code.PLAN_CLOSED,
    Code.ACTION_UNAVAILABLE,
)
@blueprint.arguments(SignatureSchema)
@blueprint.response(201, SignatureSchema)
def sign_plan_version(access: Access, version: PlanVersion, fields: dict[str, Any]) -> Any:
    """Sign the version in force.

    Send the `snapshot_sha256` of the version you read, instead of If-Match, and
    the language you read it in. You sign as student, as parent or for the
    school, depending on your relationship to the student. Signatures in the room
    are sent with the annual review (`hold`); signers without an account use a link.
    """
    return actions.sign(version, access, fields["snapshot_sha256"], fields["language"])


@blueprint.route("/plan-versions/<uuid:version_id>/declines", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_SIGN, PlanVersion)
@blueprint.refuses(
    Code.SIGNATURE_EXISTS,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.PLAN_CLOSED,
    Code.ACTION_UNAVAILABLE,
)
@blueprint.arguments(DeclineSchema)
@blueprint.response(201, DeclineSchema)
def decline_plan_version(
    access: Access, version: PlanVersion, fields: dict[str, Any]
) -> SignatureDecline:
    """Decline to sign the version in force, and say why.

    The student's staff can read your reason. You may sign later. If a parent or
    student told staff that they decline, staff send that person's `person_id`.
    """
    return actions.decline(version, access, fields["words"], fields.get("person_id"))


@blueprint.route("/plan-versions/<uuid:version_id>/signature-exceptions")
@blueprint.requires(Permission.OUTREACH_READ, PlanVersion)
@blueprint.lists(SignatureExceptionSchema, EXCEPTIONS)
def list_plan_version_signature_exceptions(access: Access, version: PlanVersion) -> Any:
    """List the excused signatures of a version, with the reasons. Never shown to the family.

    A version that goes on from an earlier one without new signatures lists the
    exceptions of that one. Staff who are family of the student see none.
    """
    counted = version.signed_version_id or version.id
    seen = access.select(SignatureException)
    return seen.where(SignatureException.signed_version_id == counted)


@blueprint.route("/plan-versions/<uuid:version_id>/signature-exceptions", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_EXCEPT_SILENCE, PlanVersion)
@blueprint.refuses(
    Code.OUTREACH_INSUFFICIENT,
    Code.DECLINE_MISSING,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.ACTOR_IS_FAMILY,
    Code.PLAN_CLOSED,
    Code.ACTION_UNAVAILABLE,
)
@blueprint.arguments(SignatureExceptionSchema)
@blueprint.response(201, SignatureExceptionSchema)
def except_plan_version_signature(
    access: Access, version: PlanVersion, fields: dict[str, Any]
) -> SignatureException:
    """Excuse the student or the parents from signing the version in force.

    On the basis `silence` an advisor may do this, once the district's number of
    outreach attempts was logged since the version came into force (the 409 says
    how many are missing). On `refusal` (they declined) and `split` (parents
    disagree) only a school admin may. It holds for this version; `withdraw` it
    if it was a mistake.
    """
    role, basis = SignerRole(fields["role"]), ExceptionBasis(fields["basis"])
    return exceptions.except_(version, access, role, basis, fields["reason"])


@blueprint.route("/signature-exceptions/<uuid:exception_id>")
@blueprint.requires(Permission.OUTREACH_READ, SignatureException)
@blueprint.response(200, SignatureExceptionSchema)
def get_signature_exception(access: Access, exception: SignatureException) -> SignatureException:
    """Get an exception.

    Never shown to the family, nor to staff who are family of the student. One that was
    withdrawn can still be read.
    """
    return exception


blueprint.actions(
    "/signature-exceptions",
    SignatureException,
    SignatureExceptionSchema,
    SignatureExceptionActionFieldsSchema,
)


@blueprint.route("/students/<uuid:student_id>/signature-waivers")
@blueprint.requires(Permission.SIGNATURES_WAIVE, Student)
@blueprint.lists(SignatureWaiverSchema, WAIVERS)
def list_signature_waivers(access: Access, student: Student) -> Any:
    """List the spans in which no parent has to sign for a student, with the reasons.

    Only staff who may set waivers read them: the reason shows how the student lives.
    """
    return access.select(SignatureWaiver).where(SignatureWaiver.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/signature-waivers", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_WAIVE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(SignatureWaiverSchema)
@blueprint.response(201, SignatureWaiverSchema)
def set_signature_waiver(
    access: Access, student: Student, fields: dict[str, Any]
) -> SignatureWaiver:
    """Record that a student has no parent to sign, from a day on.

    The parents' requirement is then `not_applicable` in every version, so that
    a missing parent never holds a student back.
    """
    return waivers.waive(student, access, **fields)


@blueprint.route("/signature-waivers/<uuid:waiver_id>")
@blueprint.requires(Permission.SIGNATURES_WAIVE, SignatureWaiver)
@blueprint.response(200, SignatureWaiverSchema)
def get_signature_waiver(access: Access, waiver: SignatureWaiver) -> SignatureWaiver:
    """Get a waiver.

    Only whoever may set a waiver reads it; nobody of the family does, whatever their
    office. `ends_on` is the first day on which it no longer holds.
    """
    return waiver


@blueprint.route("/signature-waivers/<uuid:waiver_id>", methods=["PATCH"])
@blueprint.requires(Permission.SIGNATURES_WAIVE, SignatureWaiver)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(SignatureWaiverPatchSchema)
@blueprint.response(200, SignatureWaiverSchema)
def change_signature_waiver(
    access: Access, waiver: SignatureWaiver, fields: dict[str, Any]
) -> SignatureWaiver:
    """Correct a waiver, or end it: from `ends_on` on, a parent is asked again."""
    return waivers.change_waiver(waiver, access, **fields)


@blueprint.route("/students/<uuid:student_id>/signature-delegates")
@blueprint.requires(Permission.RELATIONSHIPS_READ, Student)
@blueprint.lists(SignatureDelegateSchema, DELEGATES)
def list_signature_delegates(access: Access, student: Student) -> Any:
    """List who may sign in a parent's place. A parent sees only their own delegates.

    Delegates whose time is over stay in the list; `is_current=true` leaves them out.
    """
    return access.select(SignatureDelegate).where(SignatureDelegate.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/signature-delegates", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_SIGN, Student)
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.arguments(SignatureDelegateSchema)
@blueprint.response(201, SignatureDelegateSchema)
def name_signature_delegate(
    access: Access, student: Student, fields: dict[str, Any]
) -> SignatureDelegate:
    """Name an adult who may sign in your place. Only a parent who may decide can do this.

    The delegate signs in the room, on paper, or by your link, and it counts as
    your signature. The delegation ends when your own right to decide ends.
    """
    return delegates.name_delegate(student, access, **fields)


@blueprint.route("/signature-delegates/<uuid:delegate_id>")
@blueprint.requires(Permission.RELATIONSHIPS_READ, SignatureDelegate)
@blueprint.response(200, SignatureDelegateSchema)
def get_signature_delegate(access: Access, delegate: SignatureDelegate) -> SignatureDelegate:
    """Get a delegate.

    A parent reads only those they named themselves. The delegate's right ends with the
    parent's own right to decide.
    """
    return delegate


@blueprint.route("/signature-delegates/<uuid:delegate_id>", methods=["DELETE"])
@blueprint.requires(Permission.SIGNATURES_SIGN, SignatureDelegate)
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.response(204)
def revoke_signature_delegate(access: Access, delegate: SignatureDelegate) -> None:
    """Revoke a delegation from today on. Signatures already given stay."""
    delegates.revoke_delegate(delegate, access)
