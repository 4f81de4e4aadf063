"""What a page showed of what waits: its form carries that in hidden fields.

An answer counts only for what the page showed: each log entry by its version, the work habits
by their moment, the agreement by its hash. What has changed since stays open.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plp_api.learning.attestations.waiting import LogEntry, Waiting

Fields = Mapping[str, str]
ENTRIES, MOMENT, AGREEMENT = "entries-", "moment-", "agreement-"
RIGHT, CORRECT, DECLINE, LATER = "right", "correct", "decline", "later"


def fields_of(waiting: Waiting) -> dict[str, str]:
    """The hidden fields of what the page shows of one ELO, but the agreement."""
    key = waiting.elo.id
    entries = " ".join(f"{entry.id}:{entry.version}" for entry in waiting.entries)
    return {f"{ENTRIES}{key}": entries, f"{MOMENT}{key}": str(waiting.moment or "")}


def has_entry(fields: Fields, entry: LogEntry) -> bool:
    """Whether the page showed the entry as it is now."""
    return _entries(fields, entry.elo_id).get(str(entry.id)) == str(entry.version)


def choice(fields: Fields, elo_id: Any, entry_id: Any) -> str:
    """What is marked at an entry, by itself or with all of its ELO."""
    are_all_right = fields.get(f"all-{elo_id}") == "yes"
    return fields.get(f"say-{entry_id}") or (RIGHT if are_all_right else LATER)


def has_moment(fields: Fields, waiting: Waiting) -> bool:
    """Whether the page asked for the work habits of the moment that is due now."""
    return fields.get(f"{MOMENT}{waiting.elo.id}", "") == str(waiting.moment or "")


def has_agreement(fields: Fields) -> bool:
    """Whether the page asked for a signature."""
    return any(name.startswith(AGREEMENT) for name in fields)


def _entries(fields: Fields, elo_id: Any) -> dict[str, str]:
    """The version of each entry that the page showed, by its id."""
    pairs = (one.partition(":") for one in fields.get(f"{ENTRIES}{elo_id}", "").split())
    return {entry_id: version for entry_id, _, version in pairs}


def left(fields: Fields, found: Sequence[Waiting]) -> int:
    """How many answers are about something that no longer waits as the page showed it."""
    now = {str(one.elo.id): one for one in found}
    shown = {name.partition("-")[2] for name in fields if name.startswith((ENTRIES, AGREEMENT))}
    return sum(1 for key in shown for _ in _left_of(fields, key, now.get(key)))


def _left_of(fields: Fields, key: str, now: Waiting | None) -> Iterator[str]:
    """The fields that answer something of one ELO that has changed or does not wait any more."""
    same = {str(one.id) for one in now.entries if has_entry(fields, one)} if now else set()
    for entry_id in _entries(fields, key).keys() - same:
        if choice(fields, key, entry_id) != LATER:
            yield f"say-{entry_id}"
    is_rated = any(value for name, value in fields.items() if name.startswith(f"habit-{key}-"))
    if is_rated and not (now and has_moment(fields, now)):
        yield f"{MOMENT}{key}"
    is_signed = fields.get(f"sign-{key}", LATER) != LATER
    if is_signed and not (now and now.agreement):
        yield f"sign-{key}"


def kept(fields: Fields, found: Sequence[Waiting]) -> dict[str, str]:
    """What a page that is drawn again fills in: no mark at what it did not show as it is now."""
    gone = {name for one in found for name in _unseen(fields, one)}
    return {name: value for name, value in fields.items() if name not in gone}


def _unseen(fields: Fields, waiting: Waiting) -> Iterator[str]:
    """The marks at what has changed at one ELO. What was typed is none."""
    key = waiting.elo.id
    unseen = [entry for entry in waiting.entries if not has_entry(fields, entry)]
    yield from (f"say-{entry.id}" for entry in unseen)
    if unseen:
        yield f"all-{key}"
    if not has_moment(fields, waiting):
        yield from (name for name in fields if name.startswith(f"habit-{key}-"))
    sha256 = waiting.agreement.sha256 if waiting.agreement else ""
    if fields.get(f"{AGREEMENT}{key}") != sha256:
        yield f"sign-{key}"
