"""Routes of signing links and scans."""

from typing import Any

from flask import Response, current_app, request
from marshmallow import fields as wire

from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import actions as files
from plp_api.foundation.files.models import FileType
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.problems import Code, invalid
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.fields import Choice
from plp_api.foundation.rest.paging import Filter, Listing, one_of, same_id, since
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
        "status": Filter(
            wire.List(Choice(LinkStatus), metadata={"description": "Only links in these states."}),
            SigningLink.in_states,
        ),
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
# What surrounds the file in a multipart body.
ENVELOPE = 64 << 10


@blueprint.before_request
def allow_uploads() -> None:
    """A scan may be larger than other bodies."""
    if request.method == "POST" and request.mimetype == "multipart/form-data":
        # Before the view, whose transaction sets `settings.current()`.
        limit = current_app.settings.scan_limit  # type: ignore[attr-defined]  # an Application
        request.max_content_length = limit + ENVELOPE


@blueprint.route("/plan-versions/<uuid:version_id>/signing-links", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_INVITE, PlanVersion, keyed=False)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY, Code.PLAN_CLOSED, Code.ACTION_UNAVAILABLE, Code.SIGNATURE_EXISTS
)
@blueprint.arguments(SigningLinkSchema)
@blueprint.response(201, SigningLinkSchema)
def add_signing_link(access: Access, version: PlanVersion, fields: dict[str, Any]) -> SigningLink:
    """Make a link by which somebody without an account signs the version in force.

    For a parent who may decide, or a student who holds the rights. A link and
    its code go to the signer by different ways, so you get one of them: the
    code of a link that is mailed, or the link to print, whose code is mailed.
    Where the signer has no e-mail (or you entered it), and always where you
    approved the version, `code_by` is `witness`: a second adult takes the code
    and hands it over. What you get is shown this once: only hashes are kept, so
    no Idempotency-Key is taken.

    A new link ends the person's earlier one for this version. It works once,
    for `signing_link_days`; whoever opens it is asked what `identity_check`
    says before anything is shown, and five wrong answers end it. It stops by
    itself when the person's right ends, rights move to the student, or another
    version comes into force.
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
    """The link with what only this answer shows."""
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
    """List the links made for a version, and what became of each.

    `updated_since` finds links made, opened, used or ended since. Wrong answers and
    expiry have no date of their own: `attempts_left` and `status` tell of them.
    """
    return access.select(SigningLink).where(SigningLink.plan_version_id == version.id)


@blueprint.route("/signing-links/<uuid:signing_link_id>")
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink)
@blueprint.response(200, SigningLinkSchema)
def get_signing_link(access: Access, link: SigningLink) -> SigningLink:
    """Get a link: whether it was opened, used, ended. The address itself is shown to nobody.

    Its code is not shown either. Staff who are family of the student see only the links
    made for themselves.
    """
    return link


@blueprint.route("/signing-links/<uuid:signing_link_id>/code", methods=["POST"])
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink, media=None, keyed=False)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE, Code.WITNESS_NOT_APART)
@blueprint.response(201, SigningCodeSchema)
def witness_signing_link(access: Access, link: SigningLink) -> dict[str, str]:
    """Take the code of a link as its witness, and hand it to the signer.

    For a second adult of the staff who may send such links (advisor, counselor,
    registrar, school or district admin): neither whoever issued this one nor
    whoever approved the version. Make sure who the signer is. The signature names
    you as its witness. The code is shown this once; whoever asks again, you or
    another, gets a new one, and the code before is dead.
    """
    return {"code": actions.witness(link, access)}


@blueprint.route("/signing-links/<uuid:signing_link_id>", methods=["DELETE"])
@blueprint.requires(Permission.SIGNATURES_INVITE, SigningLink)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def end_signing_link(access: Access, link: SigningLink) -> None:
    """End a link at once. What was signed by it stays; it goes on being listed."""
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

    The scan is read, not believed: what is no PDF, PNG or JPEG is a 422 at
    `/file`, and nothing is kept. Pictures lose what the camera noted (place,
    device). Who signed had to be entitled on `signed_on`.
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
    """List the scans of papers signed for a version; of the family, each sees their own alone.

    Staff see all of them, unless they are family of the student. The file is under
    `/scans/{id}/content`.
    """
    return access.select(Scan).where(Scan.plan_version_id == version.id)


@blueprint.route("/scans/<uuid:scan_id>")
@blueprint.requires(Permission.SIGNATURES_READ_SCANS, Scan)
@blueprint.response(200, ScanSchema)
def get_scan(access: Access, scan: Scan) -> Scan:
    """Get what is known of a scan; the file itself is its `content`.

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
