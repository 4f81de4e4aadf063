"""A student's showcases in an archive, and how they come in again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives import members
from plp_api.foundation.archives.members import ID
from plp_api.foundation.archives.package import invalid
from plp_api.foundation.archives.parts import Arrival, Row
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts.models import Artifact, ArtifactVersion
from plp_api.learning.showcases.actions import MOST_SECTIONS
from plp_api.learning.showcases.items import MOST_ITEMS
from plp_api.learning.showcases.models import (
    Showcase,
    ShowcaseItem,
    ShowcaseSection,
    ShowcaseStatus,
)
from plp_api.learning.showcases.schemas import (
    ShowcaseActionFieldsSchema,
    ShowcaseItemSchema,
    ShowcaseSchema,
    ShowcaseSectionSchema,
)


def rows(student: Student, access: Access) -> list[Row]:
    """The showcases that the caller may read, with their sections and items in order.

    An item stands there only if the caller may read its artifact.
    """
    seen = access.select(Artifact).where(Artifact.student_id == student.id)
    readable = {artifact.id for artifact in access.scalars(seen)}
    mine = access.select(Showcase).where(Showcase.student_id == student.id)
    sections, items = (_by_showcase(model, student) for model in (ShowcaseSection, ShowcaseItem))
    return [
        _showcase(row)
        | {
            "sections": [_section(one) for one in sections.get(row.id, [])],
            "items": [_item(one) for one in items.get(row.id, []) if one.artifact_id in readable],
        }
        for row in access.scalars(mine.order_by(Showcase.id))
    ]


def _by_showcase(model: Any, student: Student) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    mine = select(model).where(model.student_id == student.id).order_by(model.position, model.id)
    for row in db.session().scalars(mine):
        found.setdefault(row.showcase_id, []).append(row)
    return found


def _showcase(row: Showcase) -> Row:
    shown = {"id": str(row.id), "status": row.status, "title": row.title}
    shown |= {"introduction": row.introduction, "language": row.language}
    shown["take_down_reason"] = row.take_down_reason
    return {**shown, "created_at": clock.iso(row.created_at)}


def _section(row: ShowcaseSection) -> Row:
    return {"id": str(row.id), "position": row.position, "title": row.title, "words": row.words}


def _item(row: ShowcaseItem) -> Row:
    return {
        "id": str(row.id),
        "position": row.position,
        "section_id": str(row.section_id) if row.section_id else None,
        "artifact_id": str(row.artifact_id),
        "version_id": str(row.version_id),
        "words": row.words,
        "is_barred": row.is_barred,
    }


def read(rows: Sequence[Row], arrival: Arrival) -> int:
    """Add each showcase of the student's own, with the artifacts that came along. See `Reader`.

    Under the name, and with what stands beside the work, as a new showcase has it; without
    links. What was taken down there stays taken down, and so do its works: all of them where the
    archive does not say which.
    """
    return sum(_add(row, arrival) for row in rows)


def _add(row: Row, arrival: Arrival) -> bool:
    key = arrival.id_of(row["id"])
    if db.session().get(Showcase, key) is not None:
        return False
    own = {"district_id": arrival.student.district_id, "student_id": arrival.student.id}
    names = ("title", "introduction", "language")
    texts = {name: members.words(ShowcaseSchema, row, name) for name in names}
    texts["language"] = texts["language"] or "en"
    showcase = Showcase(id=key, **own, **texts, **_taken_down(row))
    db.session().add(showcase)
    db.session().flush()
    for position, section in enumerate(members.rows(row, "sections", MOST_SECTIONS), 1):
        section_id = arrival.id_of(members.text(section, "id", ID))
        words = {
            name: members.words(ShowcaseSectionSchema, section, name) for name in ("title", "words")
        }
        of = {**own, "showcase_id": key, "position": position}
        db.session().add(ShowcaseSection(id=section_id, **of, **words))
    db.session().flush()
    for position, item in enumerate(members.rows(row, "items", MOST_ITEMS), 1):
        _add_item(item, showcase, position, arrival)
    return True


def _taken_down(row: Row) -> dict[str, Any]:
    """The columns of a showcase that was taken down, without who did it there."""
    if row.get("status") != ShowcaseStatus.TAKEN_DOWN:
        return {}
    given = {"reason": row.get("take_down_reason")}
    reason = members.words(ShowcaseActionFieldsSchema, given, "reason")
    return {
        "status": ShowcaseStatus.TAKEN_DOWN,
        "taken_down_at": clock.now(),
        "take_down_reason": reason,
    }


def _add_item(row: Row, showcase: Showcase, position: int, arrival: Arrival) -> None:
    version = _version(row, arrival)
    item = ShowcaseItem(
        id=db.new_id(),
        district_id=showcase.district_id,
        student_id=showcase.student_id,
        showcase_id=showcase.id,
        position=position,
        artifact_id=version.artifact_id,
        version_id=version.id,
        section_id=_section_id(row, showcase, arrival),
        words=members.words(ShowcaseItemSchema, row, "words"),
        is_barred=_is_taken_down(showcase) and row.get("is_barred") is not False,
    )
    db.session().add(item)
    db.session().flush()


def _version(row: Row, arrival: Arrival) -> ArtifactVersion:
    """The version that the item shows, of the artifact that it names."""
    artifact_id = arrival.id_of(str(row.get("artifact_id")))
    version = db.session().get(ArtifactVersion, arrival.id_of(str(row.get("version_id"))))
    if version is None or version.artifact_id != artifact_id:
        raise invalid("A showcase in it shows what is not there.")
    return version


def _section_id(row: Row, showcase: Showcase, arrival: Arrival) -> UUID | None:
    """The section of the showcase under which the item stands; None: before all."""
    if row.get("section_id") is None:
        return None
    section = db.session().get(ShowcaseSection, arrival.id_of(str(row["section_id"])))
    if section is None or section.showcase_id != showcase.id:
        raise invalid("A showcase in it has a work in no section.")
    return section.id


def _is_taken_down(showcase: Showcase) -> bool:
    return showcase.status == ShowcaseStatus.TAKEN_DOWN
