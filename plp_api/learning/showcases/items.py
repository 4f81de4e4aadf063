"""Works in a showcase: a version of an artifact each, and the order of all."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Existing, Problem, invalid
from plp_api.learning.artifacts import actions as artifacts
from plp_api.learning.artifacts import versions
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactPart,
)
from plp_api.learning.showcases import barring
from plp_api.learning.showcases.actions import fields_of, last_position, note, require_shown
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseSection

MOST_ITEMS = 100
BARRED = "The school took this work down with another showcase."


def add(
    showcase: Showcase,
    access: Access,
    artifact_id: UUID,
    version_id: UUID | None = None,
    section_id: UUID | None = None,
    **fields: Any,
) -> ShowcaseItem:
    """Put a version of an artifact, the newest if none is named, after the other items.

    Raises Problem: artifact_is_draft, artifact_archived, showcase_item_exists, showcases_full,
    showcase_taken_down for the showcase or the work, validation_failed at the ids.
    """
    db.lock(showcase)
    require_shown(showcase)
    version = versions.named(_work(showcase, artifact_id), version_id)
    items = of(showcase)
    _refuse_second(items, version.id)
    if len(items) >= MOST_ITEMS:
        raise Problem(Code.SHOWCASES_FULL, f"The limit is {MOST_ITEMS}.")
    item = ShowcaseItem(
        id=db.new_id(),
        **fields_of(showcase),
        artifact_id=artifact_id,
        version_id=version.id,
        section_id=_section(showcase, section_id),
        position=last_position(showcase, ShowcaseItem) + 1,
        **fields,
    )
    db.session().add(item)
    showcase.touch()
    note("showcase_item.added", item, access, showcase_id=showcase.id, artifact_id=artifact_id)
    return item


def _work(showcase: Showcase, artifact_id: UUID) -> Artifact:
    """The student's own artifact, locked, so that no draft is deleted while it is put in."""
    artifact = db.session().get(Artifact, artifact_id)
    if artifact is None or artifact.student_id != showcase.student_id:
        raise invalid("artifact_id", "The student has no such artifact.")
    db.lock(artifact)
    artifacts.require_kept(artifact)
    if barring.barred_of(showcase.district_id, [artifact_id]):
        raise Problem(Code.SHOWCASE_TAKEN_DOWN, BARRED)
    return artifact


def _section(showcase: Showcase, section_id: UUID | None) -> UUID | None:
    if section_id is None:
        return None
    section = db.session().get(ShowcaseSection, section_id)
    if section is None or section.showcase_id != showcase.id:
        raise invalid("section_id", "The showcase has no such section.")
    return section_id


def of(showcase: Showcase) -> Sequence[ShowcaseItem]:
    """All items of the showcase, in no order."""
    own = select(ShowcaseItem).where(ShowcaseItem.showcase_id == showcase.id)
    return db.session().scalars(own).all()


def show(artifact: Artifact) -> bool:
    """Whether the artifact stands in any showcase."""
    shown = exists().where(ShowcaseItem.artifact_id == artifact.id)
    return bool(db.session().scalar(select(shown)))


def _refuse_second(items: Sequence[ShowcaseItem], version_id: UUID) -> None:
    if same := next((item for item in items if item.version_id == version_id), None):
        existing = Existing(ShowcaseItem, {"id": same.id})
        raise Problem(Code.SHOWCASE_ITEM_EXISTS, existing=existing)


def change(item: ShowcaseItem, access: Access, **fields: Any) -> ShowcaseItem:
    """Change the words, what is shown beside the work, the section, or the version.

    Raises Problem: showcase_taken_down for the showcase or the work, showcase_item_exists,
    artifact_archived, validation_failed (`version_id`, `section_id`).
    """
    showcase = item.whole()
    db.lock(item)
    require_shown(showcase)
    version_id = fields.pop("version_id", item.version_id)
    if version_id != item.version_id:
        _take_version(showcase, item, version_id)
    if "section_id" in fields:
        _section(showcase, fields["section_id"])
    for name, value in fields.items():
        setattr(item, name, value)
    showcase.touch()
    note("showcase_item.changed", item, access, showcase_id=showcase.id)
    return item


def _take_version(showcase: Showcase, item: ShowcaseItem, version_id: UUID) -> None:
    version = versions.named(_work(showcase, item.artifact_id), version_id)
    _refuse_second(of(showcase), version.id)
    _drop_cover(showcase, item)
    item.version_id = version.id


def remove(item: ShowcaseItem, access: Access) -> None:
    """Take a work out of the showcase; it stays the student's. Raises: showcase_taken_down."""
    showcase = item.whole()
    db.lock(item)
    require_shown(showcase)
    _drop_cover(showcase, item)
    showcase.touch()
    note("showcase_item.removed", item, access, showcase_id=showcase.id)
    db.session().delete(item)


def _drop_cover(showcase: Showcase, item: ShowcaseItem) -> None:
    """Leave the showcase without a cover if that is a picture of this version."""
    if showcase.cover_part_id is None:
        return
    part = db.session().get_one(ArtifactPart, showcase.cover_part_id)
    if part.version_id == item.version_id:
        showcase.cover_part_id, showcase.cover_alt = None, ""


def arrange(
    showcase: Showcase,
    access: Access,
    before_sections: Sequence[UUID],
    sections: Sequence[dict[str, Any]],
) -> Showcase:
    """Put all sections and items in this order; items may change their section.

    Raises Problem: showcase_taken_down, validation_failed unless each section and each item is
    named exactly once.
    """
    db.lock(showcase)
    require_shown(showcase)
    own = select(ShowcaseSection).where(ShowcaseSection.showcase_id == showcase.id)
    headings = {section.id: section for section in db.session().scalars(own)}
    items = {item.id: item for item in of(showcase)}
    order = [section["section_id"] for section in sections]
    places = [(key, None) for key in before_sections]
    places += [(key, section["section_id"]) for section in sections for key in section["item_ids"]]
    _require_all(order, headings, "sections")
    _require_all([key for key, _ in places], items, "before_sections")
    for position, key in enumerate(order, 1):
        headings[key].position = position
    for position, (key, section_id) in enumerate(places, 1):
        items[key].position, items[key].section_id = position, section_id
    showcase.touch()
    note("showcase.ordered", showcase, access)
    return showcase


def _require_all(named: Sequence[UUID], owned: dict[UUID, Any], pointer: str) -> None:
    if len(named) != len(owned) or {*named} != owned.keys():
        what = "section" if pointer == "sections" else "item"
        raise invalid(pointer, f"Name each {what} of the showcase exactly once.")
