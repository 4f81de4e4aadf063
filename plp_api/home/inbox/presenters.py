"""From the rows of the sources to the items that this reader is shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access.briefs import brief
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.rows import Access
from plp_api.home.inbox import places, sources, statements
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.places import Place
from plp_api.home.inbox.sources.source import Source
from plp_api.home.inbox.statements import Narrowed
from plp_api.planning.plans import actions as plans

Row = dict[str, Any]
MOST_COUNTED = 100
API = "/api/v1"


@dataclass(frozen=True)
class Wanted:
    """What a caller asks of their inbox."""

    limit: int = 50
    kinds: Collection[str] = ()
    groups: Collection[str] = ()
    student_id: UUID | None = None
    is_unread: bool | None = None
    after: Place | None = None


def page(access: Access, wanted: Wanted) -> Row:
    """One page of items: what waits first, then what is new."""
    asked = _sources(access.caller, wanted)
    results = access.answered() or db.fetch(*_queries(access.caller, asked, wanted))
    found = [
        (places.of(source, row), source, row)
        for source, rows in zip(asked, results, strict=True)
        for row in rows
    ]
    if wanted.after is not None:
        found = [each for each in found if each[0].follows(wanted.after)]
    found.sort(key=lambda each: each[0].order)
    shown = found[: wanted.limit]
    return {
        "items": _items(access, [(source, row) for _, source, row in shown]),
        "next_cursor": shown[-1][0].cursor if len(found) > len(shown) else None,
    }


def ask(caller: Caller, *, is_plain: bool) -> db.Ahead:
    """The queries of `page` to run ahead; none unless the request has no parameters."""
    if not is_plain:
        return db.Ahead()
    return db.Ahead(first(caller))


def first(caller: Caller) -> list[db.Query]:
    """The queries of the first page, one for each source that may hold items for the caller."""
    return _queries(caller, _sources(caller, Wanted()), Wanted())


def counted(access: Access) -> Row:
    """How many items wait, are new and are unread: MOST_COUNTED means as many or more."""
    caller = access.caller
    asked = _sources(caller, Wanted())
    results = db.fetch(*_numbers(caller, asked))
    by_group = dict.fromkeys(Group, 0)
    by_kind: dict[Kind, int] = {}
    unread = 0
    for source, (row,) in zip(asked, results, strict=True):
        by_group[source.group] += row["items"]
        unread += int(row["unread"])
        by_kind[source.kind] = by_kind.get(source.kind, 0) + row["items"]
    return {
        "waiting": min(by_group[Group.WAITING], MOST_COUNTED),
        "new": min(by_group[Group.NEW], MOST_COUNTED),
        "unread": min(unread, MOST_COUNTED),
        "kinds": [
            {"kind": kind, "count": min(number, MOST_COUNTED)}
            for kind, number in by_kind.items()
            if number
        ],
    }


def numbers(caller: Caller) -> list[db.Query]:
    """The queries of `counted`, one for each source."""
    return _numbers(caller, _sources(caller, Wanted()))


def _numbers(caller: Caller, asked: Sequence[Source]) -> list[db.Query]:
    binds = {**statements.binds(caller), "most": MOST_COUNTED}
    return [statements.count(source, caller)(**binds) for source in asked]


def _sources(caller: Caller, wanted: Wanted) -> list[Source]:
    """The sources that may hold items for the caller, of the kinds and groups that they want."""
    is_past_waiting = wanted.after is not None and wanted.after.group is Group.NEW
    return [
        source
        for source in sources.SOURCES
        if (not wanted.kinds or source.kind in wanted.kinds)
        and (not wanted.groups or source.group in wanted.groups)
        and not (is_past_waiting and source.group is Group.WAITING)
        and source.is_for(caller)
    ]


def _queries(caller: Caller, asked: Sequence[Source], wanted: Wanted) -> list[db.Query]:
    after = wanted.after
    # One row more than the page, and those at the very place of the cursor.
    binds = {**statements.binds(caller), "most": wanted.limit + 1 + (after is not None)}
    if wanted.student_id is not None:
        binds["student"] = wanted.student_id
    if after is not None:
        binds |= {"after_due": after.due, "after_at": after.at, "after_id": after.id}
    queries = []
    for source in asked:
        is_after = after is not None and after.group is source.group
        narrowed = Narrowed(wanted.student_id is not None, wanted.is_unread, is_after)
        queries.append(statements.page(source, caller, narrowed)(**binds))
    return queries


def _items(access: Access, found: Sequence[tuple[Source, Row]]) -> list[Row]:
    access.look_up_denied({row["student_id"] for _, row in found})
    own = _own_versions(access, found)
    return [_item(access, source, row, own) for source, row in found]


def _item(access: Access, source: Source, row: Row, own: Collection[UUID]) -> Row:
    link = f"{API}/{source.collection}/{row['resource_id']}"
    actor_id = access.shown_person(row["actor_id"], row["student_id"], row["acted_as"])
    return {
        "id": f"{source.kind}:{row['id']}",
        "kind": source.kind,
        "group": source.group,
        "student": brief(row["student_id"], row["student_name"], row, access),
        "title": source.title.format(row["words"]),
        "link": link,
        "action": _action(access.caller, source, row, link, own),
        "due_on": row["due_on"],
        "happened_at": row["at"],
        # A person of another district has no name here, and is not shown.
        "actor_id": actor_id if row["actor_name"] is not None else None,
        "actor_name": row["actor_name"] if actor_id is not None else None,
        "is_unread": bool(row["is_unread"]),
    }


def _action(
    caller: Caller, source: Source, row: Row, link: str, own: Collection[UUID]
) -> Row | None:
    is_blocked = row["is_blocked"]
    if source.kind is Kind.VERSION_TO_APPROVE:
        is_blocked = row["id"] in own
    action = source.shown_action(caller)
    if action is None or is_blocked:
        return None
    name, below = action
    return {"name": name, "path": f"{link}/{below}"}


def _own_versions(access: Access, found: Sequence[tuple[Source, Row]]) -> set[UUID]:
    """The versions to approve in which the caller wrote for the student: they approve none."""
    wrote_in = [
        row["id"]
        for source, row in found
        if source.kind is Kind.VERSION_TO_APPROVE and row["is_blocked"]
    ]
    return plans.written_for_students_by(access.caller.person_id, wrote_in)
