"""The prebuilt statements of the inbox: a page of each source's items, and their number.

The order is the same in every source: what has a due day first, then the newest. A
cursor is a place in that order, so that pages are exact although each source sends
only its own first rows.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import Person, Student
from plp_api.home.inbox.models import EVERYTHING, Group, ReadMark
from plp_api.home.inbox.sources.source import A_YEAR_AGO, COMING, NEW_FOR, PAST, SINCE, SOON, Source

NEVER = "9999-12-31"
"""Instead of a due day, so that what has none comes last."""
AFTER_DUE = bindparam("after_due", type_=Date())
AFTER_AT = bindparam("after_at", type_=db.Instant())
AFTER_ID = bindparam("after_id", type_=Uuid())
STUDENT = bindparam("student", type_=Uuid())
MOST = bindparam("most", type_=Integer())
_everything = aliased(ReadMark)
READ_UNTIL = func.coalesce(
    select(_everything.read_at)
    .where(_everything.person_id == CALLER, _everything.kind == EVERYTHING)
    .scalar_subquery(),
    literal_column("'0001-01-01 00:00:00+00'", db.Instant()),
)
"""Until when the caller has read the whole inbox."""


@dataclass(frozen=True)
class Narrowed:
    """What the items are narrowed to: one student, unread or read ones, those after a cursor."""

    to_student: bool = False
    is_unread: bool | None = None
    is_after: bool = False


def binds(caller: Caller) -> dict[str, Any]:
    """The bind values of every source, for today."""
    until = clock.end_of(caller.today)
    return {
        **caller.binds,
        "as_of": caller.today,
        "until": until,
        "deciding_parents": None,
        SINCE.key: until - NEW_FOR,
        SOON.key: caller.today + COMING,
        A_YEAR_AGO.key: caller.today - PAST,
    }


def page(source: Source, caller: Caller, narrowed: Narrowed) -> db.Prepared:
    """The next items of the source, with the names of student and actor."""
    return _built(_page, source, caller, narrowed)


def count(source: Source, caller: Caller) -> db.Prepared:
    """The number of the source's items, and of the unread ones, up to `most`."""
    return _built(_count, source, caller, Narrowed())


_statements: dict[Any, db.Prepared] = {}


def _built(make: Any, source: Source, caller: Caller, narrowed: Narrowed) -> db.Prepared:
    """The statement for callers of this shape, built once."""
    acting = source.caller(caller)
    own = bool(caller.children), bool(caller.others)
    key = (make, source, acting.shape, own, narrowed)
    if key not in _statements:
        _statements[key] = db.Prepared(make(source, acting, narrowed))
    return _statements[key]


def _found(source: Source, caller: Caller, narrowed: Narrowed) -> tuple[Select[Any], Any]:
    """The items of the source, narrowed, and their columns; what is new, only until it is read."""
    items = source.make(caller).subquery()
    found = select(items)
    if narrowed.to_student:
        found = found.where(items.c.student_id == STUDENT)
    if source.group is Group.NEW or narrowed.is_unread is not None:
        unread = _is_unread(source, items)
        found = found.where(~unread if narrowed.is_unread is False else unread)
    if source.group is Group.NEW and narrowed.is_unread is False:
        found = found.where(literal_column("1") == literal_column("0"))
    if narrowed.is_after:
        found = found.where(_is_after(items))
    return found, items


def _is_unread(source: Source, items: Any) -> ColumnElement[bool]:
    marked = exists().where(
        ReadMark.person_id == CALLER,
        ReadMark.kind == source.kind,
        ReadMark.row_id == items.c.id,
        ReadMark.read_at >= items.c.at,
    )
    return and_(items.c.at > READ_UNTIL, ~marked)


def _due(items: Any) -> ColumnElement[Any]:
    return func.coalesce(items.c.due_on, literal_column(f"'{NEVER}'", Date()))


def _is_after(items: Any) -> ColumnElement[bool]:
    """After the cursor, or at its very place: there another kind may follow on the same row."""
    due, at = _due(items), items.c.at
    in_time = or_(at < AFTER_AT, and_(at == AFTER_AT, items.c.id <= AFTER_ID))
    return or_(due > AFTER_DUE, and_(due == AFTER_DUE, in_time))


def _page(source: Source, caller: Caller, narrowed: Narrowed) -> Select[Any]:
    found, items = _found(source, caller, narrowed)
    page = found.order_by(_due(items), items.c.at.desc(), items.c.id.desc()).limit(MOST).subquery()
    student, actor = aliased(Person), aliased(Person)
    shown: list[Any] = [
        *page.c,
        _is_unread(source, page).label("is_unread"),
        Student.grade,
        Student.plan_home_school_id,
        names.for_reader(student, page.c.student_id).label("student_name"),
        names.for_reader(actor, page.c.student_id).label("actor_name"),
    ]
    return (
        select(*shown)
        .join_from(page, Student, Student.id == page.c.student_id)
        .join(student, student.id == page.c.student_id)
        .outerjoin(actor, names.is_known(actor, page.c.actor_id))
    )


def _count(source: Source, caller: Caller, narrowed: Narrowed) -> Select[Any]:
    found, _ = _found(source, caller, narrowed)
    items = found.limit(MOST).subquery()
    unread = case((_is_unread(source, items), 1), else_=0)
    return select(
        func.count().label("items"), func.coalesce(func.sum(unread), 0).label("unread")
    ).select_from(items)
