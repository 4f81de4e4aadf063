"""The route of the disclosure ledger."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.disclosures import inspection
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis
from plp_api.foundation.disclosures.schemas import DisclosureSchema
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, same_id, since
from plp_api.foundation.roster.models import Student

blueprint = Blueprint("Disclosures", __name__, "What was shown to whom outside, and why.")
LEDGER = Listing(
    filters={
        "basis": one_of(Disclosure.basis, DisclosureBasis, "Only on these bases."),
        "link_id": same_id(Disclosure.link_id, "Only by these links."),
        "updated_since": since(Disclosure.disclosed_at),
    },
    sorts={"disclosed_at": Disclosure.disclosed_at},
)


@blueprint.route("/students/<uuid:student_id>/disclosures")
@blueprint.requires(Permission.DISCLOSURES_READ, Student)
@blueprint.lists(DisclosureSchema, LEDGER)
def list_disclosures(access: Access, student: Student) -> Any:
    """List to whom a student's record was shown, why, and what of it, the first time first.

    Whoever holds the student's rights inspects this ledger (34 CFR 99.32(c)): a parent, and
    from the transfer of rights the student; the administrators of school and district too.
    A row is never changed. What a court order denies a parent is left out for them.
    """
    return inspection.of_student(access, student)
