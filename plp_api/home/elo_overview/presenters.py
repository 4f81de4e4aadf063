"""Turn rows into the overview of one ELO, and into the rows of a list of many."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation import db
from plp_api.foundation.access import reach
from plp_api.foundation.access.briefs import brief
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission, Role, conditions
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.home.elo_overview import statements
from plp_api.learning.agreements import presenters as agreements
from plp_api.learning.elos.models import Elo
from plp_api.learning.work_logs import hours

Row = dict[str, Any]
PARTS = (
    statements.TEAM,
    statements.ENTRIES,
    statements.ITEMS,
    statements.AGREEMENT,
    statements.CREDIT,
)
OF_STUDENT = ("student_id", "district_id", "display_name", "grade", "plan_home_school_id")
"""Columns of a row that no ELO shows as they are."""
HOURS = ("verified_minutes", "pending_minutes")


def ask(caller: Caller, elo_id: UUID) -> db.Ahead:
    """The queries of `look`, which may be sent together with the query of the caller."""
    binds = {"row": elo_id, "today": caller.today, **caller.naming}
    queries = [
        reach.query(caller, Elo, elo_id),
        *(statement(**binds) for statement in (statements.HEAD, *PARTS)),
    ]
    return db.Ahead(queries, is_last=caller.reason is None)


def look(access: Access, elo_id: UUID) -> tuple[Row, list[list[Row]]]:
    """The row of the ELO and those of its parts, if the caller may read it.

    No result is used before the check. Raises Problem: not_found, permission_denied,
    reason_required.
    """
    ahead = ask(access.caller, elo_id)
    arms, heads, *parts = access.answered() or db.fetch(*ahead.queries, is_last=ahead.is_last)
    if not heads:
        raise Problem(Code.NOT_FOUND)
    (head,) = heads
    access.know(head["student_id"], reach.reached_by(arms))
    access.require(Permission.ELOS_READ, _as_elo(head))
    return head, parts


def document(access: Access, head: Row, parts: list[list[Row]]) -> Row:
    """The overview of one ELO. What the caller may not read is left out."""
    members, entries, links, signatures, lines = parts
    elo = _as_elo(head)
    reads_log = access.may_on(Permission.LOG_ENTRIES_READ, elo)
    shown = summary(access, head, has_hours=reads_log)
    shown["team"] = members
    item_links.give([shown], links)
    shown["agreement"] = _agreement(access, signatures, elo.student_id)
    if reads_log:
        shown["log_entries"] = _entries(access, entries, elo.student_id)
        shown["hours_by_week"] = _weeks(entries)
    if access.may_on(Permission.CREDIT_READ, elo):
        shown["credit_lines"] = [{**line, "amount": float(line["amount"])} for line in lines]
    return shown


def _agreement(access: Access, rows: Sequence[Row], student_id: UUID) -> Row | None:
    """The newest edition with its signatures; a parent never learns who the other parent is."""
    if not rows:
        return None
    first = rows[0]
    signed = [row for row in rows if row["signature_id"] is not None]
    return {
        **{name: first[name] for name in ("id", "edition", "status", "sha256", "signers")},
        "waiting_for": [role for role in first["signers"] if role in first["waiting_for"]],
        "signatures": [_signature(access, row, student_id) for row in signed],
    }


def _signature(access: Access, row: Row, student_id: UUID) -> Row:
    is_known = agreements.is_known(SimpleNamespace(**row, student_id=student_id), access)
    return {
        "id": row["signature_id"],
        "role": row["role"],
        "person_id": row["person_id"] if is_known else None,
        "person_name": row["person_name"] if is_known else None,
        "mentor_id": row["mentor_id"],
        "mentor_name": row["mentor_name"],
        "is_declined": row["is_declined"],
        "signed_at": row["signed_at"],
    }


def _entries(access: Access, entries: Sequence[Row], student_id: UUID) -> Sequence[Row]:
    """The log entries, in the words of `/log-entries`."""
    for entry in entries:
        mentor = {"id": entry.pop("mentor_id"), "name": entry.pop("mentor_name")}
        entry["mentor"] = None if mentor["id"] is None else mentor
        if access.shown_person(entry["decided_by"], student_id) is None:
            entry["decided_by"] = entry["decided_by_name"] = None
    return entries


def _weeks(entries: Iterable[Row]) -> list[Row]:
    """The minutes of each week in which anything was logged, as `/hours` has them."""
    return hours.weeks(
        [
            {
                "on": entry["on"],
                "status": entry["status"],
                "minutes": _counted(entry),
                "entries": 1,
            }
            for entry in entries
        ]
    )


def _counted(entry: Row) -> int:
    verified: int | None = entry["verified_minutes"]
    return entry["minutes"] if verified is None else verified


def summary(access: Access, head: Row, *, has_hours: bool) -> Row:
    """What a list shows of one ELO; its hours only if the caller may read its log.

    The statement has the members in their order, so that what is shown is the row itself, less
    what is only known of the student.
    """
    student = brief(head["student_id"], head["display_name"], head, access)
    hidden = OF_STUDENT if has_hours else (*OF_STUDENT, *HOURS)
    for name in hidden:
        del head[name]
    head["student"] = student
    return head


def summaries(access: Access, heads: Sequence[Row]) -> list[Row]:
    """The rows of a list, in their order."""
    if not _reads_every_log(access.caller):
        access.look_up({head["student_id"] for head in heads})
    reads = [_reads_log(access, head) for head in heads]
    return [summary(access, head, has_hours=has) for head, has in zip(heads, reads, strict=True)]


def _reads_every_log(caller: Caller) -> bool:
    """Whether each role by which the caller reads ELOs reads their logs too, without conditions."""
    readers = [role for role in caller.roles if conditions(role, Permission.ELOS_READ)]
    is_equal = all(
        conditions(role, Permission.ELOS_READ) == conditions(role, Permission.LOG_ENTRIES_READ)
        for role in readers
    )
    return is_equal and Role.PARENT not in caller.roles


def _reads_log(access: Access, head: Row) -> bool:
    if _reads_every_log(access.caller):
        return True
    return access.may_on(Permission.LOG_ENTRIES_READ, _as_elo(head))


def _as_elo(head: Row) -> Any:
    """An object with the columns of an ELO that `access` needs for its check."""
    elo = SimpleNamespace(**{name: head[name] for name in ("id", "student_id", "district_id")})
    elo.__ownership__ = Elo.__ownership__
    elo.__tablename__ = Elo.__tablename__
    return elo
