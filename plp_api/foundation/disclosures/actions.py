"""Write the disclosure ledger."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis

LONGEST = 400


def record(
    subject: Any,
    *,
    party: str,
    interest: str,
    what: str,
    basis: DisclosureBasis,
    link_id: UUID | None = None,
) -> None:
    """Record that `party` was shown `what` of `subject`, a row of a student (34 CFR 99.32).

    The same by the same link is recorded once: reading a page again, or in another
    language, discloses nothing more.
    """
    cut = {"party": party[:LONGEST], "interest": interest[:LONGEST], "what": what[:LONGEST]}
    if link_id is not None and _is_recorded(link_id, subject.id, cut["what"]):
        return
    row = Disclosure(
        id=db.new_id(),
        district_id=subject.district_id,
        student_id=subject.student_id,
        basis=basis,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        link_id=link_id,
        **cut,
    )
    db.session().add(row)


def _is_recorded(link_id: UUID, subject_id: UUID, what: str) -> bool:
    same = select(Disclosure.id).where(
        Disclosure.link_id == link_id,
        Disclosure.subject_id == subject_id,
        Disclosure.what == what,
    )
    return db.session().scalar(same.limit(1)) is not None
