"""Routes of consents."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since, yes_or_no
from plp_api.foundation.roster.models import Student
from plp_api.people.consents import actions
from plp_api.people.consents.models import Consent, ConsentPurpose
from plp_api.people.consents.schemas import (
    ConsentSchema,
    NewConsentSchema,
    SharingConsentSchema,
    WithdrawalSchema,
)

READ = Permission.CONSENTS_READ
FILTERS = {
    "purpose": one_of(Consent.purpose, ConsentPurpose, "Only those for these purposes."),
    "is_withdrawn": yes_or_no(Consent.withdrawn_at.is_not(None), "Those that were withdrawn."),
    "updated_since": since(Consent.updated_at),
}
CONSENTS_OF_STUDENT = Listing(
    filters=FILTERS, sorts={"created_at": Consent.created_at, "updated_at": Consent.updated_at}
)
CONSENTS = Listing(
    filters=FILTERS, sorts={"updated_at": Consent.updated_at, "created_at": Consent.created_at}
)

blueprint = Blueprint("Consents", __name__, "What holders of a student's rights consent to.")


@blueprint.route("/students/<uuid:student_id>/sharing-consent")
@blueprint.requires(READ, Student)
@blueprint.response(200, SharingConsentSchema)
def get_sharing_consent(access: Access, student: Student) -> Any:
    """Get how it stands today with showing a student's work outside, and the texts to consent to.

    Nothing is shown outside until the district has enabled it (`is_enabled`) and somebody who
    holds the student's rights consents (`is_standing`): a parent who may decide, one is enough;
    from the transfer of rights the student alone. It is asked again at each use, so a right
    that ended this morning ends it. It does not say who consented.
    """
    return actions.state_of(student, access)


@blueprint.route("/students/<uuid:student_id>/consents")
@blueprint.requires(READ, Student)
@blueprint.lists(ConsentSchema, CONSENTS_OF_STUDENT)
def list_consents_of_student(access: Access, student: Student) -> Any:
    """List the consents that were given for a student, the oldest first, withdrawn ones too.

    A parent sees their own alone, and never who else withdrew them.
    """
    return access.select(Consent).where(Consent.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/consents", methods=["POST"])
@blueprint.requires(Permission.CONSENTS_GIVE, Student)
@blueprint.refuses(Code.SHARING_DISABLED, Code.ACTION_REPEATED)
@blueprint.arguments(NewConsentSchema)
@blueprint.response(201, ConsentSchema)
def give_consent(access: Access, student: Student, fields: dict[str, Any]) -> Consent:
    """Consent, dated today, to a text that you have read.

    Take the text from `GET /students/{id}/sharing-consent`, show it whole, and send its
    language and `text_sha256` back: the consent keeps that text. If the district has changed
    it meanwhile, the answer is 422 at `/text_sha256`. The student consents from the day on
    which they hold the rights, a parent who may decide until then; staff never do.
    """
    return actions.give(student, access, **fields)


@blueprint.route("/students/<uuid:student_id>/consent-withdrawals", methods=["POST"])
@blueprint.requires(Permission.CONSENTS_WITHDRAW, Student)
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(200, SharingConsentSchema)
def withdraw_consent(access: Access, student: Student, fields: dict[str, Any]) -> Any:
    """Withdraw every consent for a student, at once, whoever gave it.

    Each holder of the student's rights may, also a former student: any withdrawal ends it
    (34 CFR 99.30), and the links that rest on it stop. Withdrawing what nobody gave changes
    nothing and is no error, so that nobody learns here what another holder did. A later consent
    holds again.
    """
    actions.withdraw(student, access, **fields)
    return actions.state_of(student, access)


@blueprint.route("/consents")
@blueprint.requires(READ)
@blueprint.lists(ConsentSchema, CONSENTS)
def list_consents(access: Access) -> Any:
    """List the consents you may read, across students.

    `is_withdrawn=false` lists those that were not withdrawn; `is_standing` of each says
    whether it holds today.
    """
    return access.select(Consent)


@blueprint.route("/consents/<uuid:consent_id>")
@blueprint.requires(READ, Consent)
@blueprint.response(200, ConsentSchema)
def get_consent(access: Access, consent: Consent) -> Consent:
    """Get a consent with the text that its giver read.

    A parent gets their own alone.
    """
    return consent
