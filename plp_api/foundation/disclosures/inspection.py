"""The ledger of a student as a reader may inspect it (34 CFR 99.32(c))."""

from typing import Any

from sqlalchemy import Select, and_

from plp_api.foundation.access.rows import Access
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import RecordKind


def of_student(access: Access, student: Student) -> Select[Any]:
    """The student's disclosures, without those of records that an order denies the reader."""
    denied = [kind for kind in RecordKind if not access.shows(kind, student.id)]
    ledger = access.select(Disclosure).where(
        Disclosure.student_id == student.id, Disclosure.subject_type.not_in(denied)
    )
    if RecordKind.SHARE_LINKS in denied:
        by_share_link = and_(
            Disclosure.basis == DisclosureBasis.CONSENT, Disclosure.link_id.is_not(None)
        )
        ledger = ledger.where(~by_share_link)
    return ledger
