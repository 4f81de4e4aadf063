"""What readers see of versions and signatures."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api import db
from plp_api.access.rows import Access
from plp_api.people import district_settings
from plp_api.people.models import District
from plp_api.plans import signatures
from plp_api.plans.models import PlanVersion, Signature, SignerRole
from plp_api.problems import Code, Problem


def snapshot_of(version: PlanVersion) -> str:
    """The signed bytes. Raises Problem(action_unavailable) before approval."""
    if version.snapshot is None:
        raise Problem(Code.ACTION_UNAVAILABLE, f"It is {version.status}; nothing is frozen yet.")
    return version.snapshot


def signatures_of(version: PlanVersion, access: Access) -> dict[str, Any]:
    """The signatures of a version with today's requirements, as far as the reader may know them."""
    given = select(Signature).where(Signature.plan_version_id == version.id)
    rows = db.session().scalars(given.order_by(Signature.signed_at)).all()
    district = db.session().get_one(District, version.district_id)
    rule = district_settings.of(district).deciding_parents
    (facts,) = db.fetch(signatures.query([version.id], access.caller.today, rule))
    state = signatures.state(version.status, facts[0])
    return {
        "signature_state": state,
        "requirements": [] if state == "not_started" else signatures.requirements(facts[0]),
        "items": [shown(row, access) for row in rows],
    }


def shown_writer(person_id: UUID | None, access: Access, student_id: UUID) -> UUID | None:
    """Who wrote a section, as far as the reader may know: the family learns of no other parent."""
    if access.is_family(student_id) and person_id not in (student_id, access.caller.person_id):
        return None
    return person_id


def shape(versions: Sequence[Any], access: Access) -> None:
    """Give sections their writers, as far as the caller may know them."""
    for version in versions:
        for section in version.sections:
            section.shown_writer = shown_writer(section.written_by, access, version.student_id)


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
