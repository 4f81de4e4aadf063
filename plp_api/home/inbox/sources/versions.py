"""Plan versions: to approve, returned to the student, put in force for the family."""

from typing import Any

from sqlalchemy import Select, exists, func

from plp_api.foundation.access.arms import is_home_studied
from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.returned import returned
from plp_api.home.inbox.sources.source import (
    APPROVED_AS,
    SINCE,
    VERSION,
    VERSIONS,
    Source,
    equals,
    item_columns,
    of_plan,
    seen,
)
from plp_api.planning.plans.models import PlanSection, PlanVersion, VersionStatus


def _versions_to_approve(caller: Caller) -> Select[Any]:
    """Versions that others handed in; `is_blocked` where the caller wrote in them."""
    wrote = exists().where(
        PlanSection.plan_version_id == PlanVersion.id, PlanSection.written_by == CALLER
    )
    items = item_columns(
        PlanVersion,
        func.coalesce(PlanVersion.submitted_at, PlanVersion.updated_at),
        words=PlanVersion.number,
        actor=PlanVersion.submitted_by,
        is_blocked=wrote,
    )
    return of_plan(
        items,
        PlanVersion,
        equals(PlanVersion.status, VersionStatus.SUBMITTED),
        seen(PlanVersion, caller, Permission.PLANS_APPROVE),
        is_unrelated(PlanVersion.student_id, caller),
        PlanVersion.submitted_by.is_distinct_from(CALLER),
    )


def _versions_in_force(caller: Caller) -> Select[Any]:
    """For the family: what was put in force by somebody else."""
    return item_columns(
        PlanVersion,
        PlanVersion.approved_at,
        words=PlanVersion.number,
        actor=PlanVersion.approved_by,
        acted_as=APPROVED_AS,
    ).where(
        PlanVersion.status == VersionStatus.IN_FORCE,
        PlanVersion.approved_at > SINCE,
        PlanVersion.approved_by != CALLER,
        seen(PlanVersion, caller, *TOLD_IN_FORCE),
    )


TOLD_IN_FORCE = (Permission.PLANS_READ, Permission.PLAN_STATUS_READ)
"""That a version is in force, and since when, is a record of its own (`plan_status`)."""

SOURCES: tuple[Source, ...] = (
    Source(
        Kind.VERSION_TO_APPROVE,
        VERSIONS,
        _versions_to_approve,
        (Permission.PLANS_APPROVE, Permission.PLANS_READ),
        action=("approve", "actions"),
        title=VERSION,
    ),
    Source(
        Kind.VERSION_RETURNED,
        VERSIONS,
        returned(
            PlanVersion,
            "plan_version.changes_requested",
            PlanVersion.number,
            PlanVersion.status == VersionStatus.CHANGES_REQUESTED,
            ~is_home_studied(PlanVersion.student_id),
        ),
        (Permission.PLANS_SUBMIT,),
        roles=(Role.STUDENT,),
        action=("submit", "actions"),
        title=VERSION,
    ),
    Source(
        Kind.VERSION_IN_FORCE,
        VERSIONS,
        _versions_in_force,
        TOLD_IN_FORCE,
        roles=(Role.STUDENT, Role.PARENT),
        group=Group.NEW,
        title=VERSION,
    ),
)
