"""Routes of signing links and scans."""

from typing import Any

from flask import Response, request

from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import actions as files
from plp_api.foundation.files.models import FileType
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.problems import Code, invalid
from plp_api.foundation.rest import limits
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, in_states, one_of, same_id, since
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures.models import IdentityCheck, SignerRole
from plp_api.planning.signing import actions, letters, paper
from plp_api.planning.signing.models import LinkStatus, Scan, SigningLink
from plp_api.planning.signing.schemas import (
    Delivery,
    PaperSignatureSchema,
    ScanFileSchema,
    ScanSchema,
    SigningCodeSchema,
    SigningLinkSchema,
)

blueprint = Blueprint("Signing", __name__, "Signing without an account: by link, or on paper.")
LINKS = Listing(
    filters={
        "status": in_states(LinkStatus, "Only links in these states.", SigningLink.in_states),
        "role": one_of(SigningLink.role, SignerRole, "Only of these signers."),
        "person_id": same_id(SigningLink.person_id, "Only for this person's signature."),
        "updated_since": since(
            SigningLink.created_at,
            SigningLink.opened_at,
            SigningLink.used_at,
            SigningLink.ended_at,
        ),
    },
    sorts={"created_at": SigningLink.created_at},
)
SCANS = Listing(
    filters={
        "role": one_of(Scan.role, SignerRole, "Only of these signers."),
        "person_id": same_id(Scan.person_id, "Only of this person's signature."),
        "updated_since": since(Scan.created_at),
    },
    sorts={"created_at": Scan.created_at},
)
blueprint.before_request(limits.allow_scans)


@blueprint.route("/plan-versions/<uuid:version_id>/signing-links", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_INVITE, PlanVersion, keyed=False)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY, Code.PLAN_CLOSED, Code.ACTION_UNAVAILABLE, Code.SIGNATURE_EXISTS
)
@blueprint.arguments(SigningLinkSchema)
@blueprint.response(201, SigningLinkSchema)
def add_signing_link(access: Access, version: PlanVersion, fields: dict[str, Any]) -> SigningLink:
    """Make a link by which somebody without an account signs the version in force.

    The signer is a parent who may decide, or a student who holds the rights. The
    link and its code reach the signer by different ways, so the response has only
    one of them: the code of a mailed link, or the link to print, whose code is
    mailed. `code_by` is `witness` where the signer has no e-mail, where you entered
    that e-mail, and always where you approved the version: a second adult then takes
    the code and hands it over. Link and code are shown only once, because only
    hashes are kept; for the same reason no Idempotency-Key is accepted.

    A new link ends the person's earlier link for this version. A link works once,
    within `signing_link_days`. Its page first asks the question of `identity_check`;
    five wrong answers end the link. It also ends when the person's right ends, when
    rights pass to the student, or when another version comes into force.
    """
    issued = actions.issue(
        version,
        access,
        person_id=fields["person_id"],
        role=SignerRole(fields["role"]),
        identity_check=LinkCheck(fields["identity_check"]),
        delegate_id=fields["delegate_id"],
        is_mailed=fields["delivery"] == Delivery.MAIL,
        wants_witness=fields["wants_witness"],
    )
    return _shown_once(issued)


def _shown_once(issued: actions.Issued) -> SigningLink:
    """The link with its address, letter or code, which only this response shows."""
    link: Any = issued.link
    if issued.token:
        base = settings.current().public_url or request.host_url
        link.url = letters.address(base, issued.token)
        link.letter = letters.letter(link, link.url)
    if issued.code:
        link.code = issued.code
    return issued.link


@blueprint.route("/plan-versions/<uuid:version_id>/signing-links")
@blueprint.requires(Permission.SIGNATURES_INVITE, PlanVersion)
@blueprint.lists(SigningLinkSchema, LINKS)
def list_plan_version_signing_links(access: Access, version: PlanVersion) -> Any:
    """List the links made for a version, and the state of each.

    `updated_since` finds links made, opened, used or ended since then. Wrong answers
    and expiry have no date of their own: see `attempts_left` and `status`.
    """
    return access.select(SigningLink).where(SigningLink.plan_version_id == version.id)


@blueprint.route("/signing-links/<uuid:signing_link_id>")
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink)
@blueprint.response(200, SigningLinkSchema)
def get_signing_link(access: Access, link: SigningLink) -> SigningLink:
    """Get a signing link: whether it was opened, used or ended.

    The response contains neither the address nor the code. Staff who are family of the
    student see only the links made for themselves.
    """
    return link


@blueprint.route("/signing-links/<uuid:signing_link_id>/code", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink, media=None, keyed=False)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE, Code.WITNESS_NOT_APART)
@blueprint.response(201, SigningCodeSchema)
def witness_signing_link(access: Access, link: SigningLink) -> dict[str, str]:
    """Take the code of a link as its witness, and hand it to the signer.

    The witness is a second member of staff who may send signing links (advisor,
    counselor, registrar, school or district admin), and neither issued this link nor
    approved the version. Check the signer's identity before you hand over the code.
    The signature names you as its witness. The code is shown only once: a second
    request, by you or anybody else, returns a new code, and the earlier code stops
    working.
    """
    return {"code": actions.witness(link, access)}


@blueprint.route("/signing-links/<uuid:signing_link_id>", methods=["DELETE"])
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def end_signing_link(access: Access, link: SigningLink) -> None:
    """End a link at once. A signature made by it stays, and lists still show the link."""
    actions.revoke(link, access)


@blueprint.route("/plan-versions/<uuid:version_id>/scans", methods=["POST"])
@blueprint.requires(
    Permission.SIGNATURES_RECORD, PlanVersion, media="multipart/form-data", keyed=False
)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE, Code.SIGNATURE_EXISTS)
@blueprint.arguments(PaperSignatureSchema, location="form")
@blueprint.arguments(ScanFileSchema, location="files")
@blueprint.response(201, ScanSchema)
def add_plan_version_scan(
    access: Access, version: PlanVersion, fields: dict[str, Any], files: dict[str, Any]
) -> Scan:
    """Enter a signature given on paper, with its scan.

    The content of the file decides its format: a file that is not a PDF, PNG or
    JPEG is a 422 at `/file`, and nothing is kept. The camera's data (place, device)
    is removed from pictures. The signer must have had the right to sign on `signed_on`.
    """
    limit = settings.current().scan_limit
    content = files["file"].stream.read(limit + 1)
    if len(content) > limit:
        raise invalid("file", f"A scan has at most {limit} bytes.")
    fields["role"] = SignerRole(fields["role"])
    fields["identity_check"] = IdentityCheck(fields["identity_check"])
    return paper.receive(version, access, content, **fields)


@blueprint.route("/plan-versions/<uuid:version_id>/scans")
@blueprint.requires(Permission.SIGNATURES_READ_SCANS, PlanVersion)
@blueprint.lists(ScanSchema, SCANS)
def list_plan_version_scans(access: Access, version: PlanVersion) -> Any:
    """List the scans of papers signed for a version.

    Staff see all of them. Family of the student, staff included, see only the scans of
    papers they signed themselves. The file is under `/scans/{id}/content`.
    """
    return access.select(Scan).where(Scan.plan_version_id == version.id)


@blueprint.route("/scans/<uuid:scan_id>")
@blueprint.requires(Permission.SIGNATURES_READ_SCANS, Scan)
@blueprint.response(200, ScanSchema)
def get_scan(access: Access, scan: Scan) -> Scan:
    """Get the description of a scan; the file is under `/scans/{id}/content`.

    Of the family, only the signer sees it. `sha256` is the hash of the file as it is
    served.
    """
    return scan


@blueprint.route("/scans/<uuid:scan_id>/content")
@blueprint.requires(
    Permission.SIGNATURES_READ_SCANS, Scan, offers=tuple(str(one) for one in FileType)
)
@blueprint.refuses(Code.FILE_LOST)
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
def get_scan_content(access: Access, scan: Scan) -> Response:
    """Get the scanned file, as an attachment; its SHA-256 is the scan's `sha256`."""
    response = Response(files.content_of(scan.file), mimetype=scan.media_type)
    ending = FileType(scan.media_type).name.lower()
    response.headers["Content-Disposition"] = f'attachment; filename="{scan.id}.{ending}"'
    return response
