"""The ELOs that a mentor's link opens: asked again at each use, of the mentor and of the issuer."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person
from plp_api.learning.attestations.models import MentorLink
from plp_api.learning.elos import team
from plp_api.learning.elos.models import AGREED, Elo, EloStatus

ATTESTED = (AGREED - {EloStatus.CREDIT_AWARDED}) | {EloStatus.AGREEMENT_PENDING}
"""The states in which something may wait for a mentor."""


def works_on(mentor: Mentor, today: date) -> Sequence[Elo]:
    """The ELOs in which something may wait for the mentor today; none once they have left."""
    if mentor.ends_on is not None and mentor.ends_on <= today:
        return []
    assigned = select(Assignment.subject_id).where(
        Assignment.mentor_id == mentor.id,
        Assignment.subject_type == Elo.__tablename__,
        Assignment.role == AssignmentRole.MENTOR,
        team.holds(Assignment, today),
    )
    elos = select(Elo).where(Elo.id.in_(assigned), Elo.status.in_(ATTESTED))
    return db.session().scalars(elos.order_by(Elo.id)).unique().all()


def named_by(link: MentorLink) -> Sequence[Elo]:
    """The ELOs for which the link was issued, as many as can still be read."""
    named = [UUID(key) for key in link.elo_ids]
    elos = select(Elo).where(Elo.id.in_(named)).order_by(Elo.id)
    return db.session().scalars(elos).unique().all()


def by(access: Access, elos: Iterable[Elo]) -> list[Elo]:
    """Those of the ELOs for which this access may issue links; never one of the own family."""
    elos = list(elos)
    access.look_up({elo.student_id for elo in elos})
    return [
        elo
        for elo in elos
        if access.may(Permission.MENTOR_LINKS_WRITE, elo.student_id)
        and not access.is_own(elo.student_id)
    ]


def issuer_of(link: MentorLink, today: date) -> Access:
    """The access that the issuer has today, without a session."""
    return Access(callers.absent(db.session().get_one(Person, link.issued_by), today))
