"""Giving signatures."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api import db
from plp_api.access.permissions import Role
from plp_api.access.rows import Access
from plp_api.audit import actions as audit
from plp_api.db import new_id
from plp_api.people.models import Person
from plp_api.plans.models import PlanVersion, Regime, VersionStatus
from plp_api.problems import Code, Problem
from plp_api.signatures.models import Signature, SignatureMethod, SignerRole


def sign_for_school(version: PlanVersion, access: Access) -> None:
    """The approval counts as the school's signature. Registered with plans.

    The school signs nothing that the family put in force in home study.
    """
    if version.regime == Regime.HOME_STUDY:
        return
    by = access.caller.person_id
    _sign(version, by, SignerRole.SCHOOL, _language(by))


def _language(person_id: UUID) -> str:
    return db.session().get_one(Person, person_id).language


def sign(version: PlanVersion, access: Access, sha256: str, language: str) -> Signature:
    """Sign the version in force, over the snapshot that was read.

    As student or parent where the caller is that; else for the school. Raises
    Problem: action_unavailable (not in force), snapshot_mismatch,
    signature_exists, signature_not_required.
    """
    db.lock(version)
    if version.status != VersionStatus.IN_FORCE:
        raise Problem(
            Code.ACTION_UNAVAILABLE, f"It is {version.status}; only what is in force is signed."
        )
    if version.snapshot_sha256 != sha256:
        raise Problem(Code.SNAPSHOT_MISMATCH)
    role = _signs_as(version, access)
    if _has_signed(version, access.caller.person_id, role):
        raise Problem(Code.SIGNATURE_EXISTS)
    return _sign(version, access.caller.person_id, role, language)


def _signs_as(version: PlanVersion, access: Access) -> SignerRole:
    if access.is_to(Role.STUDENT, version.student_id):
        return SignerRole.STUDENT
    if access.is_family(version.student_id):
        if access.decides_for(version.student_id):
            return SignerRole.PARENT
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, "A parent signs while the decision is theirs.")
    if _is_signed_as(version, SignerRole.SCHOOL):
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, "The school has signed by approving.")
    return SignerRole.SCHOOL


def _has_signed(version: PlanVersion, person_id: UUID, role: SignerRole) -> bool:
    asked = select(Signature.id).where(
        Signature.plan_version_id == version.id,
        Signature.person_id == person_id,
        Signature.role == role,
    )
    return db.session().scalar(asked) is not None


def _is_signed_as(version: PlanVersion, role: SignerRole) -> bool:
    asked = select(Signature.id).where(
        Signature.plan_version_id == version.id, Signature.role == role
    )
    return db.session().scalars(asked).first() is not None


def sign_in_room(
    version: PlanVersion, witness: UUID, person_id: UUID, role: SignerRole, language: str
) -> Signature | None:
    """A signature given on paper or screen before the advisor; None where it was given already."""
    if _has_signed(version, person_id, role):
        return None
    return _sign(
        version, person_id, role, language, method=SignatureMethod.IN_ROOM, witnessed_by=witness
    )


def _sign(
    version: PlanVersion, person_id: UUID, role: SignerRole, language: str, **how: Any
) -> Signature:
    if version.snapshot_sha256 is None:
        raise ValueError("only a frozen version is signed")
    signature = Signature(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        person_id=person_id,
        role=role,
        snapshot_sha256=version.snapshot_sha256,
        language=language,
        **how,
    )
    db.session().add(signature)
    version.plan.stir()
    audit.record("signature.given", signature, by=how.get("witnessed_by", person_id), role=role)
    return signature
