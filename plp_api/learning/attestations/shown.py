"""What a page shows of an ELO to its mentor, in words: only what they must attest."""

from collections.abc import Collection, Sequence
from typing import Any

from plp_api.learning.attestations import seen, terms, use
from plp_api.learning.attestations.use import OnEntry, Said
from plp_api.learning.attestations.waiting import LogEntry, Waiting
from plp_api.learning.attestations.words import Words


def elos_shown(
    found: Sequence[Waiting], said: Words, wrong: Collection[str]
) -> list[dict[str, Any]]:
    """Template data of what waits at each ELO; `wrong` names the fields with an error."""
    students = use.students_of(found)
    return [_elo(one, students[str(one.elo.student_id)], said, wrong) for one in found]


def _elo(waiting: Waiting, student: str, said: Words, wrong: Collection[str]) -> dict[str, Any]:
    elo = waiting.elo
    return {
        "id": str(elo.id),
        "title": elo.title,
        "student": student,
        "entries": [_entry(entry, said, wrong) for entry in waiting.entries],
        "sum": said.duration(sum(entry.minutes for entry in waiting.entries)),
        "seen": seen.fields_of(waiting),
        "moment": waiting.moment,
        "agreement": waiting.agreement,
        "terms": terms.shown(waiting.agreement.terms, said) if waiting.agreement else [],
    }


def _entry(entry: LogEntry, said: Words, wrong: Collection[str]) -> dict[str, Any]:
    item = entry.framework_item
    return {
        "id": str(entry.id),
        "when": _when(entry, said),
        "duration": said.duration(entry.minutes),
        "activity": entry.activity,
        "item": item.statement if item else None,
        "is_open": not {f"hours-{entry.id}", f"words-{entry.id}"}.isdisjoint(wrong),
    }


def _when(entry: LogEntry, said: Words) -> str:
    return said.day(entry.on) if entry.begins is None else said.at(entry.on, entry.begins)


def receipts(found: Sequence[Waiting], everything: Said, said: Words) -> list[dict[str, Any]]:
    """By ELO, a line for each thing that the mentor said, and the terms that they signed."""
    students = use.students_of(found)
    signed = {one.agreement.elo_id for one in everything.agreements if not one.is_declined}
    shown = []
    for waiting in found:
        elo = waiting.elo
        if lines := _lines(waiting, everything, said):
            agreement = waiting.agreement if elo.id in signed else None
            of_elo = {
                "name": f"{students[str(elo.student_id)]}: {elo.title}",
                "lines": lines,
                "terms": terms.shown(agreement.terms, said) if agreement else [],
            }
            shown.append(of_elo)
    return shown


def _lines(waiting: Waiting, everything: Said, said: Words) -> list[str]:
    elo_id = waiting.elo.id
    lines = [_of_entry(one, said) for one in everything.entries if one.entry.elo_id == elo_id]
    for habits in everything.habits:
        if habits.elo.id == elo_id:
            named = (_of_habit(habit, level, said) for habit, level in habits.levels.items())
            lines.append(f"{said.named('moments', habits.moment)}: {', '.join(named)}")
    for one in everything.agreements:
        if one.agreement.elo_id == elo_id:
            key = "receipt_declined" if one.is_declined else "receipt_signed"
            lines.append(said(key, sha256=one.sha256, words=one.words, name=everything.name))
    return lines


def _of_entry(one: OnEntry, said: Words) -> str:
    entry = one.entry
    day, logged = _when(entry, said), said.duration(entry.minutes)
    if one.is_declined:
        return said("receipt_entry_declined", day=day, logged=logged, words=one.words)
    if one.minutes is not None:
        seen = said.duration(one.minutes)
        line = said("receipt_entry_corrected", day=day, logged=logged, seen=seen)
    else:
        line = said("receipt_entry_right", day=day, logged=logged)
    return f"{line}: {one.words}" if one.words else line


def _of_habit(habit: str, level: str, said: Words) -> str:
    return f"{said.named('habits', habit)} ({said.named('levels', level)})"
