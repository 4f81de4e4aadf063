"""The pathway elements in a plan version's snapshot: ids and texts, no names of people."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation import clock, db
from plp_api.planning.pathways.models import STANDING, PathwayElement

TEXTS = (
    "type",
    "title",
    "course_code",
    "provider_name",
    "provider_kind",
    "location",
    "term",
    "funding",
    "high_school_credits",
    "college_credits",
    "supervisor_licence",
)


def elements(plans: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """By plan, the elements that are part of it: approved here and not withdrawn.

    A planned element needs an approval of its own; a version's approval does not
    confirm it. Enrollment, completion and results are left out, so that nobody
    has to sign again when they are recorded. The framework items that an element is
    linked to are there in the words they have now.
    """
    standing = (
        select(PathwayElement)
        .where(
            PathwayElement.plan_id.in_(plans),
            PathwayElement.status.in_(STANDING),
            PathwayElement.taken_elsewhere_at.is_(None),
        )
        .order_by(PathwayElement.created_at, PathwayElement.id)
    )
    found: dict[UUID, list[dict[str, Any]]] = {plan: [] for plan in plans}
    rows = db.session().scalars(standing).all()
    items = item_links.of_subjects({element.id for element in rows})
    for element in rows:
        found[element.plan_id].append({**_text(element), **item_links.frozen(items[element.id])})
    return found


def _text(element: PathwayElement) -> dict[str, Any]:
    return {
        "pathway_element_id": str(element.id),
        **{name: getattr(element, name) for name in TEXTS},
        "starts_on": clock.iso(element.starts_on),
        "ends_on": clock.iso(element.ends_on),
        "supervisor_id": element.supervisor_id and str(element.supervisor_id),
    }
