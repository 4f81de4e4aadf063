"""What readers see of signatures."""

from typing import Any

from sqlalchemy import select

from plp_api import db
from plp_api.access.rows import Access
from plp_api.people import district_settings
from plp_api.people.models import District
from plp_api.plans.models import PlanVersion
from plp_api.signatures import standing
from plp_api.signatures.models import Signature, SignerRole


def signatures_of(version: PlanVersion, access: Access) -> dict[str, Any]:
    """The signatures of a version with today's requirements, as far as the reader may know them."""
    given = select(Signature).where(Signature.plan_version_id == version.id)
    rows = db.session().scalars(given.order_by(Signature.signed_at)).all()
    district = db.session().get_one(District, version.district_id)
    rule = district_settings.of(district).deciding_parents
    (facts,) = db.fetch(standing.query([version.id], access.caller.today, rule))
    state = standing.state(version.status, facts[0])
    return {
        "signature_state": state,
        "requirements": [] if state == "not_started" else standing.requirements(facts[0]),
        "items": [shown(row, access) for row in rows],
    }


def shown(signature: Signature, access: Access) -> dict[str, Any]:
    """A signature as the caller may see it: a parent never learns who another parent is."""
    is_withheld = (
        signature.role == SignerRole.PARENT
        and signature.person_id != access.caller.person_id
        and access.is_family(signature.student_id)
    )
    return {
        "id": signature.id,
        "plan_version_id": signature.plan_version_id,
        "role": signature.role,
        "person_id": None if is_withheld else signature.person_id,
        "method": signature.method,
        "snapshot_sha256": signature.snapshot_sha256,
        "language": signature.language,
        "signed_at": signature.signed_at,
    }
