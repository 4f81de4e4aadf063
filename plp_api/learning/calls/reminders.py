"""Mail to students whose work is missing: that something is, and where to read it.

A mailbox may be shared, so the mail says neither who asked nor for what.
"""

from typing import Any
from uuid import UUID

from plp_api.foundation import db, mail, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import District, Person, PersonStatus
from plp_api.learning.calls.models import CallRecipient, CallStatus, RecipientState

MAIL = "call_reminder.mail"
SUBJECT = "Work is awaited"
TEXT = """\
Your school in {district} awaits work that you have not handed in.

Sign in{place} to read what was asked for, and until when.
"""


def enqueue(recipient: CallRecipient, by: UUID) -> None:
    """Enqueue a mail to the student, if mail is set up."""
    if settings.current().mail_url:
        jobs.enqueue(
            MAIL,
            recipient.district_id,
            by,
            district_id=str(recipient.district_id),
            recipient_id=str(recipient.id),
        )


@jobs.kind(MAIL)
def mail_reminder(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail the reminder, if the work is awaited still and the student has an address."""
    with db.current().transaction() as session:
        arguments = jobs.arguments(job_id)
        district_id = UUID(arguments["district_id"])
        db.enter([district_id])
        recipient = session.get(CallRecipient, UUID(arguments["recipient_id"]))
        to = _address(recipient)
        name = session.get_one(District, district_id).name
    if to is not None:
        mail.send(settings.current(), to, SUBJECT, TEXT.format(district=name, place=_place()))
    return {"is_mailed": to is not None}


def _address(recipient: CallRecipient | None) -> str | None:
    """The student's address, if their work is awaited still."""
    if recipient is None or recipient.state != RecipientState.AWAITED:
        return None
    if recipient.call.status != CallStatus.OPEN:
        return None
    student = db.session().get_one(Person, recipient.student_id)
    return student.email if student.status == PersonStatus.ACTIVE else None


def _place() -> str:
    url = settings.current().public_url
    return f" at {url}" if url else ""
