"""Waivers: no parent signs for a student in state custody, unaccompanied, emancipated and so on."""

from datetime import date
from typing import Any

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import Student
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import SignatureWaiver


def waive(
    student: Student,
    access: Access,
    reason: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str | None = None,
) -> SignatureWaiver:
    """Record that no parent has to sign for the student from a day on, and why.

    Raises Problem: actor_is_family, validation_failed (`ends_on`).
    """
    access.refuse_family(student.id)
    first = starts_on or access.caller.today
    spans.check(first, ends_on)
    row = SignatureWaiver(
        id=new_id(),
        district_id=student.district_id,
        student_id=student.id,
        reason=reason,
        note=note,
        starts_on=first,
        ends_on=ends_on,
        set_by=access.caller.person_id,
    )
    db.session().add(row)
    _note_waiver("signature_waiver.set", row, access)
    return row


def change_waiver(row: SignatureWaiver, access: Access, **fields: Any) -> SignatureWaiver:
    """Correct a waiver, or end it. Raises Problem: actor_is_family, validation_failed."""
    access.refuse_family(row.student_id)
    spans.check(
        fields.get("starts_on", row.starts_on),
        fields.get("ends_on", row.ends_on),
    )
    for name, value in fields.items():
        setattr(row, name, value)
    _note_waiver("signature_waiver.changed", row, access)
    return row


def _note_waiver(what: str, row: SignatureWaiver, access: Access) -> None:
    """Record the event without the reason, because the reason shows how the student lives."""
    signers.stir(row.student_id)
    audit.record(
        what,
        row,
        by=access.caller.person_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )
