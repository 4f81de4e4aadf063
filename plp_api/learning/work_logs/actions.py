"""Log hours, verify them, correct and decline them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.elos.models import Elo, EloStatus
from plp_api.learning.work_logs import dates
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus, fields_of
from plp_api.people.directory.references import NOTHING

FINAL = frozenset({EloStatus.CREDIT_AWARDED})
"""Credit rests on the log as it is: nobody changes it afterwards."""


@dataclass(frozen=True)
class Verifier:
    """Who decides on an entry: a person, or a mentor without an account, by a link."""

    person_id: UUID | None = None
    mentor_id: UUID | None = None
    link_id: UUID | None = None


def log(elo: Elo, access: Access, **fields: Any) -> LogEntry:
    """Add hours of one day.

    Raises Problem: elo_closed, elo_not_active, day_overfull, framework_item_retired,
    validation_failed (`on`, `minutes`, `framework_item_id`).
    """
    # Two entries of one day, on whatever ELOs, are counted one after the other.
    db.lock(db.session().get_one(Student, elo.student_id))
    db.lock(elo)
    entry = LogEntry(id=db.new_id(), **fields_of(elo), **fields)
    entry.framework_item = _item(elo, entry.framework_item_id)
    _check(entry, elo, access)
    db.session().add(entry)
    _note("log_entry.added", entry, access.caller.person_id, minutes=entry.minutes)
    return entry


def change(entry: LogEntry, access: Access, **fields: Any) -> LogEntry:
    """Change an entry until it is verified; one that was declined waits anew.

    Raises Problem: log_entry_verified, and what `log` raises.
    """
    elo = _changeable(entry)
    changed = sorted(name for name, value in fields.items() if getattr(entry, name) != value)
    if not changed:
        return entry
    with db.session().no_autoflush:
        for name in changed:
            setattr(entry, name, fields[name])
        if "framework_item_id" in changed:
            entry.framework_item = _item(elo, entry.framework_item_id)
        _check(entry, elo, access)
    _wait_anew(entry)
    by = access.caller.person_id
    _note("log_entry.changed", entry, by, minutes=entry.minutes, fields=changed)
    return entry


def delete(entry: LogEntry, access: Access) -> None:
    """Delete an entry that was not verified.

    Raises Problem: elo_closed, elo_not_active, log_entry_verified.
    """
    _changeable(entry)
    _note("log_entry.deleted", entry, access.caller.person_id, minutes=entry.minutes)
    db.session().delete(entry)


def _changeable(entry: LogEntry) -> Elo:
    """The ELO of an entry that its student may still change."""
    if entry.status == LogEntryStatus.VERIFIED:
        raise Problem(Code.LOG_ENTRY_VERIFIED)
    elo = db.session().get_one(Elo, entry.elo_id)
    db.lock(elo)
    dates.require_logged(elo)
    return elo


def _wait_anew(entry: LogEntry) -> None:
    entry.status, entry.words = LogEntryStatus.PENDING, ""
    entry.verified_minutes = entry.verified_at = None
    entry.verified_by = entry.verified_by_mentor_id = entry.link_id = None


def _check(entry: LogEntry, elo: Elo, access: Access) -> None:
    dates.require_logged(elo)
    dates.check_logged(elo, entry.on, access.caller.today)
    dates.check_cleared(elo, entry.on, access)
    if entry.begins is not None and entry.begins + entry.minutes > dates.DAY:
        raise invalid("minutes", "It ends after midnight; add an entry for each day.")
    _require_room(entry, entry.minutes)


def _require_room(entry: LogEntry, minutes: int) -> None:
    """Raise day_overfull if the day's entries, with this one, exceed 24 hours.

    All ELOs of the student count, but no declined entries. The student is locked.
    """
    counted = func.coalesce(LogEntry.verified_minutes, LogEntry.minutes)
    others = select(func.sum(counted)).where(
        LogEntry.student_id == entry.student_id,
        LogEntry.on == entry.on,
        LogEntry.status != LogEntryStatus.DECLINED,
        LogEntry.id != entry.id,
    )
    with db.session().no_autoflush:
        left = dates.DAY - (db.session().scalar(others) or 0)
    if minutes > left:
        raise Problem(Code.DAY_OVERFULL, f"{left} minutes of {entry.on} are left.")


def _item(elo: Elo, key: UUID | None) -> FrameworkItem | None:
    """The item, of the ELO's district. Raises framework_item_retired, validation_failed."""
    if key is None:
        return None
    query = select(FrameworkItem).where(
        FrameworkItem.id == key, FrameworkItem.district_id == elo.district_id
    )
    with db.session().no_autoflush:
        item = db.session().scalar(query)
    if item is None:
        raise invalid("framework_item_id", NOTHING)
    if item.is_retired:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED)
    return item


# Guards of the life cycle.


def look_up(entries: Iterable[Any], _access: Access) -> None:
    """Set `elo_status` of each entry, in one statement."""
    entries = list(entries)
    keys = {entry.elo_id for entry in entries}
    query = select(Elo.id, Elo.status).where(Elo.id.in_(keys))
    status = dict(db.session().execute(query).all())
    for entry in entries:
        entry.elo_status = status[entry.elo_id]


def not_own(entry: LogEntry, access: Access) -> Code | None:
    """Why the entry is not verified: the caller is the student, also as staff."""
    return Code.LOG_ENTRY_YOURS if entry.student_id in access.selves else None


def log_is_open(entry: Any, access: Access) -> Code | None:
    """Why nothing is decided any more: credit was awarded on the log as it is."""
    if not hasattr(entry, "elo_status"):
        look_up([entry], access)
    return Code.ELO_CLOSED if entry.elo_status in FINAL else None


# The moves of the life cycle.


def verify(
    entry: LogEntry, access: Access, minutes: int | None = None, words: str | None = None
) -> None:
    """Say that the student did it, in the minutes that they say or in others.

    Raises Problem: day_overfull.
    """
    _verify(entry, Verifier(access.caller.person_id), minutes, words or "")


def correct(entry: LogEntry, access: Access, minutes: int, words: str) -> None:
    """Verify other minutes than before. Raises Problem: day_overfull."""
    _verify(entry, Verifier(access.caller.person_id), minutes, words)


def is_corrected_so(entry: LogEntry, access: Access, minutes: int, words: str) -> bool:
    """Whether the caller has verified these minutes already, with these words."""
    is_same = (entry.verified_minutes, entry.words) == (minutes, words)
    return is_same and entry.verified_by == access.caller.person_id


def decline(entry: LogEntry, access: Access, words: str) -> None:
    """Say that it was not so, with a reason that the student reads."""
    _decline(entry, Verifier(access.caller.person_id), words)


def _verify(entry: LogEntry, verifier: Verifier, minutes: int | None, words: str) -> None:
    seen = entry.minutes if minutes is None else minutes
    if seen > entry.counted_minutes:
        _require_room(entry, seen)
    was = entry.verified_minutes
    entry.verified_minutes = seen
    _decide(entry, verifier, words)
    _note_decision(
        "log_entry.verified" if was is None else "log_entry.corrected",
        entry,
        verifier,
        minutes=seen,
        minutes_before=was,
    )


def _decline(entry: LogEntry, verifier: Verifier, words: str) -> None:
    was, entry.verified_minutes = entry.verified_minutes, None
    _decide(entry, verifier, words)
    _note_decision("log_entry.declined", entry, verifier, minutes_before=was)


def _decide(entry: LogEntry, verifier: Verifier, words: str) -> None:
    entry.verified_by, entry.verified_at = verifier.person_id, clock.now()
    entry.verified_by_mentor_id, entry.link_id = verifier.mentor_id, verifier.link_id
    entry.words = words


# A mentor without an account (`learning.attestations`), who has no Access: what opens the link
# checks that they are the ELO's mentor.


def waiting(elo_ids: Iterable[UUID]) -> Select[Any]:
    """The entries of these ELOs that nobody has verified or declined, by day."""
    is_pending = LogEntry.status == LogEntryStatus.PENDING
    entries = select(LogEntry).where(LogEntry.elo_id.in_(list(elo_ids)), is_pending)
    return entries.order_by(LogEntry.elo_id, LogEntry.on, LogEntry.id)


def attest(
    entry: LogEntry, mentor: Verifier, minutes: int | None = None, words: str = ""
) -> LogEntry:
    """Verify a pending entry as its mentor, in these minutes or the student's.

    Raises Problem: log_entry_verified, action_repeated, elo_closed, day_overfull.
    """
    _require_waiting(entry)
    _verify(entry, mentor, minutes, words)
    entry.status = LogEntryStatus.VERIFIED
    return entry


def refuse(entry: LogEntry, mentor: Verifier, words: str) -> LogEntry:
    """Decline a pending entry as its mentor, with a reason.

    Raises Problem: log_entry_verified, action_repeated, elo_closed.
    """
    _require_waiting(entry)
    _decline(entry, mentor, words)
    entry.status = LogEntryStatus.DECLINED
    return entry


def _require_waiting(entry: LogEntry) -> None:
    db.lock(entry)
    if entry.status == LogEntryStatus.VERIFIED:
        raise Problem(Code.LOG_ENTRY_VERIFIED)
    if entry.status == LogEntryStatus.DECLINED:
        raise Problem(Code.ACTION_REPEATED, "It was declined already.")
    if db.session().get_one(Elo, entry.elo_id).status in FINAL:
        raise Problem(Code.ELO_CLOSED)


def _note_decision(what: str, entry: LogEntry, verifier: Verifier, **payload: Any) -> None:
    who = {"mentor_id": verifier.mentor_id, "link_id": verifier.link_id}
    _note(what, entry, verifier.person_id, **who, **payload)


def _note(what: str, entry: LogEntry, by: UUID | None, **payload: Any) -> None:
    """Record what happened. Events hold no words of anybody."""
    on: date = entry.on
    audit.record(what, entry, by=by, elo_id=entry.elo_id, on=on, **payload)
