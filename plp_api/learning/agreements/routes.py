"""Routes of agreements: read them, sign them in each way, decline, and read the proof."""

from typing import Any

from flask import Response

from plp_api.catalog.elo_profiles.models import SignerRole
from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import actions as files
from plp_api.foundation.files.models import FileType
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.rest import limits
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since, yes_or_no
from plp_api.learning.agreements import actions, paper
from plp_api.learning.agreements.models import (
    Agreement,
    AgreementSignature,
    AgreementStatus,
    SigningMethod,
)
from plp_api.learning.agreements.schemas import (
    AgreementActionFieldsSchema,
    AgreementDeclineSchema,
    AgreementPaperSchema,
    AgreementSchema,
    AgreementSignatureSchema,
    WitnessedSignatureSchema,
)
from plp_api.learning.elos.models import Elo
from plp_api.planning.signatures.models import IdentityCheck
from plp_api.planning.signing.schemas import ScanFileSchema

blueprint = Blueprint("Agreements", __name__, "What everybody signs before an ELO begins.")
SIGNED = (
    Code.AGREEMENT_VOID,
    Code.AGREEMENT_CHANGED,
    Code.SIGNATURE_EARLY,
    Code.SIGNATURE_EXISTS,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.ACTOR_IS_FAMILY,
)
EDITIONS = Listing(
    filters={
        "status": one_of(Agreement.status, AgreementStatus, "Only those in these states."),
        "updated_since": since(Agreement.updated_at),
    },
    sorts={"edition": Agreement.edition, "updated_at": Agreement.updated_at},
)
AGREEMENTS = Listing(
    filters=EDITIONS.filters,
    sorts={"updated_at": Agreement.updated_at, "created_at": Agreement.created_at},
).across_students()
SIGNATURES = Listing(
    filters={
        "method": one_of(AgreementSignature.method, SigningMethod, "Only those given this way."),
        "is_declined": yes_or_no(
            AgreementSignature.is_declined.is_(True), "Whether it was declined."
        ),
        "updated_since": since(AgreementSignature.updated_at),
    },
    sorts={"signed_at": AgreementSignature.signed_at},
)
blueprint.before_request(limits.allow_scans)


@blueprint.route("/elos/<uuid:elo_id>/agreements")
@blueprint.requires(Permission.ELOS_READ, Elo)
@blueprint.lists(AgreementSchema, EDITIONS)
def list_agreements_of_elo(access: Access, elo: Elo) -> Any:
    """List the editions of an ELO's agreement; `sort=-edition` begins with the newest.

    The first is made when the design is complete. A change beyond its terms makes it `void`,
    and the next is made at once: a new partner, site, mentor or teacher, other work (paid,
    hazardous, sector), or dates and hours outside the ranges. With a new partner, site or mentor
    or other work an active ELO is suspended until the new edition is signed; otherwise it goes on
    until its `unagreed_until`.
    """
    return access.beneath(elo, Agreement)


@blueprint.route("/agreements")
@blueprint.requires(Permission.ELOS_READ)
@blueprint.lists(AgreementSchema, AGREEMENTS)
def list_agreements(access: Access) -> Any:
    """List agreements across students; `status=pending` are those that wait for a signature.

    What waits for your own signature stands in your inbox.
    """
    return access.select(Agreement)


@blueprint.route("/agreements/<uuid:agreement_id>")
@blueprint.requires(Permission.ELOS_READ, Agreement)
@blueprint.response(200, AgreementSchema)
def get_agreement(access: Access, agreement: Agreement) -> Agreement:
    """Get one edition of an agreement, with its terms and who has still to sign.

    Show the terms to whoever signs, and send their `sha256` with the signature. Earlier
    editions can still be read.
    """
    return agreement


blueprint.actions("/agreements", Agreement, AgreementSchema, AgreementActionFieldsSchema)


@blueprint.route("/agreements/<uuid:agreement_id>/signatures")
@blueprint.requires(Permission.ELOS_READ, Agreement)
@blueprint.lists(AgreementSignatureSchema, SIGNATURES)
def list_agreement_signatures(access: Access, agreement: Agreement) -> Any:
    """List who signed one edition or declined to, and how.

    A decline stays in the list after the same person has signed.
    """
    return access.beneath(agreement, AgreementSignature)


@blueprint.route("/agreement-signatures/<uuid:agreement_signature_id>")
@blueprint.requires(Permission.ELOS_READ, AgreementSignature)
@blueprint.response(200, AgreementSignatureSchema)
def get_agreement_signature(access: Access, signature: AgreementSignature) -> AgreementSignature:
    """Get one signature, or one decline.

    It is never changed: a new edition of the agreement is signed anew.
    """
    return signature


@blueprint.route("/agreements/<uuid:agreement_id>/signatures", methods=["POST"])
@blueprint.requires(Permission.ELOS_SIGN, Agreement)
@blueprint.refuses(*SIGNED, Code.SIGNER_IS_APPROVER, Code.WITNESS_NOT_APART)
@blueprint.arguments(AgreementSignatureSchema)
@blueprint.response(201, AgreementSignatureSchema)
def sign_agreement(
    access: Access, agreement: Agreement, fields: dict[str, Any]
) -> AgreementSignature:
    """Sign an agreement with your account.

    You sign as student, as a parent who may decide, in your role on the ELO's team (also as
    somebody's delegate), or as school admin. The last signature completes the agreement and
    approves the ELO. Where the order binds, 409 `signature_early` says who comes first.
    """
    role = fields.get("role")
    return actions.sign(
        agreement,
        access,
        fields["sha256"],
        fields["language"],
        SignerRole(role) if role else None,
        fields.get("typed_name"),
    )


@blueprint.route("/agreements/<uuid:agreement_id>/declines", methods=["POST"])
@blueprint.requires(Permission.ELOS_SIGN, Agreement)
@blueprint.refuses(
    Code.AGREEMENT_VOID,
    Code.SIGNATURE_EXISTS,
    Code.SIGNATURE_NOT_REQUIRED,
    Code.ACTOR_IS_FAMILY,
)
@blueprint.arguments(AgreementDeclineSchema)
@blueprint.response(201, AgreementSignatureSchema)
def decline_agreement(
    access: Access, agreement: Agreement, fields: dict[str, Any]
) -> AgreementSignature:
    """Decline to sign an agreement, and say why.

    You may do it before it is your turn, and you may sign later. The agreement waits until
    then; the coordinator finds it in the inbox.
    """
    role = fields.get("role")
    chosen = SignerRole(role) if role else None
    return actions.decline(agreement, access, fields["words"], chosen)


@blueprint.route("/agreements/<uuid:agreement_id>/witnessed-signatures", methods=["POST"])
@blueprint.requires(Permission.ELOS_WITNESS, Agreement)
@blueprint.refuses(*SIGNED, Code.WITNESS_NOT_APART)
@blueprint.arguments(WitnessedSignatureSchema)
@blueprint.response(201, AgreementSignatureSchema)
def witness_agreement_signature(
    access: Access, agreement: Agreement, fields: dict[str, Any]
) -> AgreementSignature:
    """Store a signature that student, parent or mentor gave on screen before you.

    You are neither the signer nor of the student's family, and the signature names you. Who
    signs as coordinator witnesses no parent and no mentor. The person finds in their inbox that
    it was stored.
    """
    return actions.sign_in_room(agreement, access, **_somebody(fields))


@blueprint.route("/agreements/<uuid:agreement_id>/paper-signatures", methods=["POST"])
@blueprint.requires(Permission.ELOS_RECORD, Agreement, media="multipart/form-data", keyed=False)
@blueprint.refuses(*SIGNED)
@blueprint.arguments(AgreementPaperSchema, location="form")
@blueprint.arguments(ScanFileSchema, location="files")
@blueprint.response(201, AgreementSignatureSchema)
def add_agreement_paper_signature(
    access: Access, agreement: Agreement, fields: dict[str, Any], uploaded: dict[str, Any]
) -> AgreementSignature:
    """Enter a signature that student, parent or mentor gave on paper, with its scan.

    The content of the file decides its format: a file that is not a PDF, PNG or JPEG is a 422
    at `/file`, and nothing is kept. The signer must have had the right to sign on `signed_on`.
    """
    limit = settings.current().scan_limit
    content = uploaded["file"].stream.read(limit + 1)
    if len(content) > limit:
        raise invalid("file", f"A scan has at most {limit} bytes.")
    return paper.receive(agreement, access, content, **_somebody(fields))


def _somebody(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with one id for whoever signed, and with the words of the code."""
    ids = fields.pop("person_id", None), fields.pop("mentor_id", None)
    somebody = next(one for one in ids if one is not None)
    role, check = SignerRole(fields.pop("role")), IdentityCheck(fields.pop("identity_check"))
    return {"role": role, "identity_check": check, "somebody": somebody, **fields}


@blueprint.route("/agreement-signatures/<uuid:agreement_signature_id>/scan")
@blueprint.requires(
    Permission.ELOS_RECORD, AgreementSignature, offers=tuple(str(one) for one in FileType)
)
@blueprint.refuses(Code.FILE_LOST, Code.ACTOR_IS_FAMILY)
@blueprint.doc(
    responses={
        "200": {
            "description": "The file, to be saved.",
            "content": {
                str(one): {"schema": {"type": "string", "format": "binary"}} for one in FileType
            },
        }
    }
)
def get_agreement_signature_scan(access: Access, signature: AgreementSignature) -> Response:
    """Get the scan of a signature on paper, as an attachment.

    Only whoever enters papers reads them: a scan shows a person's hand. 404 where there is none.
    """
    access.refuse_family(signature.student_id)
    file = signature.file
    if file is None:
        raise Problem(Code.NOT_FOUND)
    response = Response(files.content_of(file), mimetype=file.media_type)
    ending = FileType(file.media_type).name.lower()
    response.headers["Content-Disposition"] = f'attachment; filename="{signature.id}.{ending}"'
    return response
