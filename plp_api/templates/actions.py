"""The template a plan is written in, and who writes which of its sections."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from plp_api import data, db
from plp_api.access.permissions import Role
from plp_api.templates.models import PlanTemplate

AUTHOR_OF_ROLE = {Role.STUDENT: "student", Role.ADVISOR: "advisor", Role.PARENT: "parent"}


@cache
def _shipped() -> dict[str, Any]:
    """The default template: everything 16 V.S.A. 942 and the rule name (seeds/reference)."""
    found: dict[str, Any] = orjson.loads(
        (data.seeds() / "reference/plan_template.json").read_bytes()
    )
    return found


def default_for(district_id: UUID) -> PlanTemplate:
    """The district's default template, made from the shipped one where there is none yet."""
    asked = select(PlanTemplate).where(
        PlanTemplate.district_id == district_id, PlanTemplate.is_default.is_(True)
    )
    found = db.session().scalars(asked).first()
    if found is None:
        shipped = _shipped()
        found = PlanTemplate(
            district_id=district_id,
            name=shipped["title"],
            sections=shipped["sections"],
            is_default=True,
        )
        db.session().add(found)
        db.session().flush()
    return found


def writable(section: dict[str, Any], roles: Iterable[Role]) -> bool:
    """Whether somebody who is that to the student writes the section.

    An advisor writes what is the advisor's, and, as scribe, what is the
    student's; a parent only what is the parent's.
    """
    authors = {AUTHOR_OF_ROLE[role] for role in roles if role in AUTHOR_OF_ROLE}
    if "advisor" in authors:
        authors.add("student")
    return bool(authors & set(section["authors"]))
