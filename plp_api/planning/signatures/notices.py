"""Mail the other parents that one parent has signed or declined, without name or answer.

A mailbox may be shared, and a parent never learns who the other parent is. So
the mail says only that there is something to read, and where.
"""

from datetime import date
from typing import Any
from uuid import UUID

from plp_api.foundation import db, mail, settings
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import District, Person, PersonStatus
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import signers

MAIL = "signature_notice.mail"
SUBJECT = "A plan was answered"
TEXT = """\
A signature on a Personalized Learning Plan that also asks for yours was given
or declined, in {district}.

Sign in{place} to see its present state. You can sign or decline as well.
"""


def tell_other_deciders(
    version: PlanVersion, person_id: UUID, by: UUID | None, today: date
) -> None:
    """Enqueue a mail to every other parent who may decide today and has an address."""
    if not settings.current().mail_url:
        return
    for other in signers.deciders(version.student_id, today):
        if other != person_id and _address(other) is not None:
            jobs.enqueue(
                MAIL,
                version.district_id,
                by,
                district_id=str(version.district_id),
                person_id=str(other),
                student_id=str(version.student_id),
            )


def _address(person_id: UUID) -> str | None:
    person = db.session().get_one(Person, person_id)
    return person.email if person.status == PersonStatus.ACTIVE else None


@jobs.kind(MAIL)
def mail_notice(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail the notice if the parent may still decide for the student."""
    with db.current().transaction() as session:
        arguments = jobs.arguments(job_id)
        district_id = UUID(arguments["district_id"])
        db.enter([district_id])
        district = session.get_one(District, district_id)
        person_id, student_id = UUID(arguments["person_id"]), UUID(arguments["student_id"])
        still_decides = person_id in signers.deciders(student_id, district.today)
        to = _address(person_id) if still_decides else None
        text = TEXT.format(district=district.name, place=_place())
    if to is not None:
        mail.send(settings.current(), to, SUBJECT, text)
    return {"is_mailed": to is not None}


def _place() -> str:
    url = settings.current().public_url
    return f" at {url}" if url else ""
