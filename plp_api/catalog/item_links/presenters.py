"""The framework items that subjects are linked to, for responses, snapshots and history."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access

Row = dict[str, Any]


def linked() -> Select[Any]:
    """Every link with its item, as a row of `subject_id` and what a subject shows."""
    columns: list[Any] = [
        ItemLink.subject_id,
        FrameworkItem.id,
        FrameworkItem.code,
        FrameworkItem.statement,
        FrameworkItem.abbreviated_statement,
        FrameworkItem.retired_on.is_not(None).label("is_retired"),
        FrameworkItem.framework_id,
        ItemLink.id.label("link_id"),
    ]
    return select(*columns).join(FrameworkItem, FrameworkItem.id == ItemLink.framework_item_id)


LINKED = db.Prepared(
    linked()
    .where(db.any_of(ItemLink.subject_id, db.ids_bind("subjects")))
    .order_by(ItemLink.subject_id, ItemLink.id)
)


def shape(subjects: Sequence[Any], _access: Access) -> None:
    """Set `framework_items` of each subject, by one statement: whoever reads it reads them."""
    items = of_subjects({subject.id for subject in subjects})
    for subject in subjects:
        subject.framework_items = items[subject.id]


def show_linkers(links: Sequence[ItemLink], access: Access) -> None:
    """Set on links who made them, where the caller may learn it."""
    for link in links:
        shown: Any = link
        shown.shown_linker = access.shown_person(link.linked_by, link.student_id)


def of_subjects(keys: Collection[UUID]) -> dict[UUID, list[Row]]:
    """By subject, its items in the order in which they were linked."""
    found: dict[UUID, list[Row]] = {key: [] for key in keys}
    if found:
        db.flush()
        (rows,) = db.fetch(LINKED(subjects=list(found)))
        for row in rows:
            found[row.pop("subject_id")].append(row)
    return found


def give(subjects: Iterable[Row], links: Iterable[Row]) -> None:
    """Add `framework_items` to rows of subjects; the links are in the order of the subjects."""
    waiting = deque(links)
    for subject in subjects:
        subject["framework_items"] = own = []
        while waiting and waiting[0]["subject_id"] == subject["id"]:
            link = waiting.popleft()
            del link["subject_id"]
            own.append(link)


def frozen(items: Iterable[Mapping[str, Any]]) -> Row:
    """The member of a snapshot: the items' words as they are now; no member without items.

    So the snapshot of a subject without links is what it was before there were links.
    """
    words = [_words(item["id"], item["code"], item["statement"]) for item in items]
    return {"framework_items": words} if words else {}


def then(links: Iterable[tuple[UUID, Mapping[str, Any]]]) -> dict[str, list[Row]]:
    """By subject, the items linked on an earlier day, in the words they have today.

    `links` are pairs of id and kept columns, as the history has them.
    """
    linked_to = [(row["subject_id"], UUID(row["framework_item_id"])) for _, row in links]
    items = _items({item_id for _, item_id in linked_to})
    found: dict[str, list[Row]] = {}
    for subject_id, item_id in linked_to:
        found.setdefault(subject_id, []).append(items[item_id])
    return found


def _items(keys: Collection[UUID]) -> dict[UUID, Row]:
    columns = (FrameworkItem.id, FrameworkItem.code, FrameworkItem.statement)
    query = select(*columns).where(db.any_of(FrameworkItem.id, db.ids_bind("ids")))
    rows = db.session().execute(query, {"ids": list(keys)})
    return {row.id: _words(row.id, row.code, row.statement) for row in rows}


def _words(key: UUID, code: str | None, statement: str) -> Row:
    return {"id": str(key), "code": code, "statement": statement}
