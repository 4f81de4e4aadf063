"""The hours of an ELO as facts that a front end draws: totals, by week, by item.

Hours alone earn no credit (product.md, section 4): no score comes out of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.learning.elos import labor
from plp_api.learning.elos.models import PROPOSED, Benchmark, Elo, EloStatus
from plp_api.learning.work_logs.models import Absence, LogEntry, LogEntryStatus

Row = dict[str, Any]
ELO, STUDENT = bindparam("elo", type_=Uuid()), bindparam("student", type_=Uuid())
_MINUTES = func.sum(func.coalesce(LogEntry.verified_minutes, LogEntry.minutes)).label("minutes")
_COUNT = func.count().label("entries")

TOTALS = db.Prepared(
    select(LogEntry.status, _MINUTES, _COUNT)
    .where(LogEntry.elo_id == ELO)
    .group_by(LogEntry.status)
)
ABSENCES = db.Prepared(
    select(Absence.is_excused, _COUNT).where(Absence.elo_id == ELO).group_by(Absence.is_excused)
)
OPEN_BENCHMARKS = db.Prepared(
    select(_COUNT).where(Benchmark.elo_id == ELO, Benchmark.outcome.is_(None))
)
DAYS = db.Prepared(
    select(LogEntry.on, LogEntry.status, _MINUTES, _COUNT)
    .where(LogEntry.elo_id == ELO)
    .group_by(LogEntry.on, LogEntry.status)
    .order_by(LogEntry.on, LogEntry.status)
)
ITEMS = db.Prepared(
    select(
        LogEntry.framework_item_id.label("id"),
        FrameworkItem.code,
        FrameworkItem.statement,
        FrameworkItem.abbreviated_statement,
        FrameworkItem.framework_id,
        FrameworkItem.retired_on,
        LogEntry.status,
        _MINUTES,
        _COUNT,
    )
    .outerjoin(FrameworkItem, FrameworkItem.id == LogEntry.framework_item_id)
    .where(LogEntry.elo_id == ELO)
    .group_by(LogEntry.framework_item_id, FrameworkItem.id, LogEntry.status)
    .order_by(FrameworkItem.position, LogEntry.framework_item_id, LogEntry.status)
)
SHIFTS = db.Prepared(
    select(
        LogEntry.elo_id,
        LogEntry.on,
        func.coalesce(LogEntry.verified_minutes, LogEntry.minutes).label("minutes"),
        LogEntry.begins,
        Elo.work,
    )
    .join(Elo, Elo.id == LogEntry.elo_id)
    .where(LogEntry.student_id == STUDENT, LogEntry.status != LogEntryStatus.DECLINED)
    .order_by(LogEntry.on, LogEntry.id)
)
_ITEM = ("id", "code", "statement", "abbreviated_statement", "framework_id")
PROGRESS = db.Prepared(
    select(
        Elo.id,
        Elo.title,
        Elo.type,
        Elo.status.label("elo_status"),
        Elo.least_minutes,
        Elo.planned_minutes,
        Elo.most_minutes,
        LogEntry.status,
        _MINUTES,
        _COUNT,
    )
    .outerjoin(LogEntry, LogEntry.elo_id == Elo.id)
    .where(
        Elo.student_id == STUDENT,
        *(Elo.status != status for status in sorted({*PROPOSED, EloStatus.DENIED})),
    )
    .group_by(Elo.id, LogEntry.status)
    .order_by(Elo.created_at, Elo.id, LogEntry.status)
)
_ELO = ("id", "title", "type", "least_minutes", "planned_minutes", "most_minutes")


def of(elo: Elo, access: Access) -> Row:
    """The hours of an ELO: totals for whoever may read these, the rest for readers of the log."""
    if not access.may_on(Permission.LOG_ENTRIES_READ, elo):
        totals, absences = db.fetch(TOTALS(elo=elo.id), ABSENCES(elo=elo.id))
        return _head(elo, totals, absences)
    totals, absences, days, items, (benchmarks,) = db.fetch(
        TOTALS(elo=elo.id),
        ABSENCES(elo=elo.id),
        DAYS(elo=elo.id),
        ITEMS(elo=elo.id),
        OPEN_BENCHMARKS(elo=elo.id),
    )
    head = _head(elo, totals, absences)
    return {
        **head,
        "by_week": weeks(days),
        "by_item": _items(items),
        "minutes_missing": _missing(elo, head["totals"]["verified"]["minutes"]),
        "open_benchmarks": benchmarks["entries"],
        "notices": _notices(elo, access),
    }


def _missing(elo: Elo, verified: int) -> int:
    """How many verified minutes are missing to the least that was agreed."""
    return max(0, (elo.least_minutes or 0) - verified)


def _notices(elo: Elo, access: Access) -> list[labor.Breach]:
    """The rules on paid work of minors that the hours went beyond: said, and never refused.

    The law counts all paid work of the student; a reader of this ELO alone is told of it alone.
    """
    if not labor.is_paid(elo):
        return []
    reads_all = access.may(Permission.LOG_ENTRIES_READ, elo.student_id)
    (rows,) = db.fetch(SHIFTS(student=elo.student_id))
    shifts = [
        labor.Shift(row["on"], row["minutes"], row["begins"])
        for row in rows
        if row["elo_id"] == elo.id or (reads_all and row["work"].get("is_paid"))
    ]
    return labor.breaches_of_hours(elo, shifts, access)


def _head(elo: Elo, totals: Sequence[Row], absences: Sequence[Row]) -> Row:
    days = {bool(row["is_excused"]): int(row["entries"]) for row in absences}
    return {
        "elo_id": elo.id,
        "student_id": elo.student_id,
        "least_minutes": elo.least_minutes,
        "planned_minutes": elo.planned_minutes,
        "most_minutes": elo.most_minutes,
        "totals": _by_status(totals),
        "absences": {"excused": days.get(True, 0), "unexcused": days.get(False, 0)},
    }


def _by_status(rows: Iterable[Row]) -> Row:
    """Minutes and number of entries for every status; sums over several rows of one."""
    counted = {str(status): {"minutes": 0, "entries": 0} for status in LogEntryStatus}
    for row in rows:
        if row["status"] is not None:
            counted[row["status"]]["minutes"] += int(row["minutes"])
            counted[row["status"]]["entries"] += int(row["entries"])
    return counted


def monday_of(day: date) -> date:
    """The first day of the day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def weeks(days: Sequence[Row]) -> list[Row]:
    """The weeks with entries, in the order of the rows.

    A row has the day (`on`), the `status`, `minutes`, and the number of `entries`.
    """
    by_monday: defaultdict[date, list[Row]] = defaultdict(list)
    for row in days:
        by_monday[monday_of(row["on"])].append(row)
    return [{"begins_on": monday, **_by_status(rows)} for monday, rows in by_monday.items()]


def _items(rows: Sequence[Row]) -> list[Row]:
    """The items that entries name, and last what names none."""
    items: defaultdict[UUID | None, list[Row]] = defaultdict(list)
    for row in rows:
        items[row["id"]].append(row)
    ordered = sorted(items.items(), key=lambda pair: pair[0] is None)
    return [{"framework_item": _item(group[0]), **_by_status(group)} for _, group in ordered]


def _item(row: Row) -> Row | None:
    if row["id"] is None:
        return None
    return {**{name: row[name] for name in _ITEM}, "is_retired": row["retired_on"] is not None}


def progress(student_id: UUID, _today: date) -> list[Row]:
    """The hours of each ELO of a student that was taken on, oldest first, in one statement.

    The caller must be allowed to read the student's log entries.
    """
    (rows,) = db.fetch(PROGRESS(student=student_id))
    elos: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        elos[row["id"]].append(row)
    return [
        {
            **{name: group[0][name] for name in _ELO},
            "status": group[0]["elo_status"],
            "hours": _by_status(group),
        }
        for group in elos.values()
    ]
