"""What callers may read of signatures."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import signers, standing
from plp_api.planning.signatures.models import (
    Signature,
    SignatureDecline,
    SignatureState,
)


def signatures_of(version: PlanVersion, access: Access) -> dict[str, Any]:
    """The signatures of a version and today's requirements, with the names the caller may know."""
    counted = signers.counted(version)
    query = select(Signature).where(Signature.signed_version_id == counted)
    rows = db.session().scalars(query.order_by(Signature.signed_at, Signature.id)).all()
    district = db.session().get_one(District, version.district_id)
    rule = district_settings.of(district).deciding_parents
    (facts,) = db.fetch(standing.query([version.id], access.caller.today, rule))
    state = standing.state(version.status, facts[0])
    is_begun = state is not SignatureState.NOT_STARTED
    return {
        "signature_state": state,
        "requirements": standing.requirements(facts[0]) if is_begun else [],
        "items": [shown(row, access) for row in rows],
        "declines": _declines(version, access),
    }


def shown(signature: Signature, access: Access) -> dict[str, Any]:
    """A signature as the caller may see it."""
    is_named = access.is_named(signature.person_id, signature.student_id, signature.role)
    # A parent signs by sending the hash: leave it out if an order denies the caller plans.
    is_hashed = access.shows(RecordKind.PLANS, signature.student_id)
    return {
        "id": signature.id,
        "plan_version_id": signature.plan_version_id,
        **({"snapshot_sha256": signature.snapshot_sha256} if is_hashed else {}),
        "role": signature.role,
        "person_id": signature.person_id if is_named else None,
        "signed_by_name": signature.signed_by_name if is_named else None,
        "method": signature.method,
        "identity_check": signature.identity_check,
        "language": signature.language,
        "signed_at": signature.signed_at,
        "witnessed_by": signature.witnessed_by,
        "issued_by": signature.issued_by,
        "recorded_by": signature.recorded_by,
    }


def _declines(version: PlanVersion, access: Access) -> Sequence[SignatureDecline]:
    """The declines: all for staff who may read the plan, only their own for the family."""
    query = select(SignatureDecline).where(
        SignatureDecline.signed_version_id == signers.counted(version)
    )
    student_id = version.student_id
    if access.is_family(student_id) or access.is_oneself(student_id):
        query = query.where(SignatureDecline.person_id == access.caller.person_id)
    elif not access.may(Permission.PLANS_READ, student_id):
        return []
    return (
        db.session()
        .scalars(query.order_by(SignatureDecline.declined_at, SignatureDecline.id))
        .all()
    )
