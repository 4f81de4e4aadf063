"""Write the disclosure ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis

LONGEST = 400


def record(
    shown: Sequence[tuple[Any, str]],
    *,
    party: str,
    interest: str,
    basis: DisclosureBasis,
    link_id: UUID | None = None,
) -> None:
    """Record that `party` was shown what is said of each subject, a row of a student.

    (34 CFR 99.32.) The same by the same link is recorded once: reading a page
    again, or in another language, discloses nothing more.
    """
    recorded = _by_link(link_id) if link_id else set()
    for subject, said in shown:
        what = said[:LONGEST]
        if (subject.id, what) in recorded:
            continue
        row = Disclosure(
            id=db.new_id(),
            district_id=subject.district_id,
            student_id=subject.student_id,
            party=party[:LONGEST],
            interest=interest[:LONGEST],
            what=what,
            basis=basis,
            subject_type=subject.__tablename__,
            subject_id=subject.id,
            link_id=link_id,
        )
        db.session().add(row)


def _by_link(link_id: UUID) -> set[tuple[UUID, str]]:
    """What the ledger has for the link: subject and what was shown of it."""
    rows = select(Disclosure.subject_id, Disclosure.what).where(Disclosure.link_id == link_id)
    return {(subject_id, what) for subject_id, what in db.session().execute(rows)}
