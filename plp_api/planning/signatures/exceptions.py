"""Excuse a missing signature: after silence, after a refusal, or when parents disagree."""

from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import ForOthers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import outreach, signers, standing
from plp_api.planning.signatures.models import (
    ExceptionBasis,
    ExceptionStatus,
    RequirementStatus,
    SignatureException,
    SignerRole,
)


def except_(
    version: PlanVersion, access: Access, role: SignerRole, basis: ExceptionBasis, reason: str
) -> SignatureException:
    """Excuse a role from signing the version.

    On the basis `silence` enough attempts to reach the signer must be logged.
    The other bases (the signer declined, or two parents answered differently)
    are for admins only.

    Raises Problem: permission_denied, actor_is_family, action_unavailable,
    plan_closed, signature_not_required (nothing is missing),
    outreach_insufficient (names how many attempts are missing), decline_missing.
    """
    access.refuse_family(version.student_id)
    if basis is not ExceptionBasis.SILENCE:
        access.require(Permission.SIGNATURES_EXCEPT, version)
    db.lock(version)
    signers.require_open(version)
    _require_ground(version, role, basis, _status(version, role))
    row = SignatureException(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        signed_version_id=signers.counted(version),
        role=role,
        basis=basis,
        reason=reason,
        status=ExceptionStatus.GIVEN,
        given_by=access.caller.person_id,
    )
    db.session().add(row)
    version.plan.stir()
    audit.record("signature.excepted", row, by=access.caller.person_id, role=role, basis=basis)
    return row


def _status(version: PlanVersion, role: SignerRole) -> RequirementStatus:
    district = db.session().get_one(District, version.district_id)
    db.session().flush()
    rule = district_settings.of(district).deciding_parents
    (rows,) = db.fetch(standing.query([version.id], district.today, rule))
    return standing.statuses(rows[0]["signature_marks"])[role]


def _require_ground(
    version: PlanVersion, role: SignerRole, basis: ExceptionBasis, status: RequirementStatus
) -> None:
    if status in standing.SETTLED:
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, f"It is {status}: nothing is missing.")
    match basis, status:
        case (ExceptionBasis.REFUSAL, RequirementStatus.DECLINED) | (
            ExceptionBasis.SPLIT,
            RequirementStatus.SPLIT,
        ):
            return
        case ExceptionBasis.SILENCE, RequirementStatus.OPEN:
            outreach.require_enough(version, role, signers.today_of(version))
        case ExceptionBasis.REFUSAL, RequirementStatus.OPEN:
            raise Problem(Code.DECLINE_MISSING)
        case _:
            raise Problem(Code.ACTION_UNAVAILABLE, f"It is {status}, which is not {basis}.")


def withdraw(exception: SignatureException, access: Access, comment: str | None = None) -> None:
    """Withdraw an exception that was a mistake: from now on the signature is required again."""
    exception.withdrawn_at, exception.withdrawn_by = clock.now(), access.caller.person_id
    if comment:
        exception.reason = f"{exception.reason}\n\n{comment}"
    signers.stir(exception.student_id)
    audit.record("signature.exception_withdrawn", exception, by=access.caller.person_id)


def only_an_admin_takes_back(exception: SignatureException, access: Access) -> ForOthers | None:
    """Why the caller cannot withdraw it: only an admin may, unless the basis is silence."""
    if exception.basis == ExceptionBasis.SILENCE:
        return None
    if access.may_on(Permission.SIGNATURES_EXCEPT, exception):
        return None
    reason = "An admin gave it: only an admin can withdraw it."
    return ForOthers(reason, (Permission.SIGNATURES_EXCEPT,))
