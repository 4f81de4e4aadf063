"""Log attempts to reach signers, and count them before their silence is excused."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.district_settings import DecidingParents
from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import (
    OutreachAttempt,
    OutreachOutcome,
    Signature,
    SignerRole,
)


def log(
    access: Access,
    *,
    student_id: UUID,
    district_id: UUID,
    review_id: UUID,
    role: SignerRole,
    mode: str,
    outcome: str,
    tried_on: date | None = None,
    person_id: UUID | None = None,
    words: str | None = None,
) -> OutreachAttempt:
    """Log an attempt to reach a signer, dated today unless `tried_on` is given.

    Raises Problem: actor_is_family, validation_failed (`tried_on` in the future,
    `person_id` who does not have this role for the student).
    """
    access.refuse_family(student_id)
    today = access.caller.today
    if tried_on is not None and tried_on > today:
        raise invalid("tried_on", f"Must not lie after today, {today}.")
    if person_id is not None and not _is(role, person_id, student_id):
        raise invalid("person_id", f"Is no {role} of this student.")
    row = OutreachAttempt(
        id=new_id(),
        district_id=district_id,
        student_id=student_id,
        review_id=review_id,
        role=role,
        person_id=person_id,
        tried_on=tried_on or today,
        mode=mode,
        outcome=outcome,
        words=words,
        logged_by=access.caller.person_id,
    )
    db.session().add(row)
    audit.record("outreach.logged", row, by=access.caller.person_id, role=role, mode=mode)
    return row


def _is(role: SignerRole, person_id: UUID, student_id: UUID) -> bool:
    if role is SignerRole.STUDENT:
        return person_id == student_id
    query = select(Relationship.id).where(
        Relationship.student_id == student_id,
        Relationship.person_id == person_id,
        Relationship.kind == RelationshipKind.PARENT,
    )
    return db.session().scalars(query.limit(1)).first() is not None


def require_enough(version: PlanVersion, role: SignerRole, today: date) -> None:
    """Raise outreach_insufficient if too few attempts to reach the role were logged.

    Counts attempts since the version to be signed came into force, for the role
    in general or for a person who holds it today: a parent whose relationship
    ended or is suppressed does not count. If the district asks all deciding
    parents, each of them who has not signed needs that many attempts.
    """
    district = db.session().get_one(District, version.district_id)
    needed = district_settings.of(district)
    missing = needed.outreach_attempts_needed - _fewest(version, role, today, needed)
    if missing > 0:
        detail = (
            f"{missing} more logged outreach {_attempts(missing)} needed before silence is excused"
            f" (the district asks for {needed.outreach_attempts_needed})."
        )
        raise Problem(Code.OUTREACH_INSUFFICIENT, detail, extra={"missing": missing})


def _attempts(missing: int) -> str:
    return "attempt is" if missing == 1 else "attempts are"


def _fewest(version: PlanVersion, role: SignerRole, today: date, settings: Any) -> int:
    if role is SignerRole.STUDENT:
        return _count(version, role, [version.student_id])
    deciders = signers.deciders(version.student_id, today)
    if settings.deciding_parents != DecidingParents.ALL:
        return _count(version, role, deciders)
    signed = select(Signature.person_id).where(
        Signature.signed_version_id == signers.counted(version), Signature.role == role
    )
    silent = set(deciders) - set(db.session().scalars(signed))
    return min((_count(version, role, [one]) for one in silent), default=0)


def _count(version: PlanVersion, role: SignerRole, people: list[UUID]) -> int:
    asked_since = db.session().get_one(PlanVersion, signers.counted(version)).in_force_on
    counted = select(func.count()).where(
        OutreachAttempt.student_id == version.student_id,
        OutreachAttempt.role == role,
        OutreachAttempt.tried_on >= asked_since,
        OutreachAttempt.outcome != OutreachOutcome.WRONG_ADDRESS,
        or_(OutreachAttempt.person_id.is_(None), OutreachAttempt.person_id.in_(people)),
    )
    return db.session().scalar(counted) or 0
