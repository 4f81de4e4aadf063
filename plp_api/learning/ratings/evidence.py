"""The evidence for an item: the students whom the caller may see who have any, page by page.

Each kind of evidence is an arm of its own: links from goals, from pathway elements, from ELOs,
from artifacts; ratings. An arm holds only what counts as evidence (`serve_links` says which rows
do) and what the caller may read of that kind, so no count says more. The page takes the first
students of each arm in the order of their ids, which the arms' indexes have, and so does not grow
with the number of students.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.scope import visible, visible_with_subject, without_district_index
from plp_api.foundation.access.subjects import READ_BY
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.fields import Text
from plp_api.learning.ratings.models import LONGEST_LEVEL, Rating, RatingStatus, place_of

Row = dict[str, Any]
ITEM = bindparam("item", type_=Uuid())
IDS = db.ids_bind("ids")
LINKED = ("goals", "pathway_elements", "elos", "artifacts")
"""The tables whose rows link to items, as `ItemLink.subject_type` names them."""


def _below() -> Select[Any]:
    """Ids of the item and of every item below it."""
    tree = select(FrameworkItem.id).where(FrameworkItem.id == ITEM).cte("below", recursive=True)
    child = aliased(FrameworkItem)
    return select(
        tree.union(select(child.id).join(tree, child.parent_id == tree.c.id)).c.id,
    )


BELOW = _below().scalar_subquery()


def _is_of(column: Any, *, below: bool) -> ColumnElement[bool]:
    """Whether the column holds the item's id, or with `below` that of an item below it."""
    found: ColumnElement[bool] = db.any_selected(column, BELOW) if below else column == ITEM
    return found


def _is_given(rating: Any, *, below: bool) -> ColumnElement[bool]:
    is_given: ColumnElement[bool] = rating.status == RatingStatus.GIVEN
    return _is_of(rating.framework_item_id, below=below) & is_given


# Filters.


def _has_rating(student_id: Any, *, below: bool) -> ColumnElement[bool]:
    rating = aliased(Rating)
    return exists().where(rating.student_id == student_id, _is_given(rating, below=below))


def _stands_at(student_id: Any, *, below: bool) -> Callable[[Any], ColumnElement[bool]]:
    """Whether the school's latest rating of the student is at one of the levels."""

    def criterion(levels: Any) -> ColumnElement[bool]:
        latest, later = aliased(Rating), aliased(Rating)
        is_after = or_(
            later.rated_on > latest.rated_on,
            (later.rated_on == latest.rated_on) & (later.id > latest.id),
        )
        return exists().where(
            latest.student_id == student_id,
            _is_given(latest, below=below),
            latest.is_self.is_(False),
            latest.level.in_(levels),
            ~exists().where(
                later.student_id == latest.student_id,
                _is_given(later, below=below),
                later.is_self.is_(False),
                is_after,
            ),
        )

    return criterion


@cache
def listing(model: Any, *, below: bool) -> paging.Listing:
    """How an arm over the model is filtered, ordered and paged."""
    column = model.student_id
    needs = Permission.RATINGS_READ
    level = Text(
        longest=LONGEST_LEVEL,
        metadata={
            "description": "Only students whose latest rating by the school is at this level.",
            "example": "proficient",
        },
    )
    rated = paging.yes_or_no(
        _has_rating(column, below=below),
        "Only students with a rating. With false, only those who have other evidence and no"
        " rating yet; a student without any evidence for the item has no row.",
    )
    return paging.Listing(
        filters={
            "level": paging.Filter(
                paging.repeatable(level), _stands_at(column, below=below), needs
            ),
            "has_rating": paging.Filter(rated.field, rated.criterion, needs),
        },
        sorts={"student_id": column},
        key=column,
    ).across_students()


# The arms.


def _arms(access: Access, *, below: bool) -> Iterator[tuple[str, Any, Select[Any]]]:
    """The evidence of each kind that the caller may read: its name, its table, its rows."""
    caller = access.caller
    for subject in LINKED:
        read = READ_BY[subject]
        if caller.may(Permission.LINKS_READ) and caller.may(read):
            is_of = _is_of(ItemLink.framework_item_id, below=below)
            is_seen = without_district_index(ItemLink, visible_with_subject(ItemLink, caller, read))
            yield (
                subject,
                ItemLink,
                select(ItemLink.student_id).where(is_of, ItemLink.is_evidence(subject), is_seen),
            )
    if caller.may(Permission.RATINGS_READ):
        is_seen = without_district_index(Rating, visible(Rating, caller, Permission.RATINGS_READ))
        yield (
            "ratings",
            Rating,
            select(Rating.student_id).where(_is_given(Rating, below=below), is_seen),
        )


def page(item: FrameworkItem, access: Access, query: Mapping[str, Any]) -> paging.Page:
    """One page of the students with evidence for the item, in three statements at most."""
    below = query["below"]
    asked = {name: value for name, value in query.items() if name != "below"}
    binds = {**access.caller.binds, "item": item.id}
    ids = db.session().scalars(first_page(access, asked, below=below), binds).all()
    students = [{"student_id": key, "id": key} for key in ids]
    found = paging.cut(students, listing(Rating, below=below), asked)
    if asked["count"]:
        found.total_count = _count(access, asked, binds, below=below)
    found.items = _rows([row["student_id"] for row in found.items], access, binds, below=below)
    return found


def first_page(access: Access, asked: Mapping[str, Any], *, below: bool) -> Select[Any]:
    """Ids of the students of one page; one more than `limit` tells of another page."""
    is_descending = asked["sort"].startswith("-")
    first = []
    for model, arm in _after(access, asked, below=below):
        column = model.student_id
        order = column.desc() if is_descending else column.asc()
        some = arm.distinct().order_by(order).limit(asked["limit"] + 1).subquery()
        first.append(select(some.c.student_id))
    (student_id,) = union_all(*first).subquery().c
    order = student_id.desc() if is_descending else student_id.asc()
    return select(student_id).distinct().order_by(order).limit(asked["limit"] + 1)


def _after(
    access: Access, asked: Mapping[str, Any], *, below: bool
) -> Iterator[tuple[Any, Select[Any]]]:
    """The narrowed arms, with only what comes after the cursor."""
    for model, arm in _narrowed(access, asked, below=below):
        if "cursor" in asked:
            how = listing(model, below=below)
            yield model, arm.where(paging.after(asked["cursor"], asked["sort"], how))
        else:
            yield model, arm


def _narrowed(
    access: Access, asked: Mapping[str, Any], *, below: bool
) -> Iterator[tuple[Any, Select[Any]]]:
    """The arms with their tables, narrowed to what the filters ask for."""
    for _, model, arm in _arms(access, below=below):
        yield model, paging.narrowed(arm, listing(model, below=below), asked, access)


def _count(access: Access, asked: Mapping[str, Any], binds: Row, *, below: bool) -> int:
    arms = [arm for _, arm in _narrowed(access, asked, below=below)]
    (student_id,) = union_all(*arms).subquery().c
    return db.session().scalar(select(func.count(student_id.distinct())), binds) or 0


# What each student has.


def _rows(ids: Sequence[UUID], access: Access, binds: Row, *, below: bool) -> list[Row]:
    """The evidence of each of these students, in their order, in one statement."""
    if not ids:
        return []
    shown = {key: _nothing(key) for key in ids}
    statement = details(access, below=below)
    for found in db.session().execute(statement, {**binds, "ids": list(ids)}).mappings():
        _add(shown[found["student_id"]], dict(found))
    return list(shown.values())


def details(access: Access, *, below: bool) -> CompoundSelect[Any]:
    """The numbers of each kind by student, and the latest ratings, of the students in `ids`."""
    arms = _arms(access, below=below)
    return union_all(*(_counted(kind, model, arm) for kind, model, arm in arms))


def _nothing(student_id: UUID) -> Row:
    counts = dict.fromkeys((*LINKED, "ratings"), 0)
    return {"student_id": student_id, **counts, "latest_school": None, "latest_own": None}


def _counted(kind: str, model: Any, arm: Select[Any]) -> Select[Any]:
    """The numbers of one kind by student; of ratings also the latest, by the school and own."""
    theirs = arm.where(db.any_of(model.student_id, IDS))
    return _counted_links(kind, theirs) if model is ItemLink else _ranked(theirs)


def _counted_links(subject: str, links: Select[Any]) -> Select[Any]:
    columns: list[Any] = [
        ItemLink.student_id.label("student_id"),
        literal(subject).label("kind"),
        func.count().label("number"),
        *(
            cast(null(), column.type).label(column.key)
            for column in (*_LATEST, Scale.__table__.c.levels)
        ),
    ]
    return links.with_only_columns(*columns).group_by(ItemLink.student_id)


_LATEST = tuple(
    Rating.__table__.c[name]
    for name in ("framework_item_id", "rated_on", "scale_id", "level", "is_self")
)


def _ranked(ratings: Select[Any]) -> Select[Any]:
    """The latest rating of each student by the school, and the latest own, with their numbers."""
    each = (Rating.student_id, Rating.is_self)
    is_latest = func.row_number().over(
        partition_by=each, order_by=(Rating.rated_on.desc(), Rating.id.desc())
    )
    ranked = ratings.with_only_columns(
        Rating.student_id,
        func.count().over(partition_by=each).label("number"),
        is_latest.label("place"),
        *_LATEST,
    ).subquery()
    columns: list[Any] = [
        ranked.c.student_id,
        literal("ratings").label("kind"),
        ranked.c.number,
        *(ranked.c[column.key] for column in _LATEST),
        Scale.levels,
    ]
    return select(*columns).join(Scale, Scale.id == ranked.c.scale_id).where(ranked.c.place == 1)


def _add(shown: Row, found: Mapping[str, Any]) -> None:
    """Add one row of the statement to what is shown of its student."""
    shown[found["kind"]] += found["number"]
    if found["kind"] != "ratings":
        return
    place = place_of(found["levels"], found["level"])
    latest = {name: found[name] for name in ("framework_item_id", "rated_on", "scale_id", "level")}
    shown["latest_own" if found["is_self"] else "latest_school"] = {
        **latest,
        "level_title": place.title,
        "level_position": place.position,
    }
