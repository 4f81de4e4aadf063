"""Sign a version, or decline to sign it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Person
from plp_api.people.identity import openers
from plp_api.planning.plans.models import PlanVersion, Regime
from plp_api.planning.signatures import notices, signers
from plp_api.planning.signatures.models import (
    IdentityCheck,
    Signature,
    SignatureDecline,
    SignatureMethod,
    SignerRole,
)

DAY = timedelta(days=1)


def sign_for_school(version: PlanVersion, access: Access) -> None:
    """Add the approver's signature: for the school, or for the family that keeps the plan.

    Does nothing if the version shares the signatures of an earlier one that
    has this signature already. Registered as `ON_FROZEN` (`plans.followers`).
    """
    by = access.caller.person_id
    role = SignerRole.SCHOOL
    if version.regime == Regime.HOME_STUDY:
        family_role = signers.signs_as(version.student_id, by, access.caller.today)
        if family_role is None:
            return
        role = family_role
    is_there = signers.has_signed(version, role, None if role is SignerRole.SCHOOL else by)
    if not is_there:
        language = db.session().get_one(Person, by).language
        _add(version, by, role, by=by, language=language)


def sign(version: PlanVersion, access: Access, sha256: str, language: str) -> Signature:
    """Sign the version in force, whose snapshot the caller read.

    The caller signs as the student or as a parent who may decide, else for the
    school. Raises the problems of `record`, and actor_is_family for a family
    member who may not decide.
    """
    db.lock(version)
    signers.require_open(version)
    role = _role_of_caller(version, access)
    return record(
        version,
        role,
        access.caller.person_id,
        SignatureMethod.ACCOUNT,
        by=access.caller.person_id,
        language=language,
        identity_check=IdentityCheck.ACCOUNT_LOGIN,
        sha256=sha256,
    )


def _role_of_caller(version: PlanVersion, access: Access) -> SignerRole:
    student_id = version.student_id
    if access.is_to(Role.STUDENT, student_id):
        return SignerRole.STUDENT
    if access.decides_for(student_id):
        return SignerRole.PARENT
    if access.is_family(student_id):
        raise Problem(
            Code.ACTOR_IS_FAMILY,
            "Family never signs for the school, and only a parent who may decide signs as parent.",
        )
    return SignerRole.SCHOOL


def record(
    version: PlanVersion,
    role: SignerRole,
    person_id: UUID,
    method: SignatureMethod,
    *,
    by: UUID | None,
    language: str,
    identity_check: IdentityCheck,
    sha256: str | None = None,
    delegate_id: UUID | None = None,
    signed_at: datetime | None = None,
    signed_by_name: str | None = None,
    **kept: UUID | None,
) -> Signature:
    """Store a person's signature on the version in force.

    All methods use this function: account, link, room and paper. Callers must
    first establish who signs and check that `by` may do this.

    `by` is the person who acts (None for a link). `sha256` is the hash of the
    snapshot that was read, if the signer sent it. `delegate_id` is the delegate
    who signed in a parent's place, `signed_by_name` the name that was typed,
    `signed_at` the time of an earlier signature. `kept` takes `witnessed_by`,
    `recorded_by`, `issued_by` and `scan_id`.

    Raises Problem: action_unavailable (not in force), plan_closed,
    snapshot_mismatch, signature_not_required (this person does not sign in this
    role today), signature_exists, signer_is_approver, validation_failed
    (`delegate_id`, `signed_at`).
    """
    db.lock(version)
    signers.require_open(version)
    if sha256 is not None and version.snapshot_sha256 != sha256:
        raise Problem(Code.SNAPSHOT_MISMATCH)
    today = signers.today_of(version)
    _require_signer(version, role, person_id, today)
    if signers.has_signed(version, role, person_id):
        raise Problem(Code.SIGNATURE_EXISTS)
    _require_in_time(version, signed_at)
    delegate = None
    if delegate_id is not None:
        delegate = signers.delegate_of(version, person_id, delegate_id, today)
    if role is not SignerRole.SCHOOL:
        people = [person_id, delegate.person_id if delegate else None]
        signers.refuse_approver(version, filter(None, people))
    if method is SignatureMethod.ACCOUNT and role is not SignerRole.SCHOOL:
        kept["issued_by"] = _opener(version, role, person_id)
    signature = _add(
        version,
        person_id,
        role,
        by=by,
        language=language,
        method=method,
        identity_check=identity_check,
        signed_at=signed_at or clock.now(),
        delegate_id=delegate_id,
        signed_by_name=signed_by_name or (delegate.name if delegate else None),
        **kept,
    )
    if role is SignerRole.PARENT:
        notices.tell_other_deciders(version, person_id, by, today)
    return signature


def _opener(version: PlanVersion, role: SignerRole, person_id: UUID) -> UUID | None:
    """The person whose code opened the signer's account.

    Raises Problem(signer_is_approver) if a parent's account was opened by an approver's code.
    """
    opener = openers.of([person_id]).get(person_id)
    if opener and role is SignerRole.PARENT:
        signers.refuse_approver(version, [opener], signers.NOT_BY_THE_APPROVER_S_CODE)
    return opener


def _require_signer(version: PlanVersion, role: SignerRole, person_id: UUID, today: date) -> None:
    if role is SignerRole.SCHOOL:
        if version.regime == Regime.HOME_STUDY:
            raise Problem(
                Code.SIGNATURE_NOT_REQUIRED,
                "16 V.S.A. 942: in home study the family alone is responsible for the plan.",
            )
        if signers.has_signed(version, role):
            raise Problem(Code.SIGNATURE_NOT_REQUIRED, "The school has signed by approving.")
    elif signers.signs_as(version.student_id, person_id, today) is not role:
        raise Problem(
            Code.SIGNATURE_NOT_REQUIRED, f"They do not sign as {role} for this student today."
        )


def _require_in_time(version: PlanVersion, signed_at: datetime | None) -> None:
    """Raise validation_failed unless it was signed after the version came into force."""
    if signed_at is None:
        return
    is_early = version.in_force_on is not None and signed_at < clock.end_of(
        version.in_force_on - DAY
    )
    if is_early or signed_at > clock.now():
        raise invalid("signed_at", "Must lie between the day it came into force and now.")


def sign_in_room(
    version: PlanVersion,
    access: Access,
    person_id: UUID,
    role: SignerRole,
    *,
    language: str,
    sha256: str,
    identity_check: IdentityCheck = IdentityCheck.KNOWN_IN_PERSON,
    delegate_id: UUID | None = None,
) -> Signature | None:
    """Store a signature given on screen before the caller; None if this person has signed already.

    Raises the problems of `record`.
    """
    if signers.has_signed(version, role, person_id):
        return None
    return record(
        version,
        role,
        person_id,
        SignatureMethod.IN_ROOM,
        by=access.caller.person_id,
        language=language,
        identity_check=identity_check,
        sha256=sha256,
        delegate_id=delegate_id,
        witnessed_by=access.caller.person_id,
    )


def _add(
    version: PlanVersion,
    person_id: UUID,
    role: SignerRole,
    *,
    by: UUID | None,
    language: str,
    **how: Any,
) -> Signature:
    if version.snapshot_sha256 is None:
        raise ValueError("only a frozen version is signed")
    signature = Signature(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        signed_version_id=signers.counted(version),
        person_id=person_id,
        role=role,
        snapshot_sha256=version.snapshot_sha256,
        language=language,
        **how,
    )
    db.session().add(signature)
    version.plan.stir()
    method = how.get("method", SignatureMethod.ACCOUNT)
    audit.record("signature.given", signature, by=by, role=role, method=method)
    return signature


# Declining to sign.


def decline(
    version: PlanVersion, access: Access, words: str, person_id: UUID | None = None
) -> SignatureDecline:
    """Record that the caller will not sign, or that `person_id` told the caller so.

    Family declines for itself only; staff must name the person. Raises the
    problems of `record_decline`, and validation_failed (`person_id`).
    """
    by, student_id = access.caller.person_id, version.student_id
    is_family = access.is_oneself(student_id) or access.is_family(student_id)
    if is_family and person_id not in (None, by):
        raise invalid("person_id", "You can decline only for yourself.")
    if not is_family and person_id is None:
        raise invalid("person_id", "Say who declined.")
    return record_decline(version, person_id or by, words, by=by)


def record_decline(
    version: PlanVersion, person_id: UUID, words: str, *, by: UUID | None
) -> SignatureDecline:
    """Record that a student or deciding parent will not sign, and why. They may sign later.

    Raises Problem: action_unavailable, plan_closed, signature_not_required,
    signature_exists.
    """
    db.lock(version)
    signers.require_open(version)
    today = signers.today_of(version)
    role = signers.signs_as(version.student_id, person_id, today)
    if role is None:
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, "They are not asked to sign this today.")
    if signers.has_signed(version, role, person_id):
        raise Problem(Code.SIGNATURE_EXISTS)
    row = SignatureDecline(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        signed_version_id=signers.counted(version),
        person_id=person_id,
        role=role,
        words=words,
        recorded_by=None if by == person_id else by,
    )
    db.session().add(row)
    version.plan.stir()
    audit.record("signature.declined", row, by=by, role=role)
    if role is SignerRole.PARENT:
        notices.tell_other_deciders(version, person_id, by, today)
    return row
