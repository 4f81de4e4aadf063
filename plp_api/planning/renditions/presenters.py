"""Renditions for whoever shows a version: in pages, on paper, for signing."""

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
"""Members that not every reader of a version may read."""


def current(version: PlanVersion, language: str) -> Rendition | None:
    """The version's text in the language, if people supplied it, over the very snapshot."""
    asked = select(Rendition).where(
        Rendition.plan_version_id == version.id,
        Rendition.language == language,
        Rendition.superseded_at.is_(None),
        Rendition.snapshot_sha256 == version.snapshot_sha256,
    )
    return db.session().scalars(asked).first()


def languages(version_id: UUID) -> list[str]:
    """The languages in which a version can be read beside its own, sorted."""
    asked = select(Rendition.language).where(
        Rendition.plan_version_id == version_id, Rendition.superseded_at.is_(None)
    )
    return sorted(db.session().scalars(asked))


def shape(renditions: Sequence[Any], access: Access) -> None:
    """Disclose texts to who may read what they render, and who supplied them to who may know."""
    for rendition in renditions:
        student_id = rendition.student_id
        rendition.disclosed = {
            member for member in GUARDED if access.may(permission_of(member), student_id)
        }
        rendition.shown_supplier = access.shown_person(rendition.supplied_by, student_id)
