"""Signatures on the wire."""

from marshmallow import fields, validate

from plp_api.rest.fields import Choice, Instant, Schema
from plp_api.signatures.models import SignatureMethod, SignatureState, SignerRole

SHA256 = validate.Regexp(r"^[0-9a-f]{64}$", error="Must be 64 hexadecimal digits.")
LANGUAGE = validate.Regexp(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", error="Must be a language tag (BCP 47), like `en`."
)


class SignatureSchema(Schema):
    """One signature over a snapshot.

    A parent is shown to another parent by role alone.
    """

    id = fields.UUID(dump_only=True)
    plan_version_id = fields.UUID(dump_only=True)
    role = Choice(SignerRole, dump_only=True)
    person_id = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "Null where it is withheld."}
    )
    method = Choice(SignatureMethod, dump_only=True)
    snapshot_sha256 = fields.String(required=True, validate=SHA256)
    language = fields.String(
        required=True,
        validate=LANGUAGE,
        metadata={"description": "The language it was read in.", "example": "en"},
    )
    signed_at = Instant(dump_only=True)


class RequirementSchema(Schema):
    role = Choice(SignerRole)
    status = fields.String(metadata={"enum": ["signed", "open", "not_required"]})


class SignaturesSchema(Schema):
    """The signatures of a version, who must sign today, and whether that is all."""

    signature_state = Choice(SignatureState)
    requirements = fields.List(fields.Nested(RequirementSchema))
    items = fields.List(fields.Nested(SignatureSchema))
