"""Pathway elements: to approve, and returned to the student."""

from typing import Any

from sqlalchemy import Select

from plp_api.foundation.access.caller import CALLER, DISTRICT, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.returned import returned
from plp_api.home.inbox.sources.source import ELEMENTS, Source, item_columns, of_plan, seen
from plp_api.planning.pathways import conditions as pathway_conditions
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus


def _elements_to_approve(caller: Caller) -> Select[Any]:
    items = item_columns(
        PathwayElement,
        PathwayElement.updated_at,
        words=PathwayElement.title,
        actor=PathwayElement.planned_by,
        due_on=PathwayElement.starts_on,
        is_blocked=~pathway_conditions.is_free_of_conditions(),
    )
    return of_plan(
        items,
        PathwayElement,
        PathwayElement.status == PathwayStatus.PLANNED,
        PathwayElement.returned_on.is_(None),
        PathwayElement.district_id == DISTRICT,
        PathwayElement.planned_by != CALLER,
        seen(PathwayElement, caller, Permission.PATHWAYS_APPROVE),
        is_unrelated(PathwayElement.student_id, caller),
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.ELEMENT_TO_APPROVE,
        ELEMENTS,
        _elements_to_approve,
        (Permission.PATHWAYS_APPROVE,),
        action=("approve", "actions"),
    ),
    Source(
        Kind.ELEMENT_RETURNED,
        ELEMENTS,
        returned(
            PathwayElement,
            "pathway_element.returned",
            PathwayElement.title,
            PathwayElement.status == PathwayStatus.PLANNED,
            PathwayElement.returned_on.is_not(None),
        ),
        (Permission.PATHWAYS_WRITE,),
        roles=(Role.STUDENT,),
    ),
)
