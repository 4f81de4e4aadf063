"""Planning pathway elements, and correcting what may still change."""

from typing import Any

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import spans
from plp_api.people.directory import references
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus
from plp_api.planning.plans.models import Plan

# Where and when exactly, which nothing was approved for.
CHANGE_LATER = frozenset({"course_code", "location", "term", "ends_on"})
# What both schools found the student ready for.
READY_FOR = frozenset({"type", "title", "course_code", "provider_name", "starts_on"})
UNREADY = {
    "home_ready_by": None,
    "home_ready_on": None,
    "provider_ready_by": None,
    "provider_ready_on": None,
}


def add(plan: Plan, access: Access, **texts: Any) -> PathwayElement:
    """Plan an element.

    Raises Problem: plan_closed, actor_is_family, validation_failed (`ends_on`,
    `supervisor_id`).
    """
    if not plan.is_open:
        raise Problem(Code.PLAN_CLOSED)
    access.refuse_family(plan.student_id)
    element = PathwayElement(
        id=new_id(),
        district_id=plan.district_id,
        student_id=plan.student_id,
        plan=plan,
        status=PathwayStatus.PLANNED,
        planned_by=access.caller.person_id,
        **texts,
    )
    _check(element, access, texts)
    db.session().add(element)
    _note("pathway_element.planned", element, access, type=element.type)
    return element


def revise(element: PathwayElement, access: Access, **texts: Any) -> PathwayElement:
    """Change a planned element; of an approved one, where and when exactly it takes place.

    What changes the course itself takes back what both schools said of it.
    Raises Problem: element_fixed, plan_closed, actor_is_family, validation_failed
    (`ends_on`, `supervisor_id`), permission_denied.
    """
    if not element.plan.is_open:
        raise Problem(Code.PLAN_CLOSED)
    access.refuse_family(element.student_id)
    changed = sorted(name for name, value in texts.items() if getattr(element, name) != value)
    if not changed:
        return element
    _require_changeable(element, access, changed)
    for name in changed:
        setattr(element, name, texts[name])
    _check(element, access, {name: texts[name] for name in changed})
    if element.status == PathwayStatus.PLANNED:
        element.returned_on = None
        if READY_FOR & set(changed):
            for name, value in UNREADY.items():
                setattr(element, name, value)
    _note("pathway_element.revised", element, access, status=element.status, fields=changed)
    return element


def _require_changeable(element: PathwayElement, access: Access, changed: list[str]) -> None:
    if element.status == PathwayStatus.PLANNED:
        return
    if element.status in (PathwayStatus.COMPLETED, PathwayStatus.WITHDRAWN):
        raise Problem(Code.ELEMENT_FIXED, f"It is {element.status}.")
    if not access.may_on(Permission.PATHWAYS_RECORD, element):
        raise Problem(Code.ELEMENT_FIXED, f"It is {element.status}; its counselor may change it.")
    fixed = [FieldError(f"/{name}", "Approved.") for name in changed if name not in CHANGE_LATER]
    if fixed:
        raise Problem(Code.ELEMENT_FIXED, errors=fixed)


def _check(element: PathwayElement, access: Access, given: dict[str, Any]) -> None:
    if element.starts_on is not None:
        spans.check(element.starts_on, element.ends_on)
    if given.get("supervisor_id") is not None:
        references.adult(access, given["supervisor_id"], "supervisor_id")


def delete(element: PathwayElement, access: Access) -> None:
    """Throw away a planned element that nobody has relied on.

    Raises Problem: element_relied_on, plan_closed, actor_is_family.
    """
    if not element.plan.is_open:
        raise Problem(Code.PLAN_CLOSED)
    access.refuse_family(element.student_id)
    is_relied_on = element.status != PathwayStatus.PLANNED or element.returned_on is not None
    if is_relied_on or comments.exist_on(element):
        raise Problem(Code.ELEMENT_RELIED_ON)
    _note("pathway_element.deleted", element, access)
    db.session().delete(element)


def _note(what: str, element: PathwayElement, access: Access, **payload: Any) -> None:
    element.plan.stir()
    audit.record(what, element, by=access.caller.person_id, **payload)
