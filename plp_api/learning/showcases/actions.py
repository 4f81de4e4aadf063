"""The verbs of showcases."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts.models import ArtifactPart
from plp_api.learning.showcases.models import (
    Showcase,
    ShowcaseItem,
    ShowcaseSection,
    ShowcaseStatus,
)

MOST_SHOWCASES, MOST_SECTIONS = 100, 30
ON_TAKEN_DOWN: list[Callable[[Showcase, UUID], None]] = []
"""Functions called with a showcase that was taken down, and by whom. Areas above register here
how to end what shows it."""


def begin(student: Student, access: Access, **fields: Any) -> Showcase:
    """Begin a showcase of the caller's own, without works. Raises Problem: showcases_full."""
    db.lock_name(f"showcases of {student.id}")
    _require_room(Showcase.student_id == student.id, MOST_SHOWCASES)
    showcase = Showcase(
        id=db.new_id(), district_id=student.district_id, student_id=student.id, **fields
    )
    db.session().add(showcase)
    note("showcase.begun", showcase, access)
    return showcase


def _require_room(criterion: Any, most: int) -> None:
    rows = select(func.count()).where(criterion)
    if (db.session().scalar(rows) or 0) >= most:
        raise Problem(Code.SHOWCASES_FULL, f"The limit is {most}.")


def revise(showcase: Showcase, access: Access, **fields: Any) -> Showcase:
    """Change title, introduction, language, cover, or the name under which it is shown.

    Raises Problem: showcase_taken_down, validation_failed (`cover_part_id`, `cover_alt`).
    """
    db.lock(showcase)
    require_shown(showcase)
    for name, value in fields.items():
        setattr(showcase, name, value)
    if fields.keys() & {"cover_part_id", "cover_alt"}:
        _check_cover(showcase)
    note("showcase.revised", showcase, access, changed=sorted(fields))
    return showcase


def _check_cover(showcase: Showcase) -> None:
    """Check that the cover is a picture of a work in the showcase, with words for it."""
    if showcase.cover_part_id is None:
        showcase.cover_alt = ""
        return
    own = (
        select(ArtifactPart)
        .join(ShowcaseItem, ShowcaseItem.version_id == ArtifactPart.version_id)
        .where(ArtifactPart.id == showcase.cover_part_id, ShowcaseItem.showcase_id == showcase.id)
    )
    part = db.session().scalars(own).first()
    if part is None or part.file is None or not part.file.media_type.startswith("image/"):
        raise invalid("cover_part_id", "It is no picture of a work in this showcase.")
    if not (showcase.cover_alt or part.alt):
        raise invalid("cover_alt", "Say in words what the picture shows.")


def require_shown(showcase: Showcase) -> None:
    """Raise showcase_taken_down where the school took it down: then nothing of it changes."""
    if showcase.status == ShowcaseStatus.TAKEN_DOWN:
        raise Problem(Code.SHOWCASE_TAKEN_DOWN)


def delete(showcase: Showcase, access: Access) -> None:
    """Delete a showcase with its sections and items; the works stay.

    Raises Problem: showcase_taken_down; record_in_use once it was shown by a link, because
    the ledger names it: archive it instead.
    """
    db.lock(showcase)
    require_shown(showcase)
    note("showcase.deleted", showcase, access)
    for model in (ShowcaseItem, ShowcaseSection):
        db.session().execute(delete_rows(model).where(model.showcase_id == showcase.id))
    db.session().delete(showcase)
    db.flush()


# The life cycle.


def archive(showcase: Showcase, access: Access) -> None:
    """Put the showcase away: nothing of it is shown outside until it is restored."""
    note("showcase.archived", showcase, access)


def restore(showcase: Showcase, access: Access) -> None:
    """Take an archived showcase up again."""
    note("showcase.restored", showcase, access)


def take_down(
    showcase: Showcase, access: Access, reason: str, artifact_ids: Sequence[UUID] | None = None
) -> None:
    """End at once what is shown of it outside, for a reason that student and parents read.

    Its works, or those of `artifact_ids` alone, are shown in no other showcase either.
    Raises Problem: validation_failed (`artifact_ids`) where one does not stand in it.
    """
    by = access.caller.person_id
    showcase.taken_down_at, showcase.taken_down_by = clock.now(), by
    showcase.take_down_reason = reason
    items = _items_of(showcase)
    named = {item.artifact_id for item in items} if artifact_ids is None else {*artifact_ids}
    if not named <= {item.artifact_id for item in items}:
        raise invalid("artifact_ids", "Name works that stand in this showcase.")
    for item in items:
        item.is_barred = item.artifact_id in named
    for follow in ON_TAKEN_DOWN:
        follow(showcase, by)
    note("showcase.taken_down", showcase, access, works=len(named))


def put_back(showcase: Showcase, access: Access) -> None:
    """Take the taking down back: the showcase is archived, and its works may be shown again."""
    showcase.taken_down_at = showcase.taken_down_by = None
    showcase.take_down_reason = ""
    for item in _items_of(showcase):
        item.is_barred = False
    note("showcase.put_back", showcase, access)


def _items_of(showcase: Showcase) -> Sequence[ShowcaseItem]:
    own = select(ShowcaseItem).where(ShowcaseItem.showcase_id == showcase.id)
    return db.session().scalars(own).all()


# Sections.


def add_section(showcase: Showcase, access: Access, **fields: Any) -> ShowcaseSection:
    """Add a section after the others. Raises Problem: showcase_taken_down, showcases_full."""
    db.lock(showcase)
    require_shown(showcase)
    _require_room(ShowcaseSection.showcase_id == showcase.id, MOST_SECTIONS)
    section = ShowcaseSection(
        id=db.new_id(),
        **fields_of(showcase),
        position=last_position(showcase, ShowcaseSection) + 1,
        **fields,
    )
    db.session().add(section)
    showcase.touch()
    note("showcase_section.added", section, access, showcase_id=showcase.id)
    return section


def change_section(section: ShowcaseSection, access: Access, **fields: Any) -> ShowcaseSection:
    """Change title or words. Raises Problem: showcase_taken_down."""
    showcase = section.whole()
    db.lock(section)
    require_shown(showcase)
    for name, value in fields.items():
        setattr(section, name, value)
    showcase.touch()
    note("showcase_section.changed", section, access, showcase_id=showcase.id)
    return section


def remove_section(section: ShowcaseSection, access: Access) -> None:
    """Remove a section; its works stand before all sections then.

    Raises Problem: showcase_taken_down.
    """
    showcase = section.whole()
    db.lock(section)
    require_shown(showcase)
    own = select(ShowcaseItem).where(ShowcaseItem.section_id == section.id)
    last = last_position(showcase, ShowcaseItem)
    moved = db.session().scalars(own.order_by(ShowcaseItem.position, ShowcaseItem.id))
    for position, item in enumerate(moved, last + 1):
        item.section_id, item.position = None, position
    db.flush()
    showcase.touch()
    note("showcase_section.removed", section, access, showcase_id=showcase.id)
    db.session().delete(section)


# What sections and items share.


def fields_of(showcase: Showcase) -> dict[str, Any]:
    """The columns that say to which showcase a new row belongs."""
    return {
        "district_id": showcase.district_id,
        "student_id": showcase.student_id,
        "showcase_id": showcase.id,
    }


def last_position(showcase: Showcase, model: type[ShowcaseItem | ShowcaseSection]) -> int:
    """The position of the last item or section; 0 if there is none."""
    query = select(func.max(model.position)).where(model.showcase_id == showcase.id)
    return db.session().scalar(query) or 0


def note(what: str, row: Any, access: Access, **facts: Any) -> None:
    """Record an event about the showcase or a part of it."""
    audit.record(what, row, by=access.caller.person_id, **facts)
