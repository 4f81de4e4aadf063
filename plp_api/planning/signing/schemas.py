"""Schemas of signing links and scans."""

from enum import StrEnum

from marshmallow import fields

from plp_api.foundation.files.models import FileType
from plp_api.foundation.links.models import CodeBy, LinkCheck, LinkEnd
from plp_api.foundation.rest.fields import Choice, Date, Instant, LanguageTag, Schema
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.signatures.models import IdentityCheck, SignerRole
from plp_api.planning.signing.models import LinkStatus


class AbsentSignerRole(StrEnum):
    """The role of a signer without an account; the school signs by approving."""

    STUDENT = SignerRole.STUDENT.value
    PARENT = SignerRole.PARENT.value


class SignerCheck(StrEnum):
    """What the holder of a signing link must know."""

    BIRTH_DATE = LinkCheck.BIRTH_DATE.value
    CODE = LinkCheck.CODE.value


class PaperCheck(StrEnum):
    """How the school identified the person who signed the paper."""

    KNOWN_IN_PERSON = IdentityCheck.KNOWN_IN_PERSON.value
    GOVERNMENT_ID = IdentityCheck.GOVERNMENT_ID.value
    SIGNATURE_ON_FILE = IdentityCheck.SIGNATURE_ON_FILE.value


class Delivery(StrEnum):
    """How a link reaches the signer."""

    PRINT = "print"
    MAIL = "mail"


def _described(words: str, **more: object) -> dict[str, object]:
    return {"description": words, **more}


class SigningLinkSchema(Schema):
    """A link by which one person, without an account, signs one snapshot in one role, once.

    `url`, `code` and `letter` are only in the response that makes the link: `url` and
    `letter` for a printed link, `code` for a mailed link.
    """

    sometimes = frozenset({"url", "code", "letter"})

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    plan_version_id = fields.UUID(dump_only=True)
    snapshot_sha256 = fields.String(dump_only=True)
    person_id = fields.UUID(required=True, metadata=_described("Whose signature is asked for."))
    person_name = name_of("person_id")
    role = Choice(AbsentSignerRole, required=True)
    delegate_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata=_described("Who signs in the parent's place, as that parent named them."),
    )
    identity_check = Choice(
        SignerCheck,
        called="LinkCheck",
        required=True,
        metadata=_described(
            "What its holder must know: a `code`, which goes another way than the link, or, of a "
            "mailed link, the student's birth date."
        ),
    )
    delivery = Choice(
        Delivery,
        load_only=True,
        load_default=Delivery.PRINT,
        metadata=_described("`mail` sends it to the person's e-mail and shows it to nobody else."),
    )
    wants_witness = fields.Boolean(
        load_only=True,
        load_default=False,
        metadata=_described("Have a second adult hand over the code, though it could be mailed."),
    )
    code_by = Choice(
        CodeBy,
        dump_only=True,
        metadata=_described(
            "Which way the code goes: `issuer` tells it (the link was mailed), `mail` (the link "
            "was printed), or a `witness` takes it at `/signing-links/{id}/code` and hands it "
            "over. A link that asks for the birth date has no code, and says `issuer`."
        ),
    )
    witnessed_by = fields.UUID(
        dump_only=True, allow_none=True, metadata=_described("Who took the code to hand it over.")
    )
    witnessed_by_name = name_of("witnessed_by")
    witnessed_at = Instant(dump_only=True, allow_none=True)
    status = Choice(LinkStatus, dump_only=True)
    attempts_left = fields.Integer(
        dump_only=True, metadata=_described("Wrong answers to the check that are still taken.")
    )
    created_at = Instant(dump_only=True)
    issued_by = fields.UUID(dump_only=True)
    issued_by_name = name_of("issued_by")
    expires_at = Instant(dump_only=True)
    opened_at = Instant(dump_only=True, allow_none=True)
    used_at = Instant(dump_only=True, allow_none=True)
    ended_at = Instant(dump_only=True, allow_none=True)
    end_reason = Choice(LinkEnd, dump_only=True, allow_none=True)
    url = fields.String(
        dump_only=True, metadata=_described("The link itself; absent where it is mailed.")
    )
    code = fields.String(
        dump_only=True,
        metadata=_described("To tell the signer, where `code_by` is `issuer`.", example="042917"),
    )
    letter = fields.String(
        dump_only=True,
        metadata=_described("A letter with the link, to print and hand over; names nobody."),
    )


class SigningCodeSchema(Schema):
    """The code of a link, for the witness who hands it to the signer."""

    code = fields.String(metadata=_described("Shown this once.", example="042917"))


class PaperSignatureSchema(Schema):
    person_id = fields.UUID(required=True, metadata=_described("Who signed."))
    role = Choice(AbsentSignerRole, required=True, metadata=_described("As what they signed."))
    signed_on = Date(required=True, metadata=_described("The day on the paper."))
    language = LanguageTag(
        required=True,
        metadata=_described("The language it was read in.", example="en"),
    )
    identity_check = Choice(
        PaperCheck, required=True, metadata=_described("How it was known who signed.")
    )
    delegate_id = fields.UUID(metadata=_described("Who signed in the parent's place."))


class ScanFileSchema(Schema):
    file = fields.Raw(
        required=True,
        metadata=_described("A PDF, PNG or JPEG.", type="string", format="binary"),
    )


class ScanSchema(Schema):
    """The scan of a paper that somebody signed."""

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    plan_version_id = fields.UUID(dump_only=True)
    person_id = fields.UUID(dump_only=True)
    person_name = name_of("person_id")
    role = Choice(AbsentSignerRole, dump_only=True)
    media_type = Choice(FileType, called="ScanType", dump_only=True)
    size = fields.Integer(dump_only=True, metadata=_described("In bytes."))
    sha256 = fields.String(
        dump_only=True,
        metadata=_described("Of the file as it is served: a picture without a camera's notes."),
    )
    created_at = Instant(dump_only=True)
