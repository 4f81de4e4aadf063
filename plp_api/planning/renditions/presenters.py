"""Renditions for the modules that show a version: pages, prints and signing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.planning.plans.members import permission_of
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.renditions.models import Rendition

GUARDED = frozenset({"goals", "pathway_elements"})
"""Members that some readers of a version may not read."""


def current(version: PlanVersion, language: str) -> Rendition | None:
    """The current rendition of the version's snapshot in the language, if there is one."""
    query = select(Rendition).where(
        Rendition.plan_version_id == version.id,
        Rendition.language == language,
        Rendition.superseded_at.is_(None),
        Rendition.snapshot_sha256 == version.snapshot_sha256,
    )
    return db.session().scalars(query).first()


def languages(version_id: UUID) -> list[str]:
    """The languages into which a version is translated, sorted."""
    query = select(Rendition.language).where(
        Rendition.plan_version_id == version_id, Rendition.superseded_at.is_(None)
    )
    return sorted(db.session().scalars(query))


def shape(renditions: Sequence[Any], access: Access) -> None:
    """Set the members and the supplier of each rendition that the caller may read."""
    for rendition in renditions:
        student_id = rendition.student_id
        rendition.disclosed = {
            member for member in GUARDED if access.may(permission_of(member), student_id)
        }
        rendition.shown_supplier = access.shown_person(rendition.supplied_by, student_id)
