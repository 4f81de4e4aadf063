"""Statements of disagreement that are new for those who answer for the student's plan."""

from typing import Any

from sqlalchemy import Select, or_

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import about_students, is_unrelated, visible_with_subject
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import (
    CLOSE,
    SINCE,
    VERSION,
    VERSIONS,
    Source,
    is_only_close,
    item_columns,
)
from plp_api.planning.plans.models import PlanVersion, Statement


def _statements(caller: Caller) -> Select[Any]:
    """For advisors, and for whoever approved the contested version."""
    items = (
        item_columns(
            Statement,
            Statement.stated_at,
            words=PlanVersion.number,
            actor=Statement.author_id,
            acted_as=Statement.author_role,
            on=Statement.plan_version_id,
        )
        .join(PlanVersion, PlanVersion.id == Statement.plan_version_id)
        .where(
            Statement.stated_at > SINCE,
            Statement.withdrawn_at.is_(None),
            Statement.author_id != CALLER,
            visible_with_subject(Statement, caller, Permission.PLANS_APPROVE),
            is_unrelated(Statement.student_id, caller),
        )
    )
    if is_only_close(caller):
        return items
    is_close = about_students(
        Statement, "student_id", caller.only_as(*CLOSE), Permission.PLANS_APPROVE
    )
    return items.where(or_(is_close, PlanVersion.approved_by == CALLER))


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.STATEMENT_NEW,
        VERSIONS,
        _statements,
        (Permission.PLANS_APPROVE,),
        group=Group.NEW,
        title=VERSION,
    ),
)
