"""Link a student's work to framework items, unlink it, and take links along."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from plp_api.catalog.item_links.models import SUBJECTS, ItemLink
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.people.directory.references import NOTHING

MOST_LINKS = 20


def add(subject: Any, access: Access, framework_item_id: UUID) -> ItemLink:
    """Link the subject to an item of its own district.

    Raises Problem: what `change` of the subject raises, validation_failed
    (`framework_item_id`), framework_item_retired, link_exists, links_full.
    """
    db.lock(subject)
    SUBJECTS[subject.__tablename__].change(subject, access)
    item = _item(subject, framework_item_id)
    db.refuse_second(
        ItemLink,
        ItemLink.subject_id == subject.id,
        ItemLink.framework_item_id == item.id,
        code=Code.LINK_EXISTS,
    )
    if item.is_retired:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED)
    if _count(subject) >= MOST_LINKS:
        raise Problem(Code.LINKS_FULL, f"The limit is {MOST_LINKS}.")
    link = _made(subject, item, access.caller.person_id)
    db.session().add(link)
    _note("link.added", link, access)
    return link


def _item(subject: Any, key: UUID) -> FrameworkItem:
    query = select(FrameworkItem).where(
        FrameworkItem.id == key, FrameworkItem.district_id == subject.district_id
    )
    with db.session().no_autoflush:
        item = db.session().scalar(query)
    if item is None:
        raise invalid("framework_item_id", NOTHING)
    return item


def _count(subject: Any) -> int:
    query = select(func.count()).where(ItemLink.subject_id == subject.id)
    return db.session().scalar(query) or 0


def _made(subject: Any, item: FrameworkItem, by: UUID) -> ItemLink:
    return ItemLink(
        id=db.new_id(),
        district_id=subject.district_id,
        student_id=subject.student_id,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        framework_item=item,
        linked_by=by,
    )


def remove(link: ItemLink, access: Access) -> None:
    """Remove the link. Raises what `change` of the subject raises."""
    SUBJECTS[link.subject_type].change(link.whole(), access)
    _note("link.removed", link, access)
    db.session().delete(link)


def _note(what: str, link: ItemLink, access: Access) -> None:
    audit.record(
        what,
        link,
        by=access.caller.person_id,
        about=link.subject_type,
        about_id=link.subject_id,
        framework_item_id=link.framework_item.id,
    )


def subjects_linked_to(items: Sequence[UUID], model: type[Any]) -> Select[Any]:
    """The ids of the model's rows that are linked to one of these items."""
    return select(ItemLink.subject_id).where(
        ItemLink.framework_item_id.in_(items), ItemLink.subject_type == model.__tablename__
    )


def take_along(subject: Any, onward: Any, access: Access) -> None:
    """Link `onward`, which continues the subject, to the same items, but not to retired ones."""
    for link in _all(subject):
        if not link.framework_item.is_retired:
            copy = _made(onward, link.framework_item, access.caller.person_id)
            db.session().add(copy)
            _note("link.added", copy, access)


def link_to_all(subject: Any, items: Iterable[FrameworkItem], access: Access) -> None:
    """Link a new subject, which has no links, to these items of its district."""
    for item in items:
        link = _made(subject, item, access.caller.person_id)
        db.session().add(link)
        _note("link.added", link, access)


def remove_all(subject: Any, access: Access) -> None:
    """Remove every link of a subject that is deleted."""
    for link in _all(subject):
        _note("link.removed", link, access)
        db.session().delete(link)


def _all(subject: Any) -> Sequence[ItemLink]:
    query = select(ItemLink).where(ItemLink.subject_id == subject.id).order_by(ItemLink.id)
    return db.session().scalars(query).all()
