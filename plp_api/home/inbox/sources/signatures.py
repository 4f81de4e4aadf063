"""What waits for a signature, and what somebody declined to sign."""

from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.foundation.roster.models import District, Student
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.source import (
    APPROVED_AS,
    VERSION,
    VERSIONS,
    Make,
    Source,
    item_columns,
    of_plan,
    seen,
)
from plp_api.planning.plans.models import PlanVersion, VersionStatus
from plp_api.planning.signatures import signers
from plp_api.planning.signatures import standing as signatures
from plp_api.planning.signatures.models import (
    RequirementStatus,
    Signature,
    SignatureDecline,
    SignerRole,
)

RULE = District.settings["deciding_parents"].as_string()
SIGNS = (
    Permission.SIGNATURES_SIGN,
    Permission.PLANS_READ,
    Permission.SIGNATURES_READ,
    # The item tells that the version is in force, and since when.
    Permission.PLAN_STATUS_READ,
)


def _signatures_due(role: SignerRole, asks: tuple[RequirementStatus, ...]) -> Make:
    def make(caller: Caller) -> Select[Any]:
        counted = aliased(PlanVersion)
        signed = exists().where(
            Signature.signed_version_id == signatures.COUNTED,
            Signature.role == role,
            Signature.person_id == CALLER,
        )
        declined = exists().where(
            SignatureDecline.signed_version_id == signatures.COUNTED,
            SignatureDecline.person_id == CALLER,
        )
        is_parent = role is SignerRole.PARENT
        opened = signers.is_approver_the_opener(PlanVersion, counted)
        items = item_columns(
            PlanVersion,
            func.coalesce(PlanVersion.approved_at, PlanVersion.updated_at),
            words=PlanVersion.number,
            actor=PlanVersion.approved_by,
            acted_as=APPROVED_AS,
            is_blocked=opened if is_parent else None,
        )
        return (
            of_plan(items, PlanVersion, PlanVersion.status == VersionStatus.IN_FORCE)
            .join(Student, Student.id == PlanVersion.student_id)
            .join(District, District.id == PlanVersion.district_id)
            .join(counted, counted.id == signatures.COUNTED)
            .where(
                seen(PlanVersion, caller, *SIGNS),
                ~signed,
                ~declined,
                ~signers.is_approver(PlanVersion, counted),
                signatures.is_one_of(asks, [role], RULE),
            )
        )

    return make


CONTESTED = (RequirementStatus.DECLINED, RequirementStatus.SPLIT)


def _signatures_contested(caller: Caller) -> Select[Any]:
    """Versions that somebody declined to sign, or on which the parents disagree."""
    declines = (
        select(func.max(SignatureDecline.declined_at))
        .where(SignatureDecline.signed_version_id == signatures.COUNTED)
        .correlate(PlanVersion)
        .scalar_subquery()
    )
    # Few have declined: starting from them, the facts of few versions are collected.
    students = select(SignatureDecline.student_id).where(
        seen(SignatureDecline, caller, Permission.SIGNATURES_EXCEPT)
    )
    is_declined = exists().where(SignatureDecline.signed_version_id == signatures.COUNTED)
    items = item_columns(PlanVersion, declines, words=PlanVersion.number)
    return (
        of_plan(items, PlanVersion, PlanVersion.status == VersionStatus.IN_FORCE)
        .join(Student, Student.id == PlanVersion.student_id)
        .join(District, District.id == PlanVersion.district_id)
        .where(
            PlanVersion.student_id.in_(students),
            is_declined.correlate(PlanVersion),
            is_unrelated(PlanVersion.student_id, caller),
            signatures.is_one_of(CONTESTED, [SignerRole.STUDENT, SignerRole.PARENT], RULE),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.SIGNATURE_DUE,
        VERSIONS,
        _signatures_due(SignerRole.STUDENT, (RequirementStatus.OPEN,)),
        SIGNS,
        roles=(Role.STUDENT,),
        action=("sign", "signatures"),
        title=VERSION,
    ),
    Source(
        Kind.SIGNATURE_DUE,
        VERSIONS,
        _signatures_due(SignerRole.PARENT, (RequirementStatus.OPEN, RequirementStatus.DECLINED)),
        SIGNS,
        roles=(Role.PARENT,),
        action=("sign", "signatures"),
        title=VERSION,
    ),
    Source(
        Kind.SIGNATURE_CONTESTED,
        VERSIONS,
        _signatures_contested,
        (Permission.SIGNATURES_EXCEPT, Permission.PLANS_READ),
        action=("except", "signature-exceptions"),
        title=VERSION,
    ),
)
